import type { DaemonSet, Node, NodeSelectorTerm, Pod, PodSpec, Toleration } from "../../api/index.ts";
import { matchesNode } from "../scheduler/node-selector.ts";
import { firstUntolerated } from "../scheduler/tolerations.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { isReady, isTerminal, untilAvailable } from "../stand-ins/pod-state.ts";
import { resolveCount } from "./counts.ts";
import { revisionHash, revisionHashLabel } from "./controller-revision.ts";

/** Tolerations that every daemon pod gets, so that nodes in trouble keep their daemons. */
const automatic: readonly Toleration[] = Object.freeze([
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute" },
  { key: "node.kubernetes.io/disk-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/pid-pressure", operator: "Exists", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" },
]);

const hostNetworkToleration: Toleration = Object.freeze({
  key: "node.kubernetes.io/network-unavailable",
  operator: "Exists",
  effect: "NoSchedule",
});

/** Tolerations of the daemon's pods: its own and the automatic ones. */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const added = spec.hostNetwork === true ? [...automatic, hostNetworkToleration] : automatic;
  return [...(spec.tolerations ?? []), ...added];
}

/** Spec of the daemon's pod for one node: the scheduler binds it there and nowhere else. */
export function daemonPodSpec(spec: PodSpec, nodeName: string): PodSpec {
  const field = { key: "metadata.name", operator: "In" as const, values: [nodeName] };
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const nodeSelectorTerms: readonly NodeSelectorTerm[] = (required?.nodeSelectorTerms ?? [{}]).map((term) => ({
    ...term,
    matchFields: [field],
  }));
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms };
  return {
    ...spec,
    tolerations: daemonTolerations(spec),
    affinity: {
      ...spec.affinity,
      nodeAffinity: { ...spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution },
    },
  };
}

/** Whether the daemon belongs on the node, and whether a pod that is there may stay. */
export function daemonBelongs(spec: PodSpec, node: Node): { readonly shouldRun: boolean; readonly mayStay: boolean } {
  if (!matchesNode(spec, node)) return { shouldRun: false, mayStay: false };
  const tolerations = daemonTolerations(spec);
  const { taints } = node.spec;
  const mayStay = firstUntolerated(taints, tolerations, ["NoExecute"]) === undefined;
  return { mayStay, shouldRun: mayStay && firstUntolerated(taints, tolerations, ["NoSchedule"]) === undefined };
}

export interface DaemonSetPlan {
  /** Names of nodes that lack their pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  readonly status: NonNullable<DaemonSet["status"]>;
  readonly again: number | undefined;
}

/** The node that a daemon pod is on or is meant for. */
export function nodeOfDaemonPod(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.find(({ key }) => key === "metadata.name")?.values?.[0];
}

const byAge = (left: Pod, right: Pod): number => {
  const [a, b] = [left, right].map(({ metadata }) => `${metadata.creationTimestamp ?? ""} ${metadata.name ?? ""}`);
  return (a ?? "") < (b ?? "") ? -1 : 1;
};

interface NodeVerdict {
  readonly create: boolean;
  readonly remove: readonly Pod[];
  readonly kept: Pod | undefined;
  readonly shouldRun: boolean;
}

function verdictOn(set: DaemonSet, node: Node, pods: readonly Pod[]): NodeVerdict {
  const { shouldRun, mayStay } = daemonBelongs(set.spec.template.spec, node);
  const staying = pods.filter((pod) => !isDeleting(pod));
  const live = staying.filter((pod) => !isTerminal(pod)).sort(byAge);
  const ended = staying.filter(isTerminal);
  const kept = live[0];
  if (!mayStay) return { create: false, remove: staying, kept: undefined, shouldRun };
  const isVacant = kept === undefined && ended.length === 0 && !pods.some(isDeleting);
  return { create: shouldRun && isVacant, remove: [...ended, ...live.slice(1)], kept, shouldRun };
}

/** One pod for each node where the daemon belongs; under RollingUpdate outdated ones are replaced a few at a time. */
export function computeDaemonSetPlan(
  set: DaemonSet,
  given: { readonly nodes: readonly Node[]; readonly owned: readonly Pod[]; readonly now: number },
): DaemonSetPlan {
  const podsByNode = new Map<string, Pod[]>();
  for (const pod of given.owned) {
    const name = nodeOfDaemonPod(pod) ?? "";
    const pods = podsByNode.get(name);
    if (pods === undefined) podsByNode.set(name, [pod]);
    else pods.push(pod);
  }
  const create: string[] = [];
  const remove: Pod[] = [];
  const placed: Pod[] = [];
  let desired = 0;
  let misscheduled = 0;
  for (const node of given.nodes) {
    const name = node.metadata.name ?? "";
    const verdict = verdictOn(set, node, podsByNode.get(name) ?? []);
    podsByNode.delete(name);
    if (verdict.create) create.push(name);
    remove.push(...verdict.remove);
    if (verdict.shouldRun) desired += 1;
    if (verdict.kept !== undefined) {
      if (verdict.shouldRun) placed.push(verdict.kept);
      else misscheduled += 1;
    }
  }
  const counted = countPlaced(set, placed, given.now);
  const outdated = remove.length + create.length > 0 ? [] : rollingRemoval(set, placed, { desired, ...counted });
  return {
    create,
    remove: [...remove, ...outdated],
    again: counted.again,
    status: statusOf(set, { desired, misscheduled, placed, ...counted }),
  };
}

interface Counted {
  readonly ready: number;
  readonly available: number;
  readonly updated: number;
  readonly again: number | undefined;
}

function countPlaced(set: DaemonSet, placed: readonly Pod[], now: number): Counted {
  const hash = revisionHash(set.spec.template);
  const waits = placed.map((pod) => untilAvailable(pod, set.spec.minReadySeconds ?? 0, now));
  const due = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  return {
    ready: placed.filter(isReady).length,
    available: waits.filter((wait) => wait === 0).length,
    updated: placed.filter((pod) => pod.metadata.labels?.[revisionHashLabel] === hash).length,
    again: due.length === 0 ? undefined : Math.min(...due),
  };
}

function rollingRemoval(
  set: DaemonSet,
  placed: readonly Pod[],
  counts: Counted & { readonly desired: number },
): readonly Pod[] {
  if (set.spec.updateStrategy?.type === "OnDelete") return [];
  const hash = revisionHash(set.spec.template);
  const outdated = placed.filter((pod) => pod.metadata.labels?.[revisionHashLabel] !== hash);
  const rolling = set.spec.updateStrategy?.rollingUpdate as { maxUnavailable?: number | string } | undefined;
  const most = Math.max(resolveCount(rolling?.maxUnavailable ?? 1, counts.desired, "up"), 1);
  const broken = outdated.filter((pod) => !isReady(pod));
  const room = Math.max(most - (counts.desired - counts.available), 0);
  return [...broken, ...outdated.filter(isReady).slice(0, room)];
}

function statusOf(
  set: DaemonSet,
  counts: Counted & { readonly desired: number; readonly misscheduled: number; readonly placed: readonly Pod[] },
): NonNullable<DaemonSet["status"]> {
  return {
    observedGeneration: set.metadata.generation ?? 0,
    desiredNumberScheduled: counts.desired,
    currentNumberScheduled: counts.placed.length,
    numberMisscheduled: counts.misscheduled,
    numberReady: counts.ready,
    numberAvailable: counts.available,
    numberUnavailable: Math.max(counts.desired - counts.available, 0),
    updatedNumberScheduled: counts.updated,
  };
}
