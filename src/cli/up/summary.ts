import type { Condition, KubeObject, Node, NodeClaim, Pod } from "../../api/index.ts";

/** What `up --until settled` prints (product: what commands print). */
export interface UpSummary {
  readonly schema: "up/1";
  readonly pods: {
    readonly running: number;
    readonly pending: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  readonly nodes: number;
  /** USD an hour of the machines that run. */
  readonly pricePerHour: number;
  readonly seconds: number;
  readonly unplaced: readonly { readonly pod: string; readonly reason: string }[];
  readonly refused: readonly { readonly object: string; readonly place: string; readonly message: string }[];
}

/** What a controller of the cluster makes pods for, and how far it has come. */
export interface Workload extends KubeObject {
  readonly status?: { readonly observedGeneration?: number };
}

/** The picture that `settled` is judged on. */
export interface ClusterPicture {
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly claims: readonly NodeClaim[];
}

export type PodState = "running" | "pending" | "succeeded" | "failed";

/** A pod counts as running when its phase says so and it is Ready. */
export function podState(pod: Pod): PodState {
  switch (pod.status?.phase) {
    case "Succeeded":
      return "succeeded";
    case "Failed":
      return "failed";
    case "Running":
      return isTrue(pod.status.conditions, "Ready") ? "running" : "pending";
    default:
      return "pending";
  }
}

export function countPods(pods: readonly Pod[]): UpSummary["pods"] {
  const counts = { running: 0, pending: 0, succeeded: 0, failed: 0 };
  for (const pod of pods) counts[podState(pod)] += 1;
  return counts;
}

/** Pods by `namespace/name`. */
export type PodNames = Pick<ReadonlySet<string>, "has">;

/**
 * Whether something is still under way, in words; undefined when all that can happen has happened. Pods known to have no
 * place (`unplaced`) are not waited for.
 */
export function underWay({ workloads, pods, nodes, claims }: ClusterPicture, unplaced: PodNames): string | undefined {
  const unseen = workloads.find(isUnseen);
  if (unseen !== undefined) {
    const { kind, metadata } = unseen;
    return `${kind} ${metadata.namespace}/${metadata.name} has not been taken up by its controller`;
  }
  const leaving = pods.find((pod) => pod.metadata.deletionTimestamp !== undefined);
  if (leaving !== undefined) return `pod ${podName(leaving)} is being deleted`;
  const starting = pods.find((pod) => podState(pod) === "pending" && !unplaced.has(podName(pod)));
  if (starting !== undefined) return `pod ${podName(starting)} is not running yet`;
  const claim = claims.find(
    (each) => each.metadata.deletionTimestamp !== undefined || !isTrue(each.status?.conditions, "Initialized"),
  );
  if (claim !== undefined) return `node claim ${claim.metadata.name} is on its way`;
  const node = nodes.find((each) => each.metadata.deletionTimestamp !== undefined);
  return node === undefined ? undefined : `node ${node.metadata.name} is being deleted`;
}

/** Its pods are still to be made, or to be made anew. */
const isUnseen = ({ metadata, status }: Workload): boolean =>
  metadata.deletionTimestamp === undefined && (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);

export const podName = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

/** Why the scheduler, as last seen, has no place for a pod. */
export function schedulerReason(pod: Pod): string {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  return scheduled?.message ?? scheduled?.reason ?? "the scheduler has not said anything yet";
}

/** 0 when every pod runs (or has ended well) and nothing was refused, else 1. */
export function exitCodeOf({ pods, refused }: UpSummary): 0 | 1 {
  return pods.pending === 0 && pods.failed === 0 && refused.length === 0 ? 0 : 1;
}

const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
