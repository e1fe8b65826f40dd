import { awsLabelRules, type LabelRules } from "../api/index.ts";
import type { DisruptionDeps } from "../controllers/index.ts";
import {
  burstable,
  createCatalogueCache,
  type DisruptionMethod,
  drift,
  emptiness,
  multiNodeConsolidation,
  nodeChargePerHour,
  type ProvisioningOptions,
  repacking,
  singleNodeConsolidation,
  staticDrift,
  staticDriftWithinLimits,
  upstreamDrift,
  vacancy,
} from "../core/index.ts";
import type { OperatorOptions } from "./options.ts";

/**
 * What may be disrupted and how it is decided: machines are compared as the provisioner compares them, so that neither
 * undoes what the other did.
 */
export function disruptionRules({
  options,
  labelRules = awsLabelRules,
}: {
  readonly options: OperatorOptions;
  readonly labelRules?: LabelRules | undefined;
}): Required<Pick<DisruptionDeps, "methods" | "settings">> {
  const provisioning: ProvisioningOptions = {
    nodeChargePerHour,
    ...planningPolicy(options),
    preferencePolicy: options.preferencePolicy,
    minValuesPolicy: options.minValuesPolicy,
    ignoreResourceClaims: options.ignoreDraRequests,
    labelRules,
    catalogueCache: createCatalogueCache(),
  };
  return {
    methods: methodsOf(options),
    settings: {
      provisioning,
      rehearsals: 8,
      mostMoves: 1,
      spotToSpot: options.featureGates["SpotToSpotConsolidation"] === true,
      spotChoice: options.spotChoice,
      ...(options.preferencePrice === undefined ? {} : { preferencePricePerHour: options.preferencePrice }),
      ...(options.burstable === "avoid" ? { avoidTypes: burstable } : {}),
    },
  };
}

/** How machines are chosen: the reference knows no charge for a machine beside its price. */
export const planningPolicy = ({
  policy,
}: Pick<OperatorOptions, "policy">): Pick<ProvisioningOptions, "policy" | "nodeChargePerHour"> =>
  policy === "compatible" ? { policy, nodeChargePerHour: 0 } : {};

/** In the order of lifecycle 3.1. Under `compatible` they are upstream's to the letter, with its wait of 15 s (3.9). */
function methodsOf({ mode, policy, featureGates }: OperatorOptions): readonly DisruptionMethod[] {
  if (mode === "consolidate") {
    return policy === "compatible"
      ? [emptiness, multiNodeConsolidation, singleNodeConsolidation]
      : [vacancy, repacking];
  }
  const hasStatic = featureGates["StaticCapacity"] === true;
  if (policy === "compatible") {
    const fixed = hasStatic ? [staticDrift] : [];
    return [emptiness, ...fixed, upstreamDrift, multiNodeConsolidation, singleNodeConsolidation];
  }
  return [vacancy, ...(hasStatic ? [staticDriftWithinLimits] : []), drift, repacking];
}
