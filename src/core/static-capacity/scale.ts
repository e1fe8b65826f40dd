/** How many machines a pool of a fixed size lacks or has too many (scheduling 7.4, lifecycle 5.6). */
import { parseNillableDurationMillis, parseTimestamp, type NodeClaim } from "../../api/index.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { disruptionGuard } from "../pods/do-not-disrupt.ts";
import { evictionCost } from "../pods/eviction-cost.ts";
import { isDaemonPod } from "../pods/ownership.ts";
import type { EpochMillis } from "../time.ts";

/** Claims of one pool; each is in exactly one of these. */
export interface StaticCounts {
  /** Staying, launched or not. */
  readonly active: number;
  /** Chosen for replacement, not deleted yet. */
  readonly pendingDisruption: number;
  readonly deleting: number;
  /** Asked for by others at this moment. */
  readonly reserved: number;
}

/**
 * Claims to create now: what is missing of `replicas`, within `limits.nodes`. Claims that are being replaced count, so that
 * a replacement is not bought twice (upstream may overshoot by their number).
 */
export function missingReplicas(
  pool: { readonly replicas: number; readonly limit: number | undefined },
  { active, pendingDisruption, deleting, reserved }: StaticCounts,
): number {
  const missing = pool.replicas - active - pendingDisruption - reserved;
  const room = (pool.limit ?? Number.MAX_SAFE_INTEGER) - (active + pendingDisruption + deleting + reserved);
  return Math.max(0, Math.min(missing, room));
}

export interface StaticMember {
  readonly claim: NodeClaim;
  /** Absent until the claim is launched. */
  readonly node: StateNode | undefined;
}

/**
 * The members to give up first, `surplus` of them: those without a machine, then empty ones, then those whose pods are
 * cheapest to move, and last of all those with pods that must not be disrupted. By name where all else is equal.
 */
export function surplusMembers(
  members: readonly StaticMember[],
  surplus: number,
  now: EpochMillis,
): readonly StaticMember[] {
  const ranked = members.map((member) => ({ member, rank: rankOf(member, now) }));
  ranked.sort(
    (a, b) => a.rank.step - b.rank.step || a.rank.cost - b.rank.cost || (nameOf(a.member) < nameOf(b.member) ? -1 : 1),
  );
  return ranked.slice(0, Math.max(0, surplus)).map(({ member }) => member);
}

const nameOf = ({ claim }: StaticMember): string => claim.metadata.name ?? "";

function rankOf({ claim, node }: StaticMember, now: EpochMillis): { readonly step: number; readonly cost: number } {
  if ((claim.status?.providerID ?? "") === "" || node === undefined) return { step: 0, cost: 0 };
  const isGuarded = node.pods.some((pod) => disruptionGuard(pod, now).protects);
  if (!isGuarded && node.pods.every(isDaemonPod)) return { step: 1, cost: 0 };
  const cost = node.pods.reduce((sum, pod) => sum + evictionCost(pod), 0) * lifeLeft(claim, now);
  return { step: isGuarded ? 3 : 2, cost };
}

/** 1 for a fresh machine or one that never expires, 0 for one that is due. */
function lifeLeft({ spec, metadata }: NodeClaim, now: EpochMillis): number {
  const whole = spec.expireAfter === undefined ? undefined : parseNillableDurationMillis(spec.expireAfter);
  if (whole === undefined || whole === Number.POSITIVE_INFINITY) return 1;
  const age = now - (parseTimestamp(metadata.creationTimestamp ?? "") ?? now);
  return whole === 0 ? 0 : Math.max(0, Math.min(1, (whole - age) / whole));
}
