/** Other plans beside our own: the reference's, and variants of it that break ties between domains in other ways (ADR 4). */
import { labels as labelKeys, type Pod } from "../../api/index.ts";
import { placeAsCandidate } from "../compatible/place-compatibly.ts";
import { noTieOrders, type Ties } from "../compatible/ties.ts";
import type { PodClass } from "../pods/pod-class.ts";
import type { Resumable } from "../resumable.ts";
import { startSession } from "./build-session.ts";
import { fillClaims } from "./fill-claims.ts";
import { keepsDomains } from "./joint-domains.ts";
import { leftOver } from "./left-over.ts";
import { priceTolerance } from "./machine-options.ts";
import type { ResolvedOptions } from "./options.ts";
import { planOf } from "./plan-of.ts";
import type { ProvisioningPlan, UnplacedPod } from "./plan.ts";
import type { Session } from "./session.ts";
import { keepHeld } from "./release.ts";
import { solve } from "./solve.ts";
import { nextTieOrders, type TieSearch } from "./tie-search.ts";
import { widenClaims } from "./widen-claims.ts";
import type { Workload } from "./workload.ts";

const podsIn = ({ workloads }: Session): number => workloads.reduce((sum, { pods }) => sum + pods.length, 0);

/**
 * Above so many pods, or beside so many nodes, the reference's own plan is no candidate any more: it looks at every node for
 * every pod, and would take longer than everything else.
 */
const mostCandidatePods = 5000;
const mostCandidateNodes = 1000;

/** A plan that buys nothing and leaves nobody cannot be bettered. */
export function deservesCandidate(session: Session, { claims, unplaced }: ProvisioningPlan): boolean {
  if (claims.length + unplaced.length === 0) return false;
  return podsIn(session) <= mostCandidatePods && session.nodes.slots.length <= mostCandidateNodes;
}

const spreadsOverDomains = ({ stages: [first] }: Workload): boolean =>
  first?.topology.owned.some(({ term }) => term.kind === "spread" && term.key !== labelKeys.hostname) === true;

/**
 * The plan, or what the reference would do where that places more pods or costs less: switching from it never costs money
 * (ADR 4). Most often it is given up half-way, as soon as it costs more.
 */
export function* betterOf(plan: ProvisioningPlan, from: Basis): Resumable<ProvisioningPlan> {
  const prices = { differ: false };
  const byName = { ...noTieOrders(), prices };
  const reference = yield* candidate(from, { most: boundOf(plan, from), ties: byName });
  const best = reference === undefined ? plan : yield* unlessBeaten(plan, reference, from);
  if (!from.session.workloads.some(spreadsOverDomains)) return best;
  // Where tied domains never differ in price, the cheapest of them is the first by name: the same plan again.
  const other = prices.differ ? yield* candidate(from, { most: boundOf(best, from), ties: "cheapest" }) : undefined;
  return yield* bestOfTies(betterHolding(best, other, from), { from, met: byName.met });
}

const boundOf = (plan: ProvisioningPlan, { refused, session }: Basis): number =>
  plan.unplaced.length === refused.length ? costOf(plan, session.options) : Infinity;

function betterHolding(plan: ProvisioningPlan, other: ProvisioningPlan | undefined, from: Basis): ProvisioningPlan {
  return other !== undefined && placesAll(other, plan) && isBetter(other, plan, from) ? other : plan;
}

/**
 * Few pods make few ties, so that it can be tried what comes of each: group by group the order of domains that makes the
 * cheapest plan. The effort is counted in pods placed.
 */
function* bestOfTies(
  plan: ProvisioningPlan,
  { from, met }: { readonly from: Basis; readonly met: ReadonlyMap<number, number> },
): Resumable<ProvisioningPlan> {
  const { options } = from.session;
  const search: TieSearch = {
    orders: new Map(),
    met: new Map(met),
    cost: Infinity,
    tries: triesFor(podsIn(from.session), options.packingEffort),
  };
  let best = plan;
  for (const orders of nextTieOrders(search)) {
    const most = boundOf(best, from) * farAbove;
    const found = yield* candidate(from, { most, ties: { orders, met: search.met } });
    if (found === undefined) continue;
    best = betterHolding(best, found, from);
    const cost = found.unplaced.length > best.unplaced.length ? Infinity : costOf(found, options);
    if (!(cost < search.cost - priceTolerance)) continue;
    search.cost = cost;
    search.orders = orders;
  }
  return best;
}

