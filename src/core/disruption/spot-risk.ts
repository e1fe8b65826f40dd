/**
 * Whether a spot machine is worth exchanging for another one, by what it risks (lifecycle 8.9, O8). Upstream asks for 15
 * cheaper types instead, which freezes every pool that offers fewer.
 */
import type { Offering } from "../catalogue/instance-type.ts";

interface Choice {
  readonly type: { readonly name: string };
  readonly offering: Pick<Offering, "zone">;
}

/**
 * A new spot machine must cost at most this share of the old one, and whatever is launched lies within the same band above
 * the cheapest. So from no machine that the claim may become is another exchange worth it while prices stand: it ratchets
 * down once and not again.
 */
export const spotBand = 0.8;

/** Most capacity pools that a claim is asked to span. */
const mostPools = 15;
/** Share of the capacity pools that could hold the pods at all. */
const spannedShare = 0.25;

/** Capacity pools (a type in a zone) that a claim must span, of those that could hold its pods whatever they cost. */
export const poolsNeeded = (possible: number): number => Math.min(mostPools, Math.ceil(possible * spannedShare));

/** The dearest that a claim may be launched as, USD an hour; undefined when even its cheapest saves too little. */
export function spotCeiling(price: number, cheapest: number): number | undefined {
  return cheapest <= price * spotBand ? cheapest / spotBand : undefined;
}

/** Interruptions an hour of a machine that could have come from any pool: about one in twenty a month. */
const calmRate = 0.05 / 730;
/** How much more often a machine goes that could come from one pool alone. */
const narrowFactor = 4;

/** Capacity pools among offerings. */
export const poolsOf = (choices: readonly Choice[]): number =>
  new Set(choices.map(({ type, offering }) => `${type.name} ${offering.zone}`)).size;

/** An eviction that nobody planned is worth so many that were: two minutes' notice, whatever the budgets say. */
const suddenFactor = 4;

/**
 * What the interruptions of a spot machine cost, USD an hour: the fewer pools it may come from the more there are.
 * `evictionValue`: what moving all its pods once is worth, USD.
 */
export const interruptionCost = (pools: number, evictionValue: number): number =>
  pools === 0 ? 0 : calmRate * (1 + narrowFactor / pools) * suddenFactor * evictionValue;
