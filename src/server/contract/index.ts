/** What the server tells of the live state. Versioned by the `schema` field; fields may be added, never renamed. */
export {
  applyDelta,
  type Changes,
  type FleetDecision,
  type FleetDelta,
  type FleetFigures,
  type FleetNode,
  type FleetPool,
  type FleetState,
  mostDecisions,
  mostNodesExplained,
  mostPending,
  mostTrendPoints,
  type NodePods,
  type PendingPod,
  poolKeyOf,
  type Share,
  type TrendPoint,
} from "./fleet.ts";
export type { CommandLine, DecisionLine, NodeStatusLine, StatusState } from "./status.ts";
export { fromWire, wirePieces, type WireSnapshot } from "./wire.ts";
