import { describe, expect, it } from "vitest";
import { csiNodeType, leaseType, nodeType, podType } from "../../api/index.ts";
import type { Node, Pod } from "../../api/index.ts";
import { isRunning, podOf, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import { conditionOf } from "../stand-ins/status-write.ts";
import { isAbandoned } from "./cloud-nodes.ts";
import { computeAdmission } from "./pod-admission.ts";
import { computePodStep } from "./pod-step.ts";
import type { PodView } from "./pod-step.ts";
import { defaultTimings, podAnnotations } from "./timings.ts";

const now = Date.parse("2026-11-01T10:00:00Z");

const viewOf = (pod: Pod, change: Partial<PodView> = {}): PodView => ({
  pod,
  now,
  timings: defaultTimings,
  hostIP: "10.0.0.1",
  podIP: "10.128.0.1",
  sinceAdmitted: 0,
  sinceRunning: undefined,
  sinceStop: 0,
  admit: () => undefined,
  ...change,
});

const annotated = (annotations: Readonly<Record<string, string>>, change: Partial<Pod> = {}): Pod => {
  const pod = podOf("p");
  return { ...pod, metadata: { ...pod.metadata, annotations }, ...change };
};

const stopping = (grace: number, more: Pod["metadata"] = {}): Pod => {
  const pod = podOf("p");
  const deletion = { deletionTimestamp: "2026-11-01T10:00:30Z", deletionGracePeriodSeconds: grace };
  return { ...pod, metadata: { ...pod.metadata, ...deletion, ...more }, status: { phase: "Running" } };
};

describe("the next step of a pod", () => {
  const running = { status: { phase: "Running" } } as const;
  it.each([
    ["waits for its image", viewOf(podOf("p")), { kind: "wait", again: 500 }],
    [
      "runs then",
      viewOf(podOf("p"), { sinceAdmitted: 500 }),
      { kind: "report", status: { phase: "Running", podIP: "10.128.0.1" } },
    ],
    ["runs on", viewOf({ ...podOf("p"), ...running }, { sinceRunning: 1e9 }), { kind: "nothing" }],
    [
      "ends when it says so",
      viewOf(annotated({ [podAnnotations.runSeconds]: "3" }, running), { sinceRunning: 3_000 }),
      { kind: "report", status: { phase: "Succeeded" } },
    ],
    [
      "not before",
      viewOf(annotated({ [podAnnotations.runSeconds]: "3" }, running), { sinceRunning: 2_000 }),
      { kind: "wait", again: 1_000 },
    ],
    [
      "fails when it says so",
      viewOf(annotated({ [podAnnotations.runSeconds]: "0", [podAnnotations.exitCode]: "2" }, running), {
        sinceRunning: 1,
      }),
      { kind: "report", status: { phase: "Failed" } },
    ],
    [
      "fails past its deadline",
      viewOf(
        { ...podOf("p", { activeDeadlineSeconds: 5 }), ...running },
        { sinceAdmitted: 5_000, sinceRunning: 4_000 },
      ),
      { kind: "report", status: { reason: "DeadlineExceeded" } },
    ],
    ["takes a moment to stop", viewOf(stopping(30), { sinceStop: 100 }), { kind: "wait", again: 400 }],
    ["is removed then", viewOf(stopping(30), { sinceStop: 500 }), { kind: "remove" }],
    ["is removed at once without grace", viewOf(stopping(0)), { kind: "remove" }],
    [
      "takes the time it says",
      viewOf(stopping(30, { annotations: { [podAnnotations.stopSeconds]: "10" } }), { sinceStop: 500 }),
      { kind: "wait", again: 9_500 },
    ],
    [
      "but no longer than its grace",
      viewOf(stopping(2, { annotations: { [podAnnotations.stopSeconds]: "10" } }), { sinceStop: 500 }),
      { kind: "wait", again: 1_500 },
    ],
    [
      "says how it ended to whoever holds it",
      viewOf(stopping(30, { finalizers: ["x/y"] }), { sinceStop: 500 }),
      { kind: "report", status: { phase: "Failed" } },
    ],
    ["that never started goes at once", viewOf(stopping(30), { sinceAdmitted: undefined }), { kind: "remove" }],
    [
      "is refused",
      viewOf(podOf("p"), { sinceAdmitted: undefined, admit: () => ({ reason: "OutOfcpu", message: "m" }) }),
      { kind: "report", status: { phase: "Failed", reason: "OutOfcpu" } },
    ],
  ] as const)("%s", (_name, view, step) => {
    expect(computePodStep(view)).toMatchObject(step);
  });
});

describe("admission", () => {
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    spec: {},
    status: { allocatable: { cpu: "2", memory: "4Gi", pods: "2" } },
  };
  it.each([
    ["room", podOf("p", { requests: { cpu: "1" } }), [podOf("a", { requests: { cpu: "1" } })], undefined],
    ["too much cpu", podOf("p", { requests: { cpu: "1500m" } }), [podOf("a", { requests: { cpu: "1" } })], "OutOfcpu"],
    ["too many pods", podOf("p"), [podOf("a"), podOf("b")], "OutOfpods"],
    ["another kind of node", podOf("p", { nodeSelector: { disk: "ssd" } }), [], "NodeAffinity"],
  ] as const)("%s", (_name, pod, admitted, reason) => {
    expect(computeAdmission(pod, node, admitted)?.reason).toBe(reason);
  });

  it("says what was asked, used and there", () => {
    const refusal = computeAdmission(podOf("p", { requests: { cpu: "3" } }), node, []);
    expect(refusal?.message).toBe("Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000");
  });
});

