import { describe, expect, it } from "vitest";
import { labels, type NodePool, type Pod, type PodSpec } from "../../api/index.ts";
import { type ClusterEvent, type ClusterSnapshot, objectKey, provision } from "../../core/index.ts";
import { instanceType, offering } from "../../../test/builders/instance-types.ts";
import { app, avoids, host, inZone, isIn, joins, onNodes, spreads, zone } from "../../../test/builders/placing.ts";
import { boundPod, pod, spreadOver } from "../../../test/builders/pods.ts";
import {
  managedNode,
  node,
  nodePool,
  type PoolChange,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../../../test/builders/snapshot.ts";
import { explain } from "./explain.ts";
import type { ExplainRemedy, ExplainReport } from "./report.ts";

const isGated = ({ spec }: Pod): boolean => (spec.schedulingGates ?? []).length > 0;

function explained(taken: ClusterSnapshot): ExplainReport {
  const report = explain(taken, { object: "pod/default/web" }, testOptions);
  if (!report.ok) throw new Error(report.failure.message);
  return report.value;
}

/** JSON merge patch (RFC 7386). */
function merged(value: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(value as Record<string, unknown> | undefined) };
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else result[key] = merged(result[key], change);
  }
  return result;
}

/** The snapshot as it is once somebody has applied the patch; undefined where there is none to apply. */
function patched(taken: ClusterSnapshot, { object, patch }: ExplainRemedy): ClusterSnapshot | undefined {
  if (patch === undefined) return undefined;
  const pods = taken.pendingPods.map((each) => {
    if (`Pod/${objectKey(each)}` !== object) return each;
    const changed = merged(each, patch) as Pod;
    return isGated(each) ? { ...changed, status: pod("web").status ?? {} } : changed;
  });
  const pools = taken.pools.map((view) =>
    `NodePool/${view.key.name}` === object ? { ...view, pool: merged(view.pool, patch) as NodePool } : view,
  );
  return { ...taken, pendingPods: pods, pools };
}

const places = (taken: ClusterSnapshot): boolean =>
  !isGated(taken.pendingPods[0] ?? pod("none")) && provision(taken, testOptions).unplaced.length === 0;

const one = (change: PodSpec | Partial<PodSpec>): readonly Pod[] => [pod("web", { spec: change })];
const asks = (requests: Record<string, string>): readonly Pod[] => [pod("web", { requests })];
const pools = (change: PoolChange): readonly NodePool[] => [nodePool("default", change)];
const selects = (key: string, value: string): readonly Pod[] => one({ nodeSelector: { [key]: value } });

const storageClass = (name: string, volumeBindingMode: "Immediate" | "WaitForFirstConsumer"): ClusterEvent => ({
  type: "upsert",
  kind: "StorageClass",
  object: {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, uid: name },
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode,
  },
});
const claim = (spec: object, status = {}): ClusterEvent => ({
  type: "upsert",
  kind: "PersistentVolumeClaim",
  object: {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default", uid: "data" },
    spec,
    status,
  },
});
const volumeIn = (place: string): ClusterEvent => ({
  type: "upsert",
  kind: "PersistentVolume",
  object: {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pv", uid: "pv" },
    spec: {
      csi: { driver: "ebs.csi.aws.com", volumeHandle: "v" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isIn(zone, place)] }] } },
    },
  },
});
const mounts = one({ volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] });
const full = managedNode("full", { allocatable: { cpu: "4", memory: "4Gi", pods: "0" } });
const part = node("there", { labels: { part: "a" }, allocatable: { cpu: "0", memory: "0", pods: "0" } });
const closed = ["1", "2", "3"].map((at) =>
  node(`n${at}`, { labels: { [zone]: `test-zone-${at}` }, taints: [{ key: "full", effect: "NoSchedule" }] }),
);
const others = ["1", "2", "3"].map((at) => boundPod(`other-${at}`, `n${at}`, app("other")));
const sold = { cpu: "4", offerings: [offering("test-zone-1", "on-demand", 1, { available: false })] };

type Cause = readonly [cause: string, code: string, parts: SnapshotParts, remedy: string | null];

