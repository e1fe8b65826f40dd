import { labels as labelKeys } from "../../api/index.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import { type BitSet, hasBit, isEqualSet } from "../catalogue/bit-set.ts";
import { hasValue, requirementIn } from "../requirements/requirement.ts";
import { addRequirement } from "../requirements/requirements.ts";
import type { Resumable } from "../resumable.ts";
import type { TopologyGroup } from "../topology/groups.ts";
import type { NodeFacts } from "../topology/node-facts.ts";
import { choosePin, countPinned, type Pin, type PinOffer } from "../topology/pinning.ts";
import type { TopologyView } from "../topology/topology.ts";
import type { Pool } from "./claim.ts";
import { machineFacts } from "./claim-hosts.ts";
import { nodesFor, placeOne } from "./place-on-nodes.ts";
import { type Demand, type FreshFit, freshFit, type PodPrice, type Session } from "./session.ts";
import type { Stage, Workload } from "./workload.ts";

const unitsPerYield = 32;

/** Splits the waiting pods of workloads by the domains that topology leaves them (scheduling 5.5), and counts them there. */
export function* pinDemands(
  session: Session,
  asks: readonly PinAsk[],
  tiers: readonly (readonly Pool[])[],
): Generator<number, readonly Demand[]> {
  const context: PinContext = { session, tiers, made: new Map(), offers: new Map() };
  let open = asks.map((ask) => ({ ...ask }));
  for (let before = Infinity; open.length > 0 && wantedIn(open) < before; ) {
    before = wantedIn(open);
    for (const ask of open) {
      yield* pinWorkload(context, ask);
    }
    open = open.filter(({ wanted }) => wanted > 0);
  }
  return [...context.made.values()];
}

const wantedIn = (asks: readonly PinAsk[]): number => asks.reduce((sum, { wanted }) => sum + wanted, 0);

export interface PinAsk {
  readonly workload: Workload;
  readonly stage: Stage;
  /** Counted down. */
  wanted: number;
  readonly alsoSettle: ReadonlySet<string>;
  readonly settleEvenly: ReadonlySet<string>;
}

/** Counted up while it is being made. */
type CountedDemand = Omit<Demand, "count"> & { count: number };

interface PinContext {
  readonly session: Session;
  readonly tiers: readonly (readonly Pool[])[];
  readonly made: Map<string, CountedDemand>;
  /** By what pods share who need, tolerate and ask for the same, by pin. */
  readonly offers: Map<string, Map<string, Offer | undefined>>;
}

interface Offer extends PinOffer {
  readonly set: SetId;
  readonly pool: Pool;
  readonly fit: FreshFit;
  /** Equal for equal pins. */
  readonly key: string;
  /** The machine as far as its labels are settled. */
  readonly machine: NodeFacts;
}

function* pinWorkload(context: PinContext, ask: PinAsk): Resumable<void> {
  const alike = `${ask.stage.set}|${ask.workload.alike}|${ask.stage.alike}`;
  const offers = context.offers.get(alike) ?? new Map<string, Offer | undefined>();
  context.offers.set(alike, offers);
  const offerFor = (pin: Pin): Offer | undefined => {
    let key = "";
    for (const [label, domain] of pin) key += `${label}=${domain};`;
    if (!offers.has(key)) offers.set(key, bestOffer(context, ask, { pin, key }));
    return offers.get(key);
  };
  const { topology: view, strict } = ask.stage;
  const nodes = nodesFor(context.session, ask);
  const perPod = 1 + (nodes.length >> 4);
  let units = perPod;
  for (; ask.wanted > 0; ask.wanted--) {
    units += perPod;
    if (units > unitsPerYield) {
      yield units;
      units = 0;
    }
    // Each pod that settles may open a node's domain to the next one.
    if (placeOne(context.session, ask, nodes)) continue;
    const { alsoSettle, settleEvenly } = ask;
    const pin = choosePin({ view, strict, offerFor, alsoSettle, settleEvenly });
    const offer = pin === undefined ? undefined : offerFor(pin);
    if (pin === undefined || offer === undefined) return;
    countPinned(view, { pin, machine: offer.machine }, 1);
    addDemand(context.made, ask, { pin, offer });
  }
}

function addDemand(
  made: Map<string, CountedDemand>,
  { workload, stage }: PinAsk,
  { pin, offer }: { readonly pin: Pin; readonly offer: Offer },
): void {
  const key = `${workload.index}/${offer.key}`;
  const known = made.get(key);
  if (known !== undefined) known.count++;
  else made.set(key, { workload, stage, set: offer.set, count: 1, pinned: { pin, machine: offer.machine } });
}

