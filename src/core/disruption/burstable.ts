import type { InstanceType } from "../catalogue/instance-type.ts";
import type { AvoidedTypes } from "./settings.ts";

const categoryKey = "karpenter.k8s.aws/instance-category";

/** Machines whose price is that of a share of the processor: steady load runs out of credits. */
export const burstable: AvoidedTypes = Object.freeze({
  name: "burstable",
  avoids: ({ requirements }: InstanceType) => requirements.get(categoryKey)?.values.has("t") === true,
});