/** Every refusal of spec/scheduling.md Appendix C and of pods' own validation, with the first change that helps. */
const causes: readonly Cause[] = [
  [
    "a taint without a value",
    "taint",
    { pools: pools({ taints: [{ key: "team", effect: "NoSchedule" }] }), pods: [pod("web")] },
    "tolerate team",
  ],
  [
    "a taint with a value",
    "taint",
    { pools: pools({ taints: [{ key: "team", value: "a", effect: "NoExecute" }] }), pods: [pod("web")] },
    "tolerate team",
  ],
  [
    "a pool at its limit of cpu",
    "resources",
    { pools: pools({ limits: { cpu: "4" } }), managed: [full], pods: asks({ cpu: "3" }) },
    "raise limits of NodePool default: cpu from 4 to 8",
  ],
  [
    "a pool at its limit of memory",
    "resources",
    { pools: pools({ limits: { memory: "4Gi" } }), managed: [full], pods: asks({ cpu: "1" }) },
    "raise limits of NodePool default: memory",
  ],
  [
    "a pool at its limit of nodes",
    "nodes",
    { pools: pools({ limits: { nodes: "0" } }), pods: [pod("web")] },
    "raise limits of NodePool default: nodes from 0 to 1",
  ],
  [
    "a zone that nobody offers",
    "none-met-fit-offered",
    { pods: selects(zone, "nowhere") },
    "drop topology.kubernetes.io/zone=nowhere",
  ],
  [
    "an architecture that nobody offers",
    "none-met",
    { types: [instanceType("amd")], pods: selects(labels.arch, "s390x") },
    "drop kubernetes.io/arch=s390x",
  ],
  [
    "a capacity type that nobody sells",
    "none-met-fit-offered",
    {
      types: [instanceType("a", { offerings: [offering("z", "on-demand", 1)] })],
      pods: selects(labels.capacityType, "spot"),
    },
    "drop karpenter.sh/capacity-type=spot",
  ],
  [
    "a machine type that is not there",
    "none-met",
    { pods: selects(labels.instanceType, "huge") },
    "drop node.kubernetes.io/instance-type=huge",
  ],
  [
    "a pool that is not there",
    "requirements",
    { pods: selects(labels.nodePool, "gone") },
    "drop karpenter.sh/nodepool=gone",
  ],
  ["a host that is not there", "node-selector", { pods: selects(host, "gone") }, "drop kubernetes.io/hostname=gone"],
  ["a label that no node carries", "requirements", { pods: selects("team", "a") }, "drop team=a"],
  [
    "a zone by affinity",
    "none-met-fit-offered",
    { pods: one(inZone("nowhere")) },
    "drop topology.kubernetes.io/zone In [nowhere]",
  ],
  ["a label by affinity", "requirements", { pods: one(onNodes([isIn("team", "a")])) }, "drop team In [a]"],
  [
    "a size by affinity",
    "none-met",
    { pods: one(onNodes([{ key: "integer", operator: "Gt", values: ["9000"] }])) },
    "drop integer Gt [9000]",
  ],
  [
    "a selector that a pool contradicts",
    "requirements",
    {
      pools: pools({ requirements: [{ key: labels.arch, operator: "In", values: ["amd64"] }] }),
      pods: selects(labels.arch, "arm64"),
    },
    "drop kubernetes.io/arch=arm64",
  ],
  [
    "no wish for our nodes",
    "avoids-our-nodes",
    { pods: one(onNodes([{ key: labels.nodePool, operator: "DoesNotExist" }])) },
    "drop karpenter.sh/nodepool DoesNotExist",
  ],
  [
    "an expression that is none",
    "node-affinity",
    { pods: one(onNodes([{ key: "integer", operator: "Gt", values: ["many"] }])) },
    "drop integer Gt [many]",
  ],
  [
    "a spread that no domain can take",
    "none-all",
    { nodes: [part], pods: [pod("web", app("web", spreads(spreadOver("part", "web"))))] },
    "let the spread over part be ScheduleAnyway",
  ],
  [
    "company that is not there",
    "affinity",
    { pods: [pod("web", app("web", joins(host, "gone")))] },
    "drop the required pod affinity",
  ],
  [
    "company that is everywhere",
    "anti-affinity",
    { nodes: closed, pods: [...others, pod("web", app("web", avoids(zone, "other")))] },
    "drop the required pod anti-affinity",
  ],
  [
    "more cpu than a machine has",
    "none-fit",
    { types: [instanceType("only")], pods: asks({ cpu: "10" }) },
    "ask for less: cpu 10",
  ],
  [
    "more memory than a machine has",
    "none-fit",
    { types: [instanceType("only")], pods: asks({ memory: "100Gi" }) },
    "ask for less: memory 100Gi",
  ],
  [
    "a device that no machine has",
    "none-fit",
    { pods: asks({ "example.com/fpga": "1" }) },
    "ask for less: example.com/fpga 1",
  ],
  ["no pool that is ready", "none", { pools: pools({ ready: "False" }), pods: [pod("web")] }, "mend NodePool default"],
  [
    "a pool whose requirements leave no type",
    "excluded",
    {
      pools: pools({ requirements: [{ key: labels.instanceType, operator: "In", values: ["gone"] }] }),
      pods: [pod("web")],
    },
    "drop node.kubernetes.io/instance-type In [gone] from the requirements of NodePool default",
  ],
  [
    "more types asked for than there are",
    "excluded",
    {
      types: [instanceType("a"), instanceType("b")],
      pools: pools({ requirements: [{ key: labels.instanceType, operator: "Exists", minValues: 3 }] }),
      pods: [pod("web")],
    },
    "drop minValues 3",
  ],
  [
    "a claim that is not there",
    "volumes",
    { pods: mounts, events: [storageClass("gp3", "WaitForFirstConsumer")] },
    "create PersistentVolumeClaim default/data",
  ],
  [
    "a storage class that is not there",
    "volumes",
    { pods: mounts, events: [claim({ storageClassName: "fast" })] },
    "create StorageClass fast",
  ],
  [
    "a claim that waits for nobody",
    "volumes",
    { pods: mounts, events: [storageClass("now", "Immediate"), claim({ storageClassName: "now" })] },
    "do without volume data",
  ],
  [
    "a claim whose volume is lost",
    "volumes",
    {
      pods: mounts,
      events: [
        storageClass("gp3", "WaitForFirstConsumer"),
        claim({ storageClassName: "gp3", volumeName: "pv" }, { phase: "Lost" }),
      ],
    },
    "do without volume data",
  ],
  [
    "a volume in a zone that nobody offers",
    "volumes",
    { pods: mounts, events: [volumeIn("nowhere"), claim({ volumeName: "pv" }, { phase: "Bound" })] },
    "do without volume data",
  ],
  [
    "devices by resource claims",
    "resource-claims",
    { pods: one({ containers: [{ name: "app" }], resourceClaims: [{ name: "gpu" }] }) },
    "ask for devices by a resource",
  ],
  [
    "a gate that is closed",
    "gated",
    { pods: one({ schedulingGates: [{ name: "example.com/hold" }] }) },
    "open its scheduling gates: example.com/hold",
  ],
  ["no pool at all", "none", { pools: [], pods: [pod("web")] }, null],
  ["nothing for sale", "excluded", { types: [instanceType("a", sold)], pods: [pod("web")] }, null],
  [
    "two causes at once",
    "taint",
    { pools: pools({ taints: [{ key: "team", effect: "NoSchedule" }] }), pods: selects(zone, "nowhere") },
    "tolerate team, which NodePool default taints its nodes with, and drop topology.kubernetes.io/zone=nowhere",
  ],
];

describe("what keeps a pod, and what would change it", () => {
  it("are 35 causes and more, with a change for nearly all of them", () => {
    expect([causes.length >= 35, causes.filter((each) => each[3] !== null).length >= 33]).toEqual([true, true]);
  });

  it.each(causes)("%s (%s)", (_, code, parts, remedy) => {
    const taken = snapshot(parts);
    const { reasons, remedies } = explained(taken);
    expect(reasons.map((reason) => reason.code)).toContain(code);
    if (remedy === null) expect(remedies).toEqual([]);
    else expect(remedies.map(({ text }) => text).join("\n")).toContain(remedy);
  });

  it.each(causes)("%s (%s): each change that can be applied flips the answer", (_, _code, parts) => {
    const taken = snapshot(parts);
    expect(places(taken)).toBe(false);
    for (const remedy of explained(taken).remedies) {
      const changed = patched(taken, remedy);
      expect([remedy.text, remedy.verified, changed === undefined || places(changed)]).toEqual([
        remedy.text,
        true,
        true,
      ]);
    }
  });
});
