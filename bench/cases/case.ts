import type { ProvisioningOptions, ClusterSnapshot } from "../../src/core/index.ts";

/** A bench case as data: the input is made outside the timer, `solve` inside. */
export interface BenchCase {
  readonly name: string;
  readonly make: () => BenchInput;
}

export interface BenchInput {
  readonly snapshot: ClusterSnapshot;
  readonly options: ProvisioningOptions;
}
