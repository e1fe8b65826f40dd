/** What the plain status page shows. */
export interface StatusState {
  readonly schema: "status/1";
  /** RFC 3339. */
  readonly time: string;
  readonly title: string;
  readonly pods: {
    readonly running: number;
    readonly pending: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  /** USD an hour of every machine that runs. */
  readonly pricePerHour: number;
  /** In order of pool, then name. */
  readonly nodes: readonly NodeStatusLine[];
  /** Newest first. */
  readonly decisions: readonly DecisionLine[];
  /** How to reach the cluster, shown to the newcomer. */
  readonly hints: readonly string[];
}

export interface NodeStatusLine {
  readonly name: string;
  readonly pool: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly pricePerHour?: number;
  readonly state: "launching" | "joining" | "ready" | "leaving";
  readonly pods: number;
  /** Requested share of what can be used, 0 to 1 and above when overcommitted. */
  readonly cpuShare: number;
  readonly memoryShare: number;
}

export interface DecisionLine {
  readonly time: string;
  readonly kind: string;
  readonly pods: readonly string[];
  readonly machine?: string;
  readonly zone?: string;
  readonly capacityType?: string;
  readonly pricePerHour?: number;
  readonly node?: string;
  readonly reason: string;
  /** Of a removal: the whole command that it is part of. */
  readonly command?: CommandLine;
}

/** What goes and what comes in its place. Prices are USD an hour. */
export interface CommandLine {
  readonly nodes: readonly string[];
  readonly replacements: readonly {
    readonly machine: string;
    readonly zone: string;
    readonly capacityType: string;
    readonly pricePerHour: number;
  }[];
  readonly savingPerHour: number;
  readonly podsMoved: number;
}
