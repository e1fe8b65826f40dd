import type { Pod } from "../../api/index.ts";
import type { EpochMillis } from "../time.ts";
import type { DisruptionLimits } from "./disruption-limits.ts";
import { isDisruptable, isReschedulable } from "./predicates.ts";

/**
 * Needs a new place and may move now: what capacity is planned for when a node goes (scheduling 1.2). A pod that cannot
 * move yet causes none; when it unblocks, the next pass picks it up.
 */
export function isCurrentlyReschedulable(
  pod: Pod,
  moment: { readonly now: EpochMillis; readonly limits: DisruptionLimits },
): boolean {
  if (!isReschedulable(pod) || !isDisruptable(pod, moment.now)) return false;
  return moment.limits.check(pod, "fully-blocking", moment.now) === undefined;
}
