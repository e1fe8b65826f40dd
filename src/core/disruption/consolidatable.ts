/** The `Consolidatable` condition and the quiet time before it (lifecycle 3.11). */
import { parseNillableDurationMillis, parseTimestamp } from "../../api/index.ts";
import type { ClaimView, PoolView } from "../cluster/views.ts";
import { type EpochMillis, epochMillisOf } from "../time.ts";

/** `wait` says when to look again; until then, and for `clear`, the condition is absent. */
export type Consolidatable =
  | { readonly status: "true" }
  | { readonly status: "clear"; readonly reason: "never" | "not-initialized" | "unreadable" }
  | { readonly status: "wait"; readonly until: EpochMillis };

/** Milliseconds of quiet that the pool asks for; Infinity for `Never`, 0 unless said; undefined for text that is none. */
export function consolidateAfterMillis(pool: PoolView): number | undefined {
  return parseNillableDurationMillis(pool.pool.spec.disruption?.consolidateAfter ?? "0s");
}

export const neverConsolidates = (pool: PoolView): boolean => pool.pool.spec.disruption?.consolidateAfter === "Never";

/** Whether the claim has been quiet for long enough. For claims of dynamic pools that are not being deleted. */
export function consolidatableOf(view: ClaimView, pool: PoolView, now: EpochMillis): Consolidatable {
  const after = consolidateAfterMillis(pool);
  if (after === undefined) return { status: "clear", reason: "unreadable" };
  if (after === Number.POSITIVE_INFINITY) return { status: "clear", reason: "never" };
  const quietSince = quietSinceOf(view);
  if (quietSince === undefined) return { status: "clear", reason: "not-initialized" };
  const due = quietSince + after;
  return now < due ? { status: "wait", until: epochMillisOf(due) } : { status: "true" };
}

export function isConsolidatable(view: ClaimView): boolean {
  const conditions = view.claim.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Consolidatable" && status === "True");
}

/** Last pod event, else the moment of initialization; undefined before that. */
function quietSinceOf({ claim }: ClaimView): number | undefined {
  const initialized = claim.status?.conditions?.find(({ type }) => type === "Initialized");
  if (initialized?.status !== "True") return undefined;
  const base = claim.status?.lastPodEventTime ?? initialized.lastTransitionTime;
  return base === undefined ? undefined : parseTimestamp(base);
}
