import { conditionTypes, getCondition, labels, type NodeOverlay } from "../../api/index.ts";
import type { Prices } from "../catalogue/index.ts";

/** Prices by type that users state where AWS tells none (spec: aws 2.7). USD an hour. */
export interface OverlayPrices {
  priceOf(type: string): number | undefined;
  /** Changes with every price. */
  readonly version: number;
}

/**
 * Of overlays that have passed validation, state a price, and require nothing but instance types. `changes` counts what
 * became of them; the prices are read again when it has risen.
 */
export function createOverlayPrices(overlays: () => readonly NodeOverlay[], changes: () => number): OverlayPrices {
  let seen = -1;
  let prices: ReadonlyMap<string, number> = new Map();
  const current = (): ReadonlyMap<string, number> => {
    const now = changes();
    if (now !== seen) prices = pricesIn(overlays());
    seen = now;
    return prices;
  };
  return {
    priceOf: (type) => current().get(type),
    get version() {
      return changes();
    },
  };
}

/** The heaviest speaks, of equal ones the last by name, as where overlays are applied. */
function pricesIn(overlays: readonly NodeOverlay[]): ReadonlyMap<string, number> {
  const byPrecedence = overlays.toSorted(
    (a, b) =>
      (a.spec.weight ?? 0) - (b.spec.weight ?? 0) || ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1),
  );
  return new Map(byPrecedence.flatMap(statedPrices));
}

function statedPrices(overlay: NodeOverlay): readonly (readonly [string, number])[] {
  const { price, requirements } = overlay.spec;
  const [only] = requirements;
  const isValid = getCondition(overlay, conditionTypes.validationSucceeded)?.status === "True";
  if (!isValid || price === undefined || only === undefined || requirements.length > 1) return [];
  if (only.key !== labels.instanceType || only.operator !== "In") return [];
  return (only.values ?? []).map((type) => [type, Number(price)] as const);
}

export const withOverlayPrices = (prices: Prices, overlays: OverlayPrices): Prices => ({
  onDemand: (type) => prices.onDemand(type) ?? overlays.priceOf(type),
  spot: (type, zone) => prices.spot(type, zone) ?? overlays.priceOf(type),
  get version() {
    return prices.version + overlays.version;
  },
});
