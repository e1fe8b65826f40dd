// e2ebench measures one workload against a node autoscaler on a cluster of fake nodes: the autoscaler's process alone, by
// its process id, from the moment at which the workload is applied.
//
// Phase a: apply, until all pods are bound and run. Phase b (-fraction below 1): run -consolidate, which turns
// consolidation on, scale every Deployment down, until no node has changed for -stable. Each phase is a line of JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	namespace = "default"
	tick      = 500 * time.Millisecond
)

type settings struct {
	kubeconfig, kubectl, manifest, consolidate string
	pid                                        int
	beside                                     others
	fraction                                   float64
	stable, settle, timeoutA, timeoutB         time.Duration
}

func readSettings() settings {
	result := settings{beside: others{}}
	flag.StringVar(&result.kubeconfig, "kubeconfig", "", "kubeconfig of the cluster")
	flag.StringVar(&result.kubectl, "kubectl", "kubectl", "kubectl to apply with")
	flag.StringVar(&result.manifest, "manifest", "", "the workload: Deployments in namespace default")
	flag.StringVar(&result.consolidate, "consolidate", "", "shell command that turns consolidation on before phase b")
	flag.IntVar(&result.pid, "pid", 0, "process id of the controller")
	flag.Var(result.beside, "beside", "NAME=PID of another part of the measurement")
	flag.Float64Var(&result.fraction, "fraction", 1, "share of the replicas that stays in phase b; 1: no phase b")
	flag.DurationVar(&result.stable, "stable", 90*time.Second, "time without a change of nodes that ends phase b")
	flag.DurationVar(&result.settle, "settle", 15*time.Second, "time after phase a in which trailing work still counts")
	flag.DurationVar(&result.timeoutA, "timeout-a", 10*time.Minute, "longest phase a")
	flag.DurationVar(&result.timeoutB, "timeout-b", 15*time.Minute, "longest phase b")
	flag.Parse()
	return result
}

