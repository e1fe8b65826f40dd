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
  /** Gate ReservedCapacity: launches heed capacity reservations, and leave those of others alone. */
  readonly reservedCapacity: boolean;
  /** Gate NodeClassCEL: expressions in `spec.kubelet` of a class count. Off by default. */
  readonly nodeClassCel?: boolean;
  /** Skips the dry runs of node class validation. */
  readonly disableDryRun: boolean;
  /** Name of the queue with interruption notices; none when empty. */
  readonly interruptionQueue: string;
  /** Asks EC2 every minute for machines that it calls impaired. On for a real account. */
  readonly watchInstanceStatus: boolean;
  /** Gauges of every offering, tens of thousands of series. On for a real account, where dashboards expect them. */
  readonly offeringMetrics: boolean;
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
  reservedCapacity: true,
  disableDryRun: false,
  interruptionQueue: "",
  watchInstanceStatus: false,
  offeringMetrics: false,
} as const);