const mostTiePods = 200;
const mostTieTries = 48;
const mostTiePlacements = 2000;

/** `effort`: how hard to look for better machines; a plan that is one of many tries itself asks for less. */
const triesFor = (pods: number, effort: number): number =>
  pods > mostTiePods
    ? 0
    : Math.floor(Math.min(1, effort) * Math.min(mostTieTries, mostTiePlacements / Math.max(1, pods)));

/** A variant that costs so many times more is no way to a cheaper one either. */
const farAbove = 1.5;

/** The reference's plan, if it costs no more than `most` and holds. */
function* candidate(
  { session: first, refused }: Basis,
  rules: { readonly most: number; readonly ties: Ties },
): Resumable<ProvisioningPlan | undefined> {
  const session = yield* startSession(first.layout, { ...first.options, policy: "compatible" });
  const left = yield* placeAsCandidate(session, rules);
  return left === undefined ? undefined : yield* planOf(session, [...refused, ...left]);
}

function* unlessBeaten(plan: ProvisioningPlan, reference: ProvisioningPlan, from: Basis): Resumable<ProvisioningPlan> {
  if (placesAll(plan, reference)) return isBetter(reference, plan, from) ? reference : plan;
  const superset = yield* placingFirst(reference, from);
  if (!placesAll(superset, reference)) return reference;
  return isBetter(reference, superset, from) ? reference : superset;
}

export interface Basis {
  /** Of the plan. */
  readonly session: Session;
  readonly refused: readonly UnplacedPod[];
  readonly accepted: readonly PodClass[];
  readonly layOut: (classes: readonly PodClass[]) => Resumable<Session>;
}

/** Whether the plan leaves no pod that the other places. */
function placesAll({ unplaced }: ProvisioningPlan, other: ProvisioningPlan): boolean {
  const left = new Set(other.unplaced.map(({ pod }) => pod));
  return unplaced.every(({ pod }) => left.has(pod));
}

/** Where limits keep pods out: those that the reference would place come first, the others get what is left. */
function* placingFirst(reference: ProvisioningPlan, { refused, accepted, layOut }: Basis): Resumable<ProvisioningPlan> {
  const behind = new Set(reference.unplaced.map(({ pod }) => pod));
  const part = (isWanted: (pod: Pod) => boolean): readonly PodClass[] =>
    accepted.flatMap((each) => {
      const pods = each.pods.filter(isWanted);
      return pods.length === 0 ? [] : [{ ...each, pods }];
    });
  const session = yield* layOut([...part((pod) => !behind.has(pod)), ...part((pod) => behind.has(pod))]);
  const isFirst = ({ pods: [pod] }: Workload): boolean => pod !== undefined && !behind.has(pod);
  const others = session.workloads.filter((workload) => !isFirst(workload));
  yield* solve(session, session.workloads.filter(isFirst));
  yield* fillClaims(session, others);
  yield* solve(session, others);
  yield* keepHeld(session);
  yield* widenClaims(session);
  return yield* planOf(session, [...refused, ...(yield* leftOver(session, true))]);
}

const costOf = ({ pricePerHour, claims }: ProvisioningPlan, { nodeChargePerHour }: ResolvedOptions): number =>
  pricePerHour + claims.length * nodeChargePerHour;

function isBetter(candidate: ProvisioningPlan, plan: ProvisioningPlan, { session }: Basis): boolean {
  const { options } = session;
  const [left, leftNow] = [candidate.unplaced.length, plan.unplaced.length];
  if (left !== leftNow) return left < leftNow;
  return costOf(candidate, options) < costOf(plan, options) - priceTolerance && keepsDomains(candidate, plan, session);
}
