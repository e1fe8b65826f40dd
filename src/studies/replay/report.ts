/** What `replay` prints, as values (product 4.2). */
export interface ReplaySettingReport {
  readonly name: string;
  /** USD for all machines that the replay launched. */
  readonly dollars: number;
  /** From a pod's arrival to the moment its machine is ready, or to its end where it never ran. */
  readonly podSecondsPending: number;
  /** Pods that consolidation moved. */
  readonly evictions: number;
  readonly peakNodes: number;
  readonly nodeHours: number;
  readonly launched: number;
  /** Pods that never ran. */
  readonly neverRan: number;
  /** What kept them, with the number of pods. */
  readonly reasons: readonly { readonly text: string; readonly pods: number }[];
  /** Seconds since the beginning, nodes, USD an hour: from then on. At most 400 points, each the mean of its span. */
  readonly series: readonly (readonly [seconds: number, nodes: number, pricePerHour: number])[];
}

export interface ReplayReport {
  readonly schema: "replay/1";
  readonly pods: number;
  readonly seconds: number;
  readonly settings: readonly ReplaySettingReport[];
  /** The file that the chart was written to; null where none was. */
  readonly chart: string | null;
}