func main() {
	if err := measure(context.Background(), readSettings()); err != nil {
		fmt.Fprintln(os.Stderr, "e2ebench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, s settings) error {
	client, err := connect(s.kubeconfig)
	if err != nil {
		return err
	}
	seen := newPicture(namespace)
	factory := informers.NewSharedInformerFactory(client, 0)
	if err := seen.watch(factory); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if err := phaseA(ctx, s, client, seen); err != nil {
		return err
	}
	if s.fraction >= 1 {
		return nil
	}
	return phaseB(ctx, s, client, seen)
}

func connect(kubeconfig string) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 100, 200
	config.ContentType = "application/vnd.kubernetes.protobuf"
	return kubernetes.NewForConfig(config)
}

func phaseA(ctx context.Context, s settings, client kubernetes.Interface, seen *picture) error {
	idle, err := readProcess(s.pid)
	if err != nil {
		return fmt.Errorf("the controller: %w", err)
	}
	if err := resetPeak(s.pid); err != nil {
		return err
	}
	around := beginStretch(s.pid, s.beside)
	begun := time.Now()
	if said, err := exec.Command(s.kubectl, "--kubeconfig", s.kubeconfig, "apply", "-f", s.manifest).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	wanted, err := replicas(ctx, client)
	if err != nil {
		return err
	}
	var bound, running time.Duration
	var foreign, stolen float64
	for running == 0 && time.Since(begun) < s.timeoutA {
		time.Sleep(tick)
		if _, err := readProcess(s.pid); err != nil {
			return errors.New("the controller ended by itself")
		}
		now := seen.sums()
		if bound == 0 && now.Pods == wanted && now.Bound == wanted {
			bound = now.times.lastBound.Sub(begun)
			foreign, stolen = around.foreign()
		}
		if bound > 0 && now.Running == wanted {
			running = time.Since(begun)
		}
	}
	time.Sleep(s.settle)
	end, err := readProcess(s.pid)
	if err != nil {
		return errors.New("the controller ended by itself")
	}
	now := seen.sums()
	line := map[string]any{
		"phase": "a", "pods": wanted, "podsBound": now.Bound, "podsRunning": now.Running,
		"boundSeconds": seconds(bound), "runningSeconds": seconds(running),
		"firstNodeSeconds": seconds(now.times.firstNode.Sub(begun)), "podsMadeSeconds": seconds(now.times.lastPodAdded.Sub(begun)),
		"idleRssMiB": mebibytes(idle.rss), "foreignCores": rounded(foreign, 2), "stolenCores": rounded(stolen, 2),
	}
	return print(line, now, counters{}, process{peak: end.peak, cpu: end.cpu - idle.cpu}, around)
}

func phaseB(ctx context.Context, s settings, client kubernetes.Interface, seen *picture) error {
	if err := resetPeak(s.pid); err != nil {
		return err
	}
	before := seen.sums()
	begin, err := readProcess(s.pid)
	if err != nil {
		return err
	}
	around := beginStretch(s.pid, s.beside)
	if s.consolidate != "" {
		if said, err := exec.Command("sh", "-c", s.consolidate).CombinedOutput(); err != nil {
			return fmt.Errorf("-consolidate: %w: %s", err, said)
		}
	}
	begun := time.Now()
	wanted, err := scaleTo(ctx, client, s.fraction)
	if err != nil {
		return err
	}
	seen.touchNodes()
	settled := false
	for !settled && time.Since(begun) < s.timeoutB {
		time.Sleep(tick)
		now := seen.sums()
		settled = now.Pods == wanted && now.Running == wanted && time.Since(now.times.lastNodeChange) > s.stable
	}
	end, err := readProcess(s.pid)
	if err != nil {
		return errors.New("the controller ended by itself")
	}
	foreign, stolen := around.foreign()
	now := seen.sums()
	line := map[string]any{
		"phase": "b", "pods": wanted, "settled": settled, "lastNodeChangeSeconds": seconds(now.times.lastNodeChange.Sub(begun)),
		"nodesBefore": before.Nodes, "pricePerHourBefore": before.Price,
		"foreignCores": rounded(foreign, 2), "stolenCores": rounded(stolen, 2),
	}
	return print(line, now, before.counts, process{peak: end.peak, cpu: end.cpu - begin.cpu}, around)
}

// print completes a line with what both phases tell, and writes it.
func print(line map[string]any, now sums, since counters, used process, around stretch) error {
	line["nodes"], line["nodesReady"], line["pricePerHour"] = now.Nodes, now.NodesReady, now.Price
	line["types"], line["cpuShare"], line["memoryShare"] = now.Types, rounded(now.CPUShare, 3), rounded(now.MemoryShare, 3)
	line["nodesAdded"] = now.counts.NodesAdded - since.NodesAdded
	line["nodesDeleted"] = now.counts.NodesDeleted - since.NodesDeleted
	line["podsAdded"] = now.counts.PodsAdded - since.PodsAdded
	line["podsEvicted"] = now.counts.PodsEvicted - since.PodsEvicted
	line["cpuSeconds"], line["peakRssMiB"] = rounded(used.cpu, 2), mebibytes(used.peak)
	line["besideCpuSeconds"] = around.besideCPU()
	return json.NewEncoder(os.Stdout).Encode(line)
}

func replicas(ctx context.Context, client kubernetes.Interface) (int, error) {
	list, err := client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, deployment := range list.Items {
		sum += int(*deployment.Spec.Replicas)
	}
	return sum, nil
}

// scaleTo leaves a share of each Deployment's replicas, and gives their sum.
func scaleTo(ctx context.Context, client kubernetes.Interface, fraction float64) (int, error) {
	list, err := client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, err
	}
	failures := make(chan error, len(list.Items))
	sum := 0
	for _, deployment := range list.Items {
		left := int(math.Round(float64(*deployment.Spec.Replicas) * fraction))
		sum += left
		go func(deployment appsv1.Deployment) {
			patch := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, left)
			_, err := client.AppsV1().Deployments(namespace).Patch(ctx, deployment.Name, types.MergePatchType, patch, metav1.PatchOptions{})
			failures <- err
		}(deployment)
	}
	var failed error
	for range list.Items {
		failed = errors.Join(failed, <-failures)
	}
	return sum, failed
}

func rounded(value float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(value*scale) / scale
}

func seconds(duration time.Duration) float64 { return rounded(max(duration.Seconds(), 0), 1) }

func mebibytes(kibibytes int64) float64 { return rounded(float64(kibibytes)/1024, 1) }
