import type { Pod, Toleration } from "../../api/index.ts";
import { type SparseAmounts, sparseOf } from "../catalogue/fit-rows.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import type { ResourceSpace } from "../catalogue/resource-space.ts";
import { type HostPort, hostPortText } from "../pods/host-ports.ts";
import type { StorageObjects } from "../pods/volumes.ts";
import type { PodClass } from "../pods/pod-class.ts";
import type { Resources } from "../quantity/resources.ts";
import {
  podRequirements,
  preferredTerms,
  requiredTerms,
  strictPodRequirements,
} from "../requirements/pod-requirements.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { noRequirements } from "../requirements/requirements.ts";
import { piecesPerYield, type Resumable, sorted } from "../resumable.ts";
import type { Topology, TopologyView } from "../topology/topology.ts";
import { type VolumeUse, volumeUse } from "./volume-limits.ts";
import { volumeAlternatives } from "./volume-topology.ts";
import { type RelaxationRules, relaxPod } from "./relaxation.ts";

/** Pods that are equal for every decision: one class, decided once (scheduling 11.3 item 24). */
export interface Workload {
  readonly index: number;
  /** In queue order: oldest first, then by UID. Never empty. */
  readonly pods: readonly Pod[];
  readonly requests: Resources;
  readonly need: SparseAmounts;
  /** Equal for equal needs. */
  readonly shape: string;
  /** Equal for equal needs and ports. */
  readonly alike: string;
  readonly ports: readonly HostPort[];
  /** Claims that count against attach limits; pods of one class share theirs. */
  readonly volumes: VolumeUse;
  /** From the pod as written to the pod with everything relaxed; grows as it is asked for. */
  readonly stages: Stage[];
}

/** A pod after some steps of relaxation (scheduling 3.6). */
export interface Stage {
  readonly pod: Pod;
  readonly requirements: Requirements;
  /** Without preferences: the pod's own domains are judged by these. */
  readonly strict: Requirements;
  readonly set: SetId;
  readonly topology: TopologyView;
  readonly tolerations: readonly Toleration[];
  /** Requirements of its volumes, any of which will do; one empty set when there are none (scheduling 2.9). */
  readonly volumes: readonly Requirements[];
  readonly volumeSets: readonly SetId[];
  /** Equal for equal tolerations and volumes. */
  readonly alike: string;
  /** Memo by node kind. */
  readonly nodeKinds: Map<number, boolean>;
}

export interface WorkloadContext {
  readonly table: RequirementTable;
  readonly space: ResourceSpace;
  readonly relaxation: RelaxationRules;
  readonly topology: Topology;
  readonly storage: StorageObjects;
}

/**
 * In queue order: cpu, then memory, largest first; then the class of the older pod (scheduling 4.2). Yields work done.
 */
export function* groupWorkloads(
  classes: readonly PodClass[],
  context: WorkloadContext,
): Resumable<readonly Workload[]> {
  const queued: { readonly podClass: PodClass; readonly pods: readonly Pod[] }[] = [];
  let looked = 0;
  for (const podClass of classes) {
    const { pods } = podClass;
    queued.push({ podClass, pods: pods.length > 1 ? yield* sorted(pods, byAge) : pods });
    if (++looked % piecesPerYield === 0) yield piecesPerYield;
  }
  const ordered = yield* sorted(
    queued,
    (a, b) => bySize(a.podClass.requests, b.podClass.requests) || byFirst(a.pods, b.pods),
  );
  const workloads: Workload[] = [];
  for (const { podClass, pods } of ordered) {
    workloads.push(workloadOf(podClass, pods, { index: workloads.length, context }));
    if (workloads.length % workloadsPerYield === 0) yield workloadsPerYield * workloadUnits;
  }
  return workloads;
}

/** Making a workload takes some ten microseconds. */
const workloadUnits = 4;
const workloadsPerYield = 16;

function workloadOf(
  { requests, hostPorts, example }: PodClass,
  pods: readonly Pod[],
  { index, context }: { readonly index: number; readonly context: WorkloadContext },
): Workload {
  const need = sparseOf(context.space.vector(requests));
  const shape = `${need.places.join()}:${need.amounts.join()}`;
  return {
    index,
    pods,
    requests,
    need,
    shape,
    alike: hostPorts.length === 0 ? shape : `${shape}/${hostPorts.map(hostPortText).join()}`,
    ports: hostPorts,
    volumes: volumeUse(pods.slice(0, 1), context.storage),
    stages: [stageOf(pods[0] ?? example, context)],
  };
}

function byFirst([a]: readonly Pod[], [b]: readonly Pod[]): number {
  return a === undefined || b === undefined ? 0 : byAge(a, b);
}

function bySize(a: Resources, b: Resources): number {
  return (b["cpu"] ?? 0) - (a["cpu"] ?? 0) || (b["memory"] ?? 0) - (a["memory"] ?? 0);
}

function byAge(a: Pod, b: Pod): number {
  return (
    compare(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "") ||
    compare(a.metadata.uid ?? "", b.metadata.uid ?? "") ||
    compare(a.metadata.namespace ?? "", b.metadata.namespace ?? "") ||
    compare(a.metadata.name ?? "", b.metadata.name ?? "")
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The stage at `index`, made when first asked for; undefined past the last. */
export function stageAt(workload: Workload, index: number, context: WorkloadContext): Stage | undefined {
  while (workload.stages.length <= index) {
    const last = workload.stages.at(-1);
    const relaxed = last === undefined ? undefined : relaxPod(last.pod, context.relaxation);
    if (relaxed === undefined) return undefined;
    workload.stages.push(stageOf(relaxed, context));
  }
  return workload.stages[index];
}

function stageOf(pod: Pod, { table, relaxation, topology, storage }: WorkloadContext): Stage {
  const strict = strictPodRequirements(pod);
  const requirements = relaxation.preferences ? podRequirements(pod) : strict;
  const volumes = volumeAlternatives(pod, storage);
  const alternatives = volumes.length === 0 ? [noRequirements] : volumes;
  const tolerations = pod.spec.tolerations ?? [];
  const volumeSets = alternatives.map((volume) => table.intern(volume));
  return {
    pod,
    requirements,
    strict,
    set: table.intern(requirements),
    topology: topology.view(pod),
    tolerations,
    volumes: alternatives,
    volumeSets,
    alike: `${tolerations.length === 0 ? "" : JSON.stringify(tolerations)}/${volumeSets.join()}`,
    nodeKinds: new Map(),
  };
}

/** Label keys that the pod may ask for in any stage. */
export function askedKeysOf(pod: Pod, into: Set<string>): void {
  for (const key of podRequirements(pod).keys()) into.add(key);
  const terms = [...requiredTerms(pod), ...preferredTerms(pod).map(({ preference }) => preference)];
  for (const term of terms) for (const { key } of term.matchExpressions ?? []) into.add(key);
}
