/** Prices in USD an hour as offerings need them. */
export interface Prices {
  /** Undefined when nobody has told the price of the type. */
  onDemand(type: string): number | undefined;
  spot(type: string, zone: string): number | undefined;
  /** Rises with every change, so that what was made from older prices can be told. */
  readonly version: number;
}

/**
 * Price of an on-demand offering whose price is unknown: it sorts behind every known price and never counts as free
 * (spec: aws 4.3, deviation).
 */
export const unknownPrice = Number.POSITIVE_INFINITY;

/**
 * A made-up spot price for places without a spot market (the simulated account, offline studies): 30 to 60 % of on
 * demand, fixed by type and zone. Whoever shows it must say that it is simulated (product 10).
 */
export function simulatedSpotPrice(type: string, zone: string, onDemand: number): number {
  return Math.round(onDemand * (0.3 + 0.3 * fraction(`${type}/${zone}`)) * 1e6) / 1e6;
}

/** FNV-1a with a final mix, as a number in [0, 1): the same on every machine. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Prices for use without an account: the table's on-demand prices and simulated spot prices. */
export function listPrices(onDemand: ReadonlyMap<string, number>): Prices {
  return {
    version: 1,
    onDemand: (type) => onDemand.get(type),
    spot: (type, zone) => {
      const price = onDemand.get(type);
      return price === undefined ? undefined : simulatedSpotPrice(type, zone, price);
    },
  };
}
