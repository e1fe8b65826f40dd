import { awsLabelRules, type LabelRules } from "../../api/index.ts";
import { type CatalogueCache, createCatalogueCache } from "../catalogue/catalogue.ts";
import type { EpochMillis } from "../time.ts";

/** How a plan is made; everything has a default, and nothing else but the snapshot enters the answer. */
export interface ProvisioningOptions {
  /** `cheapest` weighs prices when it opens machines; `compatible` follows the order of scheduling 4.8 to the letter. */
  readonly policy?: "cheapest" | "compatible";
  readonly preferencePolicy?: "Respect" | "Ignore";
  readonly minValuesPolicy?: "Strict" | "BestEffort";
  /** Most instance types on one claim (scheduling 6.2). */
  readonly maxInstanceTypes?: number;
  /** `terminationGracePeriod` of claims of pools that set none. */
  readonly defaultTerminationGracePeriod?: string;
  readonly labelRules?: LabelRules;
  /** Pods with resource claims are refused, and DaemonSets with them cost nothing (scheduling 7.2). */
  readonly ignoreResourceClaims?: boolean;
  /** Needed only to judge `karpenter.sh/do-not-disrupt` durations on deleting nodes; without it they protect. */
  readonly now?: EpochMillis;
  /** USD an hour added to every machine when machines are compared; never part of a printed price. */
  readonly nodeChargePerHour?: number;
  /** The caller's memory of compiled catalogues; a fresh one when absent. */
  readonly catalogueCache?: CatalogueCache;
}

/** Added to every price while machines are compared: of equally dear plans the one with fewer machines is better. */
export const fewerMachinesCharge = 1e-6;

export type ResolvedOptions = Required<Omit<ProvisioningOptions, "defaultTerminationGracePeriod" | "now">> &
  Pick<ProvisioningOptions, "defaultTerminationGracePeriod" | "now">;

export function resolveOptions(options: ProvisioningOptions): ResolvedOptions {
  return {
    policy: "cheapest",
    preferencePolicy: "Respect",
    minValuesPolicy: "Strict",
    maxInstanceTypes: 600,
    labelRules: awsLabelRules,
    ignoreResourceClaims: true,
    catalogueCache: options.catalogueCache ?? createCatalogueCache(),
    ...options,
    nodeChargePerHour: (options.nodeChargePerHour ?? 0) + fewerMachinesCharge,
  };
}
