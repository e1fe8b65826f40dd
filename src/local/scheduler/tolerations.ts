import type { Taint, TaintEffect, Toleration } from "../../api/index.ts";
import { isTolerated } from "../../core/index.ts";

/** The first taint with one of the effects that no toleration covers, in the node's order. */
export function firstUntolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly TaintEffect[],
): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !isTolerated(taint, tolerations));
}

/** Effects that keep a pod from being placed. */
export const blockingEffects: readonly TaintEffect[] = Object.freeze(["NoSchedule", "NoExecute"]);
