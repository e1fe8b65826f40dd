/** What `simulate` prints, as values (product 4.2). */
import type { Remedy, Reason } from "../../core/index.ts";

export interface SimulatedNode {
  readonly pool: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  /** USD an hour. */
  readonly pricePerHour: number;
  /** `namespace/name`, in order. */
  readonly pods: readonly string[];
  /** What its pods and daemons ask for, and what it has for them: cores and GiB. */
  readonly cpu: Share;
  readonly memoryGib: Share;
}

export interface Share {
  readonly used: number;
  readonly of: number;
}

export interface UnplacedReport {
  readonly pod: string;
  readonly reasons: readonly Pick<Reason, "layer" | "code" | "text" | "object" | "count">[];
  /** Nearest single change that gives the pod a place, tried on the engine; null when none does or it was not looked for. */
  readonly remedy: Pick<Remedy, "kind" | "text" | "object" | "patch" | "verified"> | null;
}

/** A node of the input that pods were put on. */
export interface ExistingNode {
  readonly node: string;
  readonly pods: readonly string[];
}

export interface SimulateReport {
  readonly schema: "simulate/1";
  /** Pods that need a place, and those that got one, on new machines or on nodes of the input. */
  readonly pods: number;
  readonly placed: number;
  /** USD an hour of the new machines; a month is 730 hours. */
  readonly pricePerHour: number;
  readonly pricePerMonth: number;
  /** USD an hour: what new machines for these pods cost at least, whoever chooses them; where somebody was asked. */
  readonly bound?: number;
  readonly nodes: readonly SimulatedNode[];
  readonly existing: readonly ExistingNode[];
  readonly unplaced: readonly UnplacedReport[];
  /** Room left on the new machines: cores and GiB. */
  readonly headroom: { readonly cpu: number; readonly memoryGib: number };
  /** With `--consolidate`. */
  readonly consolidation?: ConsolidationReport;
}

/** All nodes of pools, those of the input included. */
interface Fleet {
  readonly nodes: number;
  /** USD an hour. */
  readonly pricePerHour: number;
}

export interface ConsolidationReport {
  readonly before: Fleet;
  readonly after: Fleet;
  /** USD. */
  readonly savingPerMonth: number;
  readonly evictions: number;
  readonly commands: readonly CommandReport[];
}

/** One decision, in the form of `plan` and of decision records. */
export interface CommandReport {
  readonly method: string;
  readonly reason: string;
  readonly nodes: readonly string[];
  readonly replacements: readonly Pick<SimulatedNode, "pool" | "type" | "zone" | "capacityType" | "pricePerHour">[];
  readonly savingPerHour: number;
  readonly podsMoved: number;
}
