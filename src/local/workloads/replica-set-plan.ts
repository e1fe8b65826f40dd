import type { Pod, ReplicaSet } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { isActive, isReady, isTerminal, untilAvailable } from "../stand-ins/pod-state.ts";
import { inScaleDownOrder } from "./scale-down-order.ts";

export interface ReplicaSetPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
  readonly status: NonNullable<ReplicaSet["status"]>;
  /** When the next ready pod becomes available, in milliseconds. */
  readonly again: number | undefined;
}

/** What a ReplicaSet should do about the pods it owns, and what its status says of them. */
export function computeReplicaSetPlan(replicaSet: ReplicaSet, owned: readonly Pod[], now: number): ReplicaSetPlan {
  const { spec, metadata } = replicaSet;
  const active = owned.filter(isActive);
  const difference = (spec.replicas ?? 1) - active.length;
  const templateLabels = { matchLabels: spec.template?.metadata?.labels ?? {} };
  const waits = active.map((pod) => untilAvailable(pod, spec.minReadySeconds ?? 0, now));
  const pending = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  return {
    create: Math.max(difference, 0),
    remove: difference < 0 ? inScaleDownOrder(active).slice(0, -difference) : [],
    status: {
      observedGeneration: metadata.generation ?? 0,
      replicas: active.length,
      fullyLabeledReplicas: active.filter((pod) => matchesSelector(templateLabels, pod.metadata.labels)).length,
      readyReplicas: active.filter(isReady).length,
      availableReplicas: waits.filter((wait) => wait === 0).length,
      terminatingReplicas: owned.filter((pod) => isDeleting(pod) && !isTerminal(pod)).length,
    },
    again: pending.length === 0 ? undefined : Math.min(...pending),
  };
}
