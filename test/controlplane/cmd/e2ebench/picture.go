package main

import (
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// Labels by which a Node says what it is.
const (
	typeLabel  = "node.kubernetes.io/instance-type"
	priceLabel = "eks-node-viewer/instance-price"
)

type podFacts struct {
	node              string
	running, deleting bool
	cpu, memory       int64
}

type nodeFacts struct {
	instanceType string
	price        float64
	ready        bool
	cpu, memory  int64
}

// picture is what the watches have told of the workload's pods and of all nodes.
type picture struct {
	mutex     sync.Mutex
	namespace string
	pods      map[types.UID]*podFacts
	nodes     map[types.UID]*nodeFacts
	counts    counters
	times     moments
}

// counters count since the meter began.
type counters struct {
	PodsAdded, PodsDeleted, PodsEvicted, NodesAdded, NodesDeleted int
}

type moments struct {
	firstNode, lastNodeChange, lastPodAdded, lastBound time.Time
}

func newPicture(namespace string) *picture {
	return &picture{namespace: namespace, pods: map[types.UID]*podFacts{}, nodes: map[types.UID]*nodeFacts{}}
}

func (p *picture) watch(factory informers.SharedInformerFactory) error {
	_, err := factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { p.setPod(object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { p.setPod(object.(*corev1.Pod)) },
		DeleteFunc: func(object any) { p.deletePod(last(object).(*corev1.Pod)) },
	})
	if err != nil {
		return err
	}
	_, err = factory.Core().V1().Nodes().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { p.setNode(object.(*corev1.Node)) },
		UpdateFunc: func(_, object any) { p.setNode(object.(*corev1.Node)) },
		DeleteFunc: func(object any) { p.deleteNode(last(object).(*corev1.Node)) },
	})
	return err
}

// last is the final state of a deleted object, as far as it is known.
func last(object any) any {
	if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
		return unknown.Obj
	}
	return object
}

func (p *picture) setPod(pod *corev1.Pod) {
	if pod.Namespace != p.namespace {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := time.Now()
	facts := p.pods[pod.UID]
	if facts == nil {
		facts = &podFacts{}
		for _, container := range pod.Spec.Containers {
			facts.cpu += container.Resources.Requests.Cpu().MilliValue()
			facts.memory += container.Resources.Requests.Memory().Value()
		}
		p.pods[pod.UID] = facts
		p.counts.PodsAdded++
		p.times.lastPodAdded = now
	}
	if facts.node == "" && pod.Spec.NodeName != "" {
		p.times.lastBound = now
	}
	facts.node = pod.Spec.NodeName
	facts.running = pod.Status.Phase == corev1.PodRunning
	facts.deleting = pod.DeletionTimestamp != nil
}

func (p *picture) deletePod(pod *corev1.Pod) {
	if pod.Namespace != p.namespace {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.pods, pod.UID)
	p.counts.PodsDeleted++
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.DisruptionTarget && condition.Status == corev1.ConditionTrue {
			p.counts.PodsEvicted++
			return
		}
	}
}

func (p *picture) setNode(node *corev1.Node) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	facts := p.nodes[node.UID]
	if facts == nil {
		facts = &nodeFacts{}
		p.nodes[node.UID] = facts
		p.counts.NodesAdded++
		p.nodesChanged()
	}
	facts.instanceType = node.Labels[typeLabel]
	facts.price, _ = strconv.ParseFloat(node.Labels[priceLabel], 64)
	facts.cpu, facts.memory = node.Status.Allocatable.Cpu().MilliValue(), node.Status.Allocatable.Memory().Value()
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			facts.ready = condition.Status == corev1.ConditionTrue
		}
	}
}

func (p *picture) deleteNode(node *corev1.Node) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.nodes, node.UID)
	p.counts.NodesDeleted++
	p.nodesChanged()
}

func (p *picture) nodesChanged() {
	now := time.Now()
	p.times.lastNodeChange = now
	if p.times.firstNode.IsZero() {
		p.times.firstNode = now
	}
}

// touchNodes begins a wait for nodes that change no more.
func (p *picture) touchNodes() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.times.lastNodeChange = time.Now()
}

// sums is the picture at one moment.
type sums struct {
	Pods, Bound, Running, Nodes, NodesReady int
	Price                                   float64
	CPUShare, MemoryShare                   float64
	Types                                   map[string]int
	counts                                  counters
	times                                   moments
}

func (p *picture) sums() sums {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	result := sums{Types: map[string]int{}, counts: p.counts, times: p.times}
	var cpu, memory, cpuHeld, memoryHeld int64
	for _, pod := range p.pods {
		if pod.deleting {
			continue
		}
		result.Pods++
		if pod.node != "" {
			result.Bound++
			cpu += pod.cpu
			memory += pod.memory
		}
		if pod.running {
			result.Running++
		}
	}
	for _, node := range p.nodes {
		result.Nodes++
		result.Types[node.instanceType]++
		result.Price += node.price
		cpuHeld += node.cpu
		memoryHeld += node.memory
		if node.ready {
			result.NodesReady++
		}
	}
	if cpuHeld > 0 && memoryHeld > 0 {
		result.CPUShare = float64(cpu) / float64(cpuHeld)
		result.MemoryShare = float64(memory) / float64(memoryHeld)
	}
	return result
}
