import { awsLabelRules, type LabelRules } from "../../api/index.ts";
import { type CatalogueCache, createCatalogueCache } from "../catalogue/catalogue.ts";
import type { ExpectedNodes } from "../cluster/nominated-pods.ts";
import type { SpreadDefaults } from "../default-constraints/apply-defaults.ts";
import type { StorageRules } from "../pods/volumes.ts";
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
  /** DaemonSets with resource claims cost nothing; pods with them are refused either way (scheduling 7.2). */
  readonly ignoreResourceClaims?: boolean;
  /** Needed only to judge `karpenter.sh/do-not-disrupt` durations on deleting nodes; without it they protect. */
  readonly now?: EpochMillis;
  /** USD an hour added to every machine when machines are compared; never part of a printed price. */
  readonly nodeChargePerHour?: number;
  /** Spread constraints for pods that declare none, and the objects that their selectors are deduced from (scheduling 5.9). */
  readonly spreadDefaults?: SpreadDefaults;
  /** What the provider cannot serve of volumes (scheduling 1.4). */
  readonly storageRules?: StorageRules;
  /** Whether the plan says how many pods wait for which zone (scheduling 8.6). */
  readonly countZones?: boolean;
  /**
   * Units of work after which the pass ends with what it has placed; the rest is told as not attempted (scheduling 4.10).
   * Counted, not timed, so that the plan is the same on any machine. No end unless told.
   */
  readonly workBudget?: number;
  /** How hard to look for better machines once all pods have some, as a share of the usual; 1 unless told, 0 takes the first. */
  readonly packingEffort?: number;
  /** Pods that wait for a machine of an earlier plan; they keep their place and count there (docs/adr/0005). */
  readonly expected?: ExpectedNodes;
  /** The caller's memory of compiled catalogues; a fresh one when absent. */
  readonly catalogueCache?: CatalogueCache;
}

/**
 * What a machine costs beside its price, in USD an hour, when the controller, or whoever foretells it, compares plans: its root volume (20 GiB of gp3 are 0.0022),
 * its address and its share of what runs on every node. Without it the cheapest layout can be a swarm of tiny machines.
 */
export const nodeChargePerHour = 0.01;

/** Added to every price while machines are compared: of equally dear plans the one with fewer machines is better. */
export const fewerMachinesCharge = 1e-6;

type Unset = "defaultTerminationGracePeriod" | "expected" | "now" | "spreadDefaults" | "storageRules";

export type ResolvedOptions = Required<Omit<ProvisioningOptions, Unset>> & Pick<ProvisioningOptions, Unset>;

export function resolveOptions(options: ProvisioningOptions): ResolvedOptions {
  return {
    policy: "cheapest",
    preferencePolicy: "Respect",
    minValuesPolicy: "Strict",
    maxInstanceTypes: 600,
    labelRules: awsLabelRules,
    ignoreResourceClaims: true,
    countZones: false,
    packingEffort: 1,
    workBudget: Number.POSITIVE_INFINITY,
    catalogueCache: options.catalogueCache ?? createCatalogueCache(),
    ...options,
    nodeChargePerHour: (options.nodeChargePerHour ?? 0) + fewerMachinesCharge,
  };
}
