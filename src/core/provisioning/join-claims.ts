import { labels as labelKeys } from "../../api/index.ts";
import { cheapestRow } from "../catalogue/requirement-table.ts";
import { singleValueOf } from "../requirements/requirement.ts";
import type { TopologyGroup } from "../topology/groups.ts";
import { countPinned, type Pin } from "../topology/pinning.ts";
import { allowsDomain, mayStart } from "../topology/topology.ts";
import { type Addition, applyAddition, type Claim, type Pool, tryAdd } from "./claim.ts";
import { countOnClaim, machineFacts } from "./claim-hosts.ts";
import { openClaims } from "./open-claims.ts";
import { bindsDomains, keysToSettle, pinDemands, pinnedSet } from "./pin-demands.ts";
import { type Demand, freshFit, type Session, waiting } from "./session.ts";

/**
 * Pods that want to share a host with others: they join claims where their company is, whichever grows dearer by least;
 * pods that are their own company may start a claim when there is none (scheduling 5.5).
 */
export function* joinClaims(
  session: Session,
  demands: readonly Demand[],
  tiers: readonly (readonly Pool[])[],
): Generator<number, void> {
  for (let progress = true; progress; ) {
    progress = false;
    for (const demand of demands) {
      const before = waiting(session, demand.workload);
      while (waiting(session, demand.workload) > 0 && joinBest(session, demand)) yield session.claims.length + 1;
      if (waiting(session, demand.workload) > 0 && startsCompany(demand)) yield* startClaim(session, demand, tiers);
      if (waiting(session, demand.workload) < before) progress = true;
    }
  }
}

const startsCompany = ({ stage: { topology: view, strict } }: Demand): boolean =>
  view.owned
    .filter(({ term }) => term.kind === "affinity" && term.key === labelKeys.hostname)
    .every((group) => mayStart(group, { view, strict }));

function* startClaim(session: Session, demand: Demand, tiers: readonly (readonly Pool[])[]): Generator<number, void> {
  const { workload } = demand;
  const before = waiting(session, workload);
  const settled = yield* settledDemand(session, demand, tiers);
  if (settled === undefined) return;
  const count = mostTogether(settled, waiting(session, workload));
  for (const tier of tiers) {
    if (!tier.some((pool) => freshFit(session, pool, settled) !== undefined)) continue;
    const open = session.claims.length;
    yield* openClaims(session, tier, [{ ...settled, count }], 1);
    if (session.claims.length > open) break;
  }
  // One pod was counted when its domains were chosen; as many as found room are there now.
  const placed = before - waiting(session, workload);
  if (settled.pinned !== undefined) countPinned(demand.stage.topology, settled.pinned, placed - 1);
}

/** How many of so many pods their spread or anti-affinity lets into the domains chosen for the first of them, which is counted. */
function mostTogether({ stage: { topology: view, strict }, pinned }: Demand, wanted: number): number {
  if (pinned === undefined) return wanted;
  const isOpen = (group: TopologyGroup): boolean => {
    const domain = pinned.pin.get(group.term.key);
    return domain === undefined || allowsDomain(group, domain, { view, strict });
  };
  let pods = 1;
  for (; pods < wanted && view.binding.every(isOpen); pods++) countPinned(view, pinned, 1);
  countPinned(view, pinned, 1 - pods);
  return pods;
}

/** The demand with domains chosen where topology binds the pods or others want to follow them. */
function* settledDemand(
  session: Session,
  demand: Demand,
  tiers: readonly (readonly Pool[])[],
): Generator<number, Demand | undefined> {
  const { topology } = demand.stage;
  const alsoSettle = keysToSettle(topology);
  if (alsoSettle.size === 0 && !bindsDomains(topology)) return demand;
  const [pinned] = yield* pinDemands(session, [{ ...demand, wanted: 1, alsoSettle, settleEvenly: new Set() }], tiers);
  return pinned;
}

interface Join {
  readonly claim: Claim;
  readonly addition: Addition;
  readonly pin: Pin;
  readonly dearer: number;
}

function joinBest(session: Session, demand: Demand): boolean {
  let best: Join | undefined;
  for (const claim of session.claims) {
    const join = tryJoin(session, claim, demand);
    if (join !== undefined && (best === undefined || join.dearer < best.dearer)) best = join;
  }
  if (best === undefined) return false;
  const { workload, stage } = demand;
  const share = { workload, stage, from: session.placed[workload.index] ?? 0, count: 1 };
  applyAddition(best.claim, share, best.addition);
  session.placed[workload.index] = share.from + 1;
  const machine = machineFacts(best.claim.pool.template, session.table.requirements(best.claim.set), best.claim.host);
  countPinned(stage.topology, { pin: best.pin, machine }, 1);
  countOnClaim(best.claim, share);
  return true;
}

function tryJoin(session: Session, claim: Claim, { workload, stage }: Demand): Join | undefined {
  const pin = new Map<string, string>();
  const requirements = session.table.requirements(claim.set);
  for (const group of stage.topology.binding) {
    const { key } = group.term;
    const domain = key === labelKeys.hostname ? claim.host : singleValueOf(requirements.get(key));
    if (domain === undefined || !allowsDomain(group, domain, { view: stage.topology, strict: stage.strict }))
      return undefined;
    if (key !== labelKeys.hostname) pin.set(key, domain);
  }
  for (const key of keysToSettle(stage.topology)) {
    const domain = singleValueOf(requirements.get(key)) ?? cheapestDomain(session, claim, key);
    if (domain !== undefined) pin.set(key, domain);
  }
  const set = pinnedSet(session, stage, pin);
  const addition = set === undefined ? undefined : tryAdd(claim, { workload, stage, set }, session.table);
  if (addition === undefined) return undefined;
  return { claim, addition, pin, dearer: priceOf(session, addition) - priceOf(session, claim) };
}

/** Where the claim's cheapest offering is. */
function cheapestDomain({ table }: Session, { set, rows }: Claim, key: string): string | undefined {
  const { price, cheapest } = table.select(set);
  const offering = table.catalogue.offerings.list[cheapest[cheapestRow(rows, price)] ?? -1];
  return singleValueOf(offering?.requirements.get(key));
}

function priceOf({ table }: Session, { set, rows }: Addition): number {
  const { price } = table.select(set);
  return price[cheapestRow(rows, price)] ?? Infinity;
}