describe("a cloud controller", () => {
  const node = (ready: "True" | "Unknown", providerID: string): Node => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1" },
    spec: { providerID },
    status: { conditions: [{ type: "Ready", status: ready }] },
  });
  it.each([
    ["keeps a ready node", node("True", "aws:///us-east-1a/i-0"), false],
    ["deletes a lost node without machine", node("Unknown", "aws:///us-east-1a/i-0"), true],
    ["keeps nodes of other clouds", node("Unknown", "kwok://n1"), false],
  ] as const)("%s", (_name, object, expected) => {
    expect(isAbandoned(object, { machine: () => undefined })).toBe(expected);
  });
});

describe("kubelets", () => {
  it("register a machine seconds after its launch, not ready first, with its labels and taints", () =>
    withStandIns({}, async (cluster) => {
      const taint = { key: "karpenter.sh/unregistered", effect: "NoExecute" } as const;
      const machine = cluster.yard.add({ labels: { team: "a" }, taints: [taint] });
      const launched = cluster.clock.monotonic();
      await cluster.until(async () => (await cluster.nodes()).length === 1);
      expect(cluster.clock.monotonic() - launched).toBeGreaterThanOrEqual(2_000);
      const [node] = await cluster.nodes();
      expect(conditionOf(node?.status?.conditions, "Ready")?.status).toBe("False");
      expect(node?.spec).toMatchObject({ providerID: machine.providerId, taints: expect.arrayContaining([taint]) });
      expect(node?.metadata.labels).toMatchObject({
        team: "a",
        "node.kubernetes.io/instance-type": "m5.xlarge",
        "topology.kubernetes.io/zone": machine.zone,
      });
      await cluster.clock.advance(3_000);
      const ready = await cluster.kube.get(nodeType, { name: machine.privateDnsName });
      expect(conditionOf(ready.status?.conditions, "Ready")?.status).toBe("True");
      expect(ready.spec.taints).toEqual([taint]);
      const csiNode = await cluster.kube.get(csiNodeType, { name: machine.privateDnsName });
      expect(csiNode.spec.drivers[0]).toMatchObject({ name: "ebs.csi.aws.com", allocatable: { count: 26 } });
    }));

  it("renew their leases every ten seconds while they are at work", () =>
    withStandIns({}, async (cluster) => {
      const machine = cluster.yard.add();
      await cluster.until(async () => (await cluster.nodes()).length === 1);
      const renewed = async () => {
        const lease = await cluster.kube.get(leaseType, { namespace: "kube-node-lease", name: machine.privateDnsName });
        return Date.parse(lease.spec?.renewTime ?? "");
      };
      await cluster.clock.advance(60_000);
      expect(cluster.clock.now() - (await renewed())).toBeLessThanOrEqual(10_000);
      cluster.yard.change(machine.instanceId, { state: "shutting-down" });
      const last = await renewed();
      await cluster.clock.advance(30_000);
      expect(await renewed()).toBe(last);
    }));

  it("run init containers in order, sidecars beside the application", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      const initContainers = [
        { name: "first", image: "init:1" },
        { name: "proxy", image: "proxy:1", restartPolicy: "Always" },
        { name: "second", image: "init:1" },
      ] as const;
      await cluster.kube.create(podType, podOf("p", { initContainers }));
      const seen: string[] = [];
      await cluster.until(async () => {
        const [pod] = await cluster.pods();
        const states = pod?.status?.initContainerStatuses?.map(({ state }) => Object.keys(state ?? {})[0]).join(" ");
        if (states !== undefined && seen.at(-1) !== states) seen.push(states);
        return pod !== undefined && isRunning(pod);
      });
      expect(seen).toEqual([
        "waiting waiting waiting",
        "running waiting waiting",
        "terminated running running",
        "terminated running terminated",
      ]);
    }));

  it("let startup taints go when their agent has done its work", () =>
    withStandIns({ kubelets: agents() }, async (cluster) => {
      const taint = { key: "cni.example/not-ready", effect: "NoSchedule" } as const;
      const { privateDnsName: name } = cluster.yard.add({ taints: [taint] });
      await cluster.until(async () => (await cluster.nodes()).length === 1);
      await cluster.clock.advance(3_000);
      expect((await cluster.kube.get(nodeType, { name })).spec.taints).toEqual([taint]);
      await cluster.until(async () => ((await cluster.kube.get(nodeType, { name })).spec.taints ?? []).length === 0);
    }));
});

/** The fixture adds its own machines. */
function agents() {
  const machines = { list: () => [], subscribe: () => () => undefined };
  return { machines, startupAgents: [{ taintKey: "cni.example/not-ready", delayMilliseconds: 5_000 }] };
}
