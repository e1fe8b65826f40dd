import type { InstanceType, Offering } from "../catalogue/instance-type.ts";
import type { PoolView } from "../cluster/views.ts";
import { offeringsOf } from "./apply-overlays.ts";
import type { OverlayRule } from "./overlay-rule.ts";

export interface PoolTypes {
  readonly pool: PoolView;
  readonly types: readonly InstanceType[];
}

/**
 * Names of overlays that say the same thing as an earlier one of equal weight, somewhere: they are not applied at all
 * (api 3.1 rule 3). `rules` are in order of precedence.
 */
export function conflictingOverlays(rules: readonly OverlayRule[], pools: readonly PoolTypes[]): ReadonlySet<string> {
  const losers = new Set<string>();
  const byWeight = Map.groupBy(rules, ({ weight }) => weight);
  for (const alike of byWeight.values()) {
    const kept: OverlayRule[] = [];
    for (const rule of alike) {
      if (kept.some((earlier) => pools.some((each) => clash(earlier, rule, each)))) losers.add(rule.name);
      else kept.push(rule);
    }
  }
  return losers;
}

function clash(a: OverlayRule, b: OverlayRule, { pool, types }: PoolTypes): boolean {
  const sharesKey = Object.keys(a.capacity).some((key) => b.capacity[key] !== undefined);
  const sharesPrice = a.priceOf !== undefined && b.priceOf !== undefined;
  if (!sharesKey && !sharesPrice) return false;
  return types.some((type) => {
    const first = offeringsOf(a, pool, type);
    if (first.size === 0) return false;
    const second = offeringsOf(b, pool, type);
    return (sharesKey && second.size > 0) || (sharesPrice && overlaps(first, second));
  });
}

const overlaps = (a: ReadonlySet<Offering>, b: ReadonlySet<Offering>): boolean => [...a].some((one) => b.has(one));
