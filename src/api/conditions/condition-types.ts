/** Condition types, their reasons and constant messages (spec: api 0.4, 0.6, 1.9, 2.4, 3.1, 3.2, 4.7). */

export const conditionTypes = Object.freeze({
  ready: "Ready",
  validationSucceeded: "ValidationSucceeded",
  nodeClassReady: "NodeClassReady",
  /** Written where limits over several pools are set (option `--cluster-limits`), and only there. */
  withinClusterLimits: "WithinClusterLimits",
  nodeRegistrationHealthy: "NodeRegistrationHealthy",
  launched: "Launched",
  registered: "Registered",
  initialized: "Initialized",
  consolidatable: "Consolidatable",
  drifted: "Drifted",
  consistentStateFound: "ConsistentStateFound",
  disruptionReason: "DisruptionReason",
  drained: "Drained",
  volumesDetached: "VolumesDetached",
  instanceTerminating: "InstanceTerminating",
  amisReady: "AMIsReady",
  subnetsReady: "SubnetsReady",
  securityGroupsReady: "SecurityGroupsReady",
  instanceProfileReady: "InstanceProfileReady",
  placementGroupReady: "PlacementGroupReady",
  capacityReservationsReady: "CapacityReservationsReady",
  readyForProvisioning: "ReadyForProvisioning",
  provisioning: "Provisioning",
  /** Reserved by the CapacityBuffer API; nobody writes it. */
  limitedByQuotas: "LimitedByQuotas",
});

/** Reasons and message of the machinery itself. */
export const machineryReasons = Object.freeze({
  awaitingReconciliation: "AwaitingReconciliation",
  reconcilingDependents: "ReconcilingDependents",
  unhealthyDependents: "UnhealthyDependents",
});

export const awaitingReconciliationMessage = "object is awaiting reconciliation";

export const nodePoolReasons = Object.freeze({
  validationFailed: "NodePoolValidationFailed",
  nodeClassNotFound: "NodeClassNotFound",
  nodeClassTerminating: "NodeClassTerminating",
  nodeClassReadinessUnknown: "NodeClassReadinessUnknown",
  registrationFailed: "RegistrationFailed",
});

export const nodeClaimReasons = Object.freeze({
  launchFailed: "LaunchFailed",
  nodeNotFound: "NodeNotFound",
  registrationHookPending: "RegistrationHookPending",
  multipleNodesFound: "MultipleNodesFound",
  nodeNotReady: "NodeNotReady",
  startupTaintsExist: "StartupTaintsExist",
  knownEphemeralTaintsExist: "KnownEphemeralTaintsExist",
  resourceNotRegistered: "ResourceNotRegistered",
  draDriverPoolsNotPublished: "DRADriverPoolsNotPublished",
  consistencyCheckFailed: "ConsistencyCheckFailed",
  draining: "Draining",
  awaitingVolumeDetachment: "AwaitingVolumeDetachment",
  terminationGracePeriodElapsed: "TerminationGracePeriodElapsed",
});

/** In the order in which they are looked for; the first hit is both reason and message (api 2.6). */
export const driftReasons = Object.freeze({
  nodePool: "NodePoolDrifted",
  requirements: "RequirementsDrifted",
  instanceTypeNotFound: "InstanceTypeNotFound",
  nodeClass: "NodeClassDrift",
  ami: "AMIDrift",
  securityGroup: "SecurityGroupDrift",
  subnet: "SubnetDrift",
  capacityReservation: "CapacityReservationDrift",
  placementGroup: "PlacementGroupDrift",
});

export const nodeOverlayReasons = Object.freeze({ runtimeValidation: "RuntimeValidation", conflict: "Conflict" });

export const capacityBufferReasons = Object.freeze({
  resolved: "Resolved",
  podTemplateNotFound: "PodTemplateNotFound",
  scalableRefNotFound: "ScalableRefNotFound",
  resolutionFailed: "ResolutionFailed",
  fitsExistingCapacity: "FitsExistingCapacity",
  requiresNewCapacity: "RequiresNewCapacity",
  notReadyForProvisioning: "NotReadyForProvisioning",
  bufferEmpty: "BufferEmpty",
});

export const ec2NodeClassReasons = Object.freeze({
  amiNotFound: "AMINotFound",
  unsupportedAlias: "UnsupportedAlias",
  subnetsNotFound: "SubnetsNotFound",
  securityGroupsNotFound: "SecurityGroupsNotFound",
  placementGroupNotFound: "PlacementGroupNotFound",
  placementGroupResolutionFailed: "PlacementGroupResolutionFailed",
  clusterCidrResolutionFailed: "ClusterCIDRResolutionFailed",
  invalidKubeletConfiguration: "InvalidKubeletConfiguration",
  kubeletExpressionsDisabled: "KubeletExpressionsDisabled",
  kubeletExpressionInvalid: "KubeletExpressionInvalid",
  unsupportedKubeletConfiguration: "UnsupportedKubeletConfiguration",
  dependenciesNotReady: "DependenciesNotReady",
  kubeletExpressionEvaluationFailed: "KubeletExpressionEvaluationFailed",
  tagValidationFailed: "TagValidationFailed",
  createLaunchTemplateAuthCheckFailed: "CreateLaunchTemplateAuthCheckFailed",
  userDataSizeLimitExceeded: "UserDataSizeLimitExceeded",
  createFleetAuthCheckFailed: "CreateFleetAuthCheckFailed",
  runInstancesAuthCheckFailed: "RunInstancesAuthCheckFailed",
  instanceProfileNotFound: "InstanceProfileNotFound",
});

/** Reasons that the AWS provider gives for a failed launch, on the condition `Launched` (api 4.8). */
export const awsLaunchFailureReasons = Object.freeze([
  "NodeClassReadinessUnknown",
  "InstanceTypeResolutionFailed",
  "SubnetResolutionFailed",
  "SpotSLRCreationFailed",
  "Unauthorized",
  "AMIAuthorizationFailure",
  "SecurityGroupSubnetVPCMismatch",
  "InstanceProfileNameInvalid",
  "LaunchTemplateNotFound",
  "UserDataSizeLimitExceeded",
  "InvalidAMIID",
  "AMINotFound",
  "RequestLimitExceeded",
  "InternalError",
  "FreeTierIneligible",
  "FleetQuotaExceeded",
  "AccountPendingVerification",
  "SpotQuotaExceeded",
  "VCPULimitExceeded",
  "InsufficientFreeAddressesInSubnet",
  "LaunchFailed",
] as const);

export type AwsLaunchFailureReason = (typeof awsLaunchFailureReasons)[number];
