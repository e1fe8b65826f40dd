import type { Timestamp } from "../../api/index.ts";

/**
 * One decision or its outcome, as the terminal, the plan and the dashboard show it (spec: product 4.2 `start`). Names of
 * pods are `namespace/name`; prices are USD an hour.
 */
export interface Decision {
  readonly time: Timestamp;
  readonly kind: DecisionKind;
  readonly pods: readonly string[];
  /** Instance type chosen or left. */
  readonly machine?: string;
  readonly zone?: string;
  readonly capacityType?: string;
  readonly pricePerHour?: number;
  /** Of a launch: what its pods and the daemons beside them ask for, so that a record can be played again. */
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly nodePool?: string;
  readonly nodeClaim?: string;
  readonly node?: string;
  readonly reason: string;
  /** Of a removal: all of the command that it is part of. */
  readonly command?: DecidedCommand;
}

/** What goes and what comes in its place. */
export interface DecidedCommand {
  readonly nodes: readonly string[];
  /** Cheapest offer of each claim that is made for it. */
  readonly replacements: readonly {
    readonly machine: string;
    readonly zone: string;
    readonly capacityType: string;
    readonly pricePerHour: number;
  }[];
  readonly savingPerHour: number;
  readonly podsMoved: number;
}

/**
 * `launch`: a claim was decided and created. `nominate`: pods fit a node that exists. `unplaced`: a pod has no place.
 * `launched`, `registered`, `initialized`: steps of a claim's life. `launch-failed`: the cloud refused. `remove`: nodes
 * are given up. `interrupted`: the cloud takes the machine back. `terminated`: the machine is gone. `repair`: leftovers of an
 * earlier process were cleaned.
 */
export type DecisionKind =
  | "launch"
  | "nominate"
  | "unplaced"
  | "launched"
  | "launch-failed"
  | "registered"
  | "initialized"
  | "remove"
  | "interrupted"
  | "terminated"
  | "repair";

/** Where decisions go; never waits and never throws. */
export interface DecisionSink {
  record(decision: Omit<Decision, "time">): void;
}
