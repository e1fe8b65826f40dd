import { awsLabelRules, type LabelRules } from "../../api/index.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { PoolView } from "../cluster/views.ts";
import type { PlannedClaim, PricedChoice } from "../provisioning/plan.ts";
import { intersects } from "../requirements/compatible.ts";
import { specRequirements } from "../requirements/requirements.ts";
import { staticClaim } from "./static-claim.ts";

/** A static claim with what it will cost at the least: no type is required, the provider takes the cheapest. */
export function plannedStaticClaim(
  pool: PoolView,
  instanceTypes: ClusterSnapshot["instanceTypes"],
  { wellKnown }: LabelRules = awsLabelRules,
): PlannedClaim {
  const claim = staticClaim(pool, (label) => wellKnown.has(label));
  const requirements = specRequirements(claim.spec.requirements);
  let cheapest: PricedChoice = { instanceType: "", zone: "", capacityType: "", price: Number.POSITIVE_INFINITY };
  for (const type of instanceTypes.get(keyText(pool.key)) ?? []) {
    if (!intersects(requirements, type.requirements)) continue;
    for (const { available, requirements: own, zone, capacityType, price } of type.offerings)
      if (available && price < cheapest.price && intersects(requirements, own))
        cheapest = { instanceType: type.name, zone, capacityType, price };
  }
  return { poolKey: pool.key, pool, pods: [], claim, instanceTypes: [], cheapest, reasons: [] };
}
