import type { ClusterSnapshot, ProvisioningOptions } from "../../src/core/index.ts";

/** What a case measured; `seconds` is of the timed part alone. */
export interface Figures {
  readonly seconds: number;
  readonly pods: number;
  readonly placed: number;
  readonly nodes: number;
  /** USD an hour. */
  readonly pricePerHour: number;
  readonly evictions?: number;
  /** Equal for equal inputs. */
  readonly inputHash: string;
  /** High-water mark of the process once the timed part was over: judging the answer is not part of the case. */
  readonly peakRssMiB: number;
}

/** A bench case as data: its input is made outside the timer, what it measures inside. */
export interface BenchCase {
  readonly name: string;
  /** Runs it and lets the oracle judge it; throws when an answer is wrong. */
  readonly measure: () => Figures | Promise<Figures>;
}

export interface BenchInput {
  readonly snapshot: ClusterSnapshot;
  readonly options: ProvisioningOptions;
}
