/** A NodeOverlay as the engine reads it (api 3.1, scheduling 7.5). */
import type { NodeOverlay } from "../../api/index.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";
import type { Resources } from "../quantity/resources.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { specRequirements } from "../requirements/requirements.ts";

export interface OverlayRule {
  readonly name: string;
  readonly weight: number;
  readonly requirements: Requirements;
  /** What it makes of a price in USD an hour, never below zero; absent when it says nothing of prices. */
  readonly priceOf?: (price: number) => number;
  readonly capacity: Resources;
}

/** In order of precedence: weight descending, then name descending. */
export function overlayRules(overlays: readonly NodeOverlay[]): readonly OverlayRule[] {
  return overlays.map(ruleOf).sort((a, b) => b.weight - a.weight || (a.name < b.name ? 1 : -1));
}

function ruleOf({ metadata, spec }: NodeOverlay): OverlayRule {
  const priceOf = adjustmentOf(spec);
  return {
    name: metadata.name ?? "",
    weight: spec.weight ?? 0,
    requirements: specRequirements(spec.requirements),
    ...(priceOf === undefined ? {} : { priceOf }),
    capacity: resourcesAssuming(spec.capacity ?? {}, 0),
  };
}

function adjustmentOf({ price, priceAdjustment }: NodeOverlay["spec"]): ((price: number) => number) | undefined {
  if (price !== undefined) {
    const amount = Number(price);
    return () => amount;
  }
  if (priceAdjustment === undefined) return undefined;
  if (priceAdjustment.endsWith("%")) {
    const factor = 1 + Number(priceAdjustment.slice(0, -1)) / 100;
    return (listed) => Math.max(0, listed * factor);
  }
  const change = Number(priceAdjustment);
  return (listed) => Math.max(0, listed + change);
}
