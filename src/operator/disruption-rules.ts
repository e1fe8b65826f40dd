import { awsLabelRules, type LabelRules } from "../api/index.ts";
import type { DisruptionDeps } from "../controllers/index.ts";
import {
  createCatalogueCache,
  drift,
  type InstanceType,
  nodeChargePerHour,
  type ProvisioningOptions,
  repacking,
  staticDriftWithinLimits,
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
    preferencePolicy: options.preferencePolicy,
    minValuesPolicy: options.minValuesPolicy,
    ignoreResourceClaims: options.ignoreDraRequests,
    labelRules,
    nodeChargePerHour,
    catalogueCache: createCatalogueCache(),
  };
  const fixed = options.featureGates["StaticCapacity"] === true ? [staticDriftWithinLimits] : [];
  return {
    methods: [vacancy, ...fixed, drift, repacking],
    settings: {
      provisioning,
      spotToSpot: options.featureGates["SpotToSpotConsolidation"] === true,
      ...(options.burstable === "avoid" ? { avoidTypes: { name: "burstable", avoids: isBurstable } } : {}),
    },
  };
}

const categoryKey = "karpenter.k8s.aws/instance-category";

/** Their price is that of a share of the processor: steady load runs out of credits. */
const isBurstable = ({ requirements }: InstanceType): boolean =>
  requirements.get(categoryKey)?.values.has("t") === true;
