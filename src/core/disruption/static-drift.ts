/** Replaces drifted nodes of pools of a fixed size (lifecycle 4.6): each by one claim made straight from the template. */
import { type KeyText, keyText } from "../cluster/keys.ts";
import { isStaticPool, type PoolView } from "../cluster/views.ts";
import { plannedStaticClaim } from "../static-capacity/planned-static-claim.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";
import type { Candidate } from "./candidate.ts";
import { isDrifted } from "./drifted.ts";
import type { Choice, DisruptionCommand, DisruptionMethod, KeptReason, MethodCheck, MethodContext } from "./method.ts";

const checks: readonly MethodCheck[] = [
  {
    code: "dynamic-pool",
    refusal: ({ pool }) => (isStaticPool(pool) ? undefined : "its pool has no fixed number of replicas"),
  },
  { code: "not-drifted", refusal: ({ claim }) => (isDrifted(claim) ? undefined : "it is what its pool asks for") },
];

/** Upstream's: a replacement always comes first, so a pool at its limit of nodes never drifts. */
export const staticDrift: DisruptionMethod = Object.freeze<DisruptionMethod>({
  name: "static-drift",
  reason: "Drifted",
  disruptionClass: "eventual",
  checks,
  compare: () => 0,
  choose: (candidates, context) => choose(candidates, context, "replace-first"),
  validationDelayMillis: 0,
  validation: "none",
  partial: false,
});

/** Ours: where the limit leaves no room for a replacement, one node goes first and is made anew (lifecycle 8, O20). */
export const staticDriftWithinLimits: DisruptionMethod = Object.freeze<DisruptionMethod>({
  ...staticDrift,
  choose: (candidates, context) => choose(candidates, context, "terminate-first"),
});

function* choose(
  candidates: readonly Candidate[],
  context: MethodContext,
  atLimit: "replace-first" | "terminate-first",
): Generator<number, Choice> {
  yield candidates.length;
  const commands: DisruptionCommand[] = [];
  const passedOver: Choice["passedOver"][number][] = [];
  let limitedByBudget = false;
  for (const [pool, members] of byPool(candidates)) {
    const budget = context.ledger.remaining(pool.key);
    if (budget === 0) limitedByBudget = true;
    const room = roomIn(pool, context);
    const first = atLimit === "terminate-first" && room.nodes === 0 && room.steady ? 1 : 0;
    const count = room.steady ? Math.min(budget, members.length, Math.max(room.nodes, first)) : 0;
    const replaces = room.nodes > 0;
    for (const candidate of members.slice(0, count)) commands.push(commandFor(candidate, context, replaces));
    for (const candidate of members.slice(count)) passedOver.push({ candidate, reason: whyNot(budget, room) });
  }
  return { commands, passedOver, limitedByBudget };
}

function byPool(candidates: readonly Candidate[]): ReadonlyMap<PoolView, readonly Candidate[]> {
  const pools = new Map<PoolView, Candidate[]>();
  for (const candidate of candidates) pools.set(candidate.pool, [...(pools.get(candidate.pool) ?? []), candidate]);
  return pools;
}

interface Room {
  /** Nodes that the pool's limit still allows. */
  readonly nodes: number;
  /** No more run than are asked for: otherwise scaling down comes first. */
  readonly steady: boolean;
}

function roomIn({ key, pool }: PoolView, { snapshot }: MethodContext): Room {
  const own: KeyText = keyText(key);
  const nodes = snapshot.nodes.filter(({ poolKey }) => poolKey !== undefined && keyText(poolKey) === own);
  const staying = nodes.filter(({ claim }) => claim?.claim.metadata.deletionTimestamp === undefined).length;
  const limit = resourcesAssuming(pool.spec.limits, 0)["nodes"];
  return {
    nodes: Math.max(0, (limit ?? Number.MAX_SAFE_INTEGER) - nodes.length),
    steady: staying <= (pool.spec.replicas ?? 0),
  };
}

function whyNot(budget: number, { nodes, steady }: Room): KeptReason {
  const method = "static-drift";
  if (budget === 0) return { code: "budget", text: "the disruption budgets of its pool allow no node now", method };
  if (!steady) return { code: "scaling-down", text: "its pool has more nodes than replicas; those go first", method };
  if (nodes === 0) return { code: "node-limit", text: "the limit of nodes leaves no room for a replacement", method };
  return { code: "other-first", text: "other drifted nodes go first", method };
}

function commandFor(candidate: Candidate, context: MethodContext, replaces: boolean): DisruptionCommand {
  const { snapshot, settings } = context;
  const replacement = replaces
    ? plannedStaticClaim(candidate.pool, snapshot.instanceTypes, settings.provisioning.labelRules)
    : undefined;
  return {
    method: "static-drift",
    reason: "Drifted",
    candidates: [candidate],
    replacements: replacement === undefined ? [] : [replacement],
    savingPerHour: candidate.price - (replacement?.cheapest.price ?? 0),
    podsMoved: candidate.pods.length,
  };
}
