import { conflictingPorts, isTolerated } from "../../core/index.ts";
import type { ClusterPicture, NodeEntry } from "./cluster-picture.ts";
import { affinityRefusal, computeAffinity } from "./inter-pod-affinity.ts";
import type { AffinityState } from "./inter-pod-affinity.ts";
import { matchesNode } from "./node-selector.ts";
import type { PodFacts } from "./pod-facts.ts";
import { type BesidePromised, rulesBesidePromised } from "./promised-pods.ts";
import { blockingEffects, firstUntolerated } from "./tolerations.ts";
import { computeSpread, spreadRefusal } from "./topology-spread.ts";
import type { SpreadState } from "./topology-spread.ts";
import { computeVolumes, volumeRefusal } from "./volume-rules.ts";
import type { VolumeLookup, VolumeState } from "./volume-rules.ts";

/** Why a node does not take a pod, in kube-scheduler's words. Without `isFinal`, moving pods away may help. */
export interface Refusal {
  readonly reasons: readonly string[];
  readonly isFinal: boolean;
}

/** What is the same for all nodes in one attempt to place one pod. */
export interface PlacementState {
  readonly pod: PodFacts;
  readonly spread: SpreadState;
  readonly affinity: AffinityState;
  readonly volumes: VolumeState;
  readonly lookup: VolumeLookup;
  /** Other pods that a node has been promised to (`status.nominatedNodeName`), and that this pod must leave room for. */
  readonly promised: (nodeName: string) => readonly PodFacts[];
  readonly besidePromised: BesidePromised;
}

export function computePlacementState(
  pod: PodFacts,
  picture: ClusterPicture,
  rest: Pick<PlacementState, "lookup" | "promised">,
): PlacementState {
  const spread = computeSpread(pod, picture, "DoNotSchedule");
  return {
    pod,
    ...rest,
    spread,
    besidePromised: rulesBesidePromised(pod, picture, spread),
    affinity: computeAffinity(pod, picture),
    volumes: computeVolumes(pod, rest.lookup),
  };
}

const final = (reason: string): Refusal => ({ reasons: [reason], isFinal: true });
const curable = (...reasons: readonly string[]): Refusal => ({ reasons, isFinal: false });

/** Rules that only the node's own fields decide; a pod refused here is refused by the empty node too. */
export function nodeFieldsRefusal(pod: PodFacts, entry: NodeEntry): Refusal | undefined {
  const { spec } = pod.pod;
  const { spec: nodeSpec } = entry.node;
  if (nodeSpec.unschedulable === true && !toleratesUnschedulable(pod)) return final("node(s) were unschedulable");
  const taint = firstUntolerated(nodeSpec.taints, spec.tolerations, blockingEffects);
  if (taint !== undefined) return final("node(s) had untolerated taint(s)");
  if (!matchesNode(spec, entry.node)) return final("node(s) didn't match Pod's node affinity/selector");
  return undefined;
}

const toleratesUnschedulable = (pod: PodFacts): boolean =>
  isTolerated({ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }, pod.pod.spec.tolerations);

/** The Filter rules of kube-scheduler for one node, in its order; the first plugin that refuses gives the reasons. */
export function nodeRefusal(state: PlacementState, entry: NodeEntry): Refusal | undefined {
  const { pod, volumes } = state;
  const byFields = nodeFieldsRefusal(pod, entry);
  if (byFields !== undefined) return byFields;
  const promised = state.promised(entry.name);
  if (pod.ports.length > 0 && portsTaken(pod, entry, promised)) {
    return curable("node(s) didn't have free ports for the requested pod ports");
  }
  const lacking = lackingResources(pod, entry, promised);
  if (lacking !== undefined) return lacking;
  if (volumes.kind === "unready") return final(volumes.reason);
  const byVolumes = volumeRefusal(volumes, entry, state.lookup);
  if (byVolumes !== undefined) {
    return byVolumes === "node(s) exceed max volume count" ? curable(byVolumes) : final(byVolumes);
  }
  const spread = spreadRefusal(state.spread, entry);
  if (spread !== undefined) return { reasons: [spread], isFinal: spread.endsWith("(missing required label)") };
  const affinity = affinityRefusal(state.affinity, entry);
  if (affinity !== undefined) {
    return { reasons: [affinity], isFinal: affinity === "node(s) didn't match pod affinity rules" };
  }
  const beside = promised.length === 0 ? undefined : state.besidePromised(entry, promised);
  return beside === undefined ? undefined : curable(beside);
}

function portsTaken(pod: PodFacts, entry: NodeEntry, promised: readonly PodFacts[]): boolean {
  for (const other of entry.pods.values()) if (conflictingPorts(other.ports, pod.ports) !== undefined) return true;
  return promised.some((other) => conflictingPorts(other.ports, pod.ports) !== undefined);
}

function lackingResources(pod: PodFacts, entry: NodeEntry, promised: readonly PodFacts[]): Refusal | undefined {
  const reasons: string[] = [];
  let isFinal = false;
  for (const name in pod.requests) {
    const requested = pod.requests[name] ?? 0;
    if (requested === 0) continue;
    let used = entry.used[name] ?? 0;
    for (const other of promised) used += other.requests[name] ?? 0;
    const allocatable = entry.allocatable[name] ?? 0;
    if (used + requested <= allocatable) continue;
    reasons.push(name === "pods" ? "Too many pods" : `Insufficient ${name}`);
    if (requested > allocatable) isFinal = true;
  }
  return reasons.length === 0 ? undefined : { reasons, isFinal };
}