/** The first tier of pools that can host the pod under the pin, and what it would cost there. */
function bestOffer(
  { session, tiers }: PinContext,
  { workload, stage }: PinAsk,
  { pin, key }: { readonly pin: Pin; readonly key: string },
): Offer | undefined {
  const set = pinnedSet(session, stage, pin);
  if (set === undefined) return undefined;
  for (const [tier, pools] of tiers.entries()) {
    let best: Omit<Offer, "machine"> | undefined;
    for (const pool of pools) {
      const fit = freshFit(session, pool, { workload, stage, set });
      if (fit === undefined) continue;
      const price = pricePerPod(session, pool, { workload, fit });
      if (best === undefined || price < best.price) best = { tier, price, set, pool, fit, key };
    }
    if (best === undefined) continue;
    return { ...best, machine: machineFacts(best.pool.template, session.table.requirements(best.fit.set)) };
  }
  return undefined;
}

/** The stage's requirements in the domains of the pin, or undefined where they do not go together. */
export function pinnedSet({ table, pinnedSets }: Session, { set }: Stage, pin: Pin): SetId | undefined {
  let key = String(set);
  for (const [label, value] of pin) key += `;${label}=${value}`;
  if (!pinnedSets.has(key)) pinnedSets.set(key, computePinnedSet(table, set, pin));
  return pinnedSets.get(key);
}

function computePinnedSet(table: RequirementTable, set: SetId, pin: Pin): SetId | undefined {
  let requirements = table.requirements(set);
  for (const [key, value] of pin) {
    const own = requirements.get(key);
    if (own !== undefined && !hasValue(own, value)) return undefined;
    requirements = addRequirement(requirements, requirementIn(key, value));
  }
  return table.intern(requirements);
}

/** Price of the pod's share of the machine that suits it best. */
function pricePerPod(
  { table, podPrices }: Session,
  pool: Pool,
  { workload, fit }: { readonly workload: Workload; readonly fit: FreshFit },
): number {
  const { price } = table.select(fit.set);
  const key = `${pool.template.index}/${workload.shape}`;
  const memo = podPrices.get(price) ?? new Map<string, PodPrice[]>();
  podPrices.set(price, memo);
  const known = memo.get(key)?.find(({ rows }) => isEqualSet(rows, fit.rows));
  if (known !== undefined) return known.price;
  const made = { rows: fit.rows, price: leastShare(workload.need, { room: pool.room.room, rows: fit.rows, price }) };
  memo.set(key, [...(memo.get(key) ?? []), made]);
  return made.price;
}

/** The largest share of any resource counts. */
function leastShare(
  { places, amounts }: Workload["need"],
  on: { readonly room: readonly Float64Array[]; readonly rows: BitSet; readonly price: Float64Array },
): number {
  const columns = Array.from(places, (place) => on.room[place]);
  let best = Infinity;
  for (let row = 0; row < on.price.length; row++) {
    if (!hasBit(on.rows, row)) continue;
    let share = 0;
    for (let i = 0; i < amounts.length; i++) {
      const own = (amounts[i] ?? 0) / (columns[i]?.[row] ?? 1);
      if (own > share) share = own;
    }
    const price = share * (on.price[row] ?? Infinity);
    if (price < best) best = price;
  }
  return best;
}

/** Keys other than the host name on which some constraint binds the pod. */
export const bindsDomains = ({ binding }: TopologyView): boolean =>
  binding.some(({ term }) => term.key !== labelKeys.hostname);

/** Keys on which other pods want to join this one: it should settle, so that they can follow in the same pass. */
export function keysToSettle(view: TopologyView): ReadonlySet<string> {
  return new Set(settlingGroups(view).map(({ term }) => term.key));
}

/**
 * Affinity groups whose owners must be able to choose between domains: they spread or stay apart on the key, or others
 * that must follow them in turn.
 */
export function evenGroups(views: readonly TopologyView[]): ReadonlySet<TopologyGroup> {
  const even = new Set<TopologyGroup>();
  const affinities = views.flatMap((view) =>
    view.owned.flatMap((group) => (group.term.kind === "affinity" ? [{ view, group }] : [])),
  );
  for (let before = -1; before !== even.size; ) {
    before = even.size;
    for (const { view, group } of affinities) if (mustChoose(view, group, even)) even.add(group);
  }
  return even;
}

function mustChoose(view: TopologyView, { term }: TopologyGroup, even: ReadonlySet<TopologyGroup>): boolean {
  return (
    view.owned.some((own) => own.term.kind !== "affinity" && own.term.key === term.key) ||
    view.counted.some((group) => even.has(group) && group.term.key === term.key)
  );
}

export function keysToSettleEvenly(view: TopologyView, even: ReadonlySet<TopologyGroup>): ReadonlySet<string> {
  return new Set(settlingGroups(view).flatMap((group) => (even.has(group) ? [group.term.key] : [])));
}

const settlingGroups = ({ counted }: TopologyView): readonly TopologyGroup[] =>
  counted.filter(({ term }) => term.kind === "affinity" && term.key !== labelKeys.hostname);
