/** What the engine would do, as functions: see README.md of this room for examples, which run as tests. */
export { explain, type ExplainRequest } from "./explain/explain.ts";
export type { ExplainFailure, ExplainReason, ExplainRemedy, ExplainReport } from "./explain/report.ts";
export { hoursPerMonth, perHour, perMonth } from "./money.ts";
export { clusterOfObjects, type ObjectCluster, type OfferedPool } from "./objects/cluster-of-objects.ts";
export { poolsOf, type PoolWithClass } from "./objects/pools.ts";
export { withQuietTimes } from "./objects/quiet-times.ts";
export { type Scale, unmetScales } from "./objects/replicas.ts";
export { type KeptReport, planNow, type PlanReport } from "./plan/plan-now.ts";
export { commandReport, commandText } from "./simulate/command-report.ts";
export { compare, type CompareReport, type PoolComparison, type PoolTotals, type Totals } from "./simulate/compare.ts";
export { consolidate, type StudiedCluster } from "./simulate/consolidate.ts";
export type {
  CommandReport,
  ConsolidationReport,
  ExistingNode,
  Share,
  SimulatedNode,
  SimulateReport,
  UnplacedReport,
} from "./simulate/report.ts";
export type { TurnOf } from "./simulate/in-turn.ts";
export {
  simulate,
  simulateInTurn,
  type SimulateOptions,
  type Simulation,
  simulationOptions,
} from "./simulate/simulate.ts";
export { renderReplayChart } from "./replay/chart.ts";
export { readTrace, type TraceFailure } from "./replay/read-trace.ts";
export {
  createReplay,
  type Replay,
  replay,
  type ReplayOptions,
  type ReplaySetting,
} from "./replay/replay.ts";
export type { ReplayReport, ReplaySettingReport } from "./replay/report.ts";
export { type Trace, traceOf, type TracePod, type TraceProblem } from "./replay/trace.ts";
