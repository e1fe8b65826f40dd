import type { ClusterAddress } from "./user-data/input.ts";

/** Settings of the provider (spec: aws 6.1). Read once by `operator`; no part of this room reads the environment. */
export interface AwsProviderOptions {
  readonly region: string;
  readonly cluster: Omit<ClusterAddress, "cidr">;
  readonly vmMemoryOverheadPercent: number;
  readonly reservedEnis: number;
  readonly isolatedVpc: boolean;
  readonly amiRefreshMilliseconds: number;
  readonly subnetRefreshMilliseconds: number;
  readonly pricingRefreshMilliseconds: number;
  readonly instanceTypesRefreshMilliseconds: number;
  /** Launches below minValues are allowed with `BestEffort` (spec: aws 3.1). */
  readonly minValuesPolicy: "Strict" | "BestEffort";
  /**
   * Names nodes and claims on their instances, one a second. Off by default: nobody reads the tags of a simulated
   * account, and a burst of launches would keep the cluster busy long after it has settled. On for a real account.
   */
  readonly tagInstances?: boolean;
}

const minute = 60_000;
const hour = 60 * minute;

export const defaultAwsProviderOptions = Object.freeze({
  vmMemoryOverheadPercent: 0.075,
  reservedEnis: 0,
  isolatedVpc: false,
  amiRefreshMilliseconds: minute,
  subnetRefreshMilliseconds: minute,
  pricingRefreshMilliseconds: 12 * hour,
  instanceTypesRefreshMilliseconds: 12 * hour,
  minValuesPolicy: "Strict",
} as const);
