/** Reasons of the events that the product publishes, per object (spec: api 0.4 and 8). Closed lists, for people's filters. */

/** A condition's change is told by an event whose reason is the condition type; removing a finalizer by this one. */
export const finalizedReason = "Finalized";

export const finalizedMessage = (finalizer: string): string => `Finalized ${finalizer}`;

export const nodeClaimEventReasons = Object.freeze([
  "InsufficientCapacityError",
  "UnregisteredTaintMissing",
  "FailedConsistencyCheck",
  "TerminationGracePeriodExpiring",
  "DisruptionLaunching",
  "DisruptionWaitingReadiness",
  "DisruptionTerminating",
  "DisruptionBlocked",
  "Unconsolidatable",
  "ConsolidationCandidate",
  "ConsolidationRejected",
  "ConsolidationApproved",
  "NodeRepairBlocked",
  "AwaitingFinalizers",
] as const);

export const nodeEventReasons = Object.freeze([
  "DisruptionTerminating",
  "DisruptionBlocked",
  "Unconsolidatable",
  "ConsolidationApproved",
  "FailedDraining",
  "AwaitingVolumeDetachment",
  "TerminationGracePeriodExpiring",
  "NodeRepairBlocked",
  "SpotInterrupted",
  "SpotRebalanceRecommendation",
  "CapacityReservationInstanceInterrupted",
  "InstanceStopping",
  "InstanceTerminating",
  "InstanceUnhealthy",
  "TerminatingOnInterruption",
] as const);

export const nodePoolEventReasons = Object.freeze([
  "DisruptionBlocked",
  "NoCompatibleInstanceTypes",
  "ConsolidationApproved",
  "NodeRepairBlocked",
  "ClusterLimitReached",
  "ZonalShiftActive",
  "ZonalShiftCleared",
  "BestPractice",
] as const);

export const podEventReasons = Object.freeze([
  "Nominated",
  "FailedScheduling",
  "Evicted",
  "Disrupted",
  "Surge",
  "InvalidDoNotDisruptAnnotation",
  "DoNotDisruptUntil",
  "DoNotDisruptGracePeriodElapsed",
] as const);

export const ec2NodeClassEventReasons = Object.freeze(["WaitingOnNodeClaimTermination"] as const);

export type EventReason =
  | (typeof nodeClaimEventReasons)[number]
  | (typeof nodeEventReasons)[number]
  | (typeof nodePoolEventReasons)[number]
  | (typeof podEventReasons)[number]
  | (typeof ec2NodeClassEventReasons)[number]
  | typeof finalizedReason;
