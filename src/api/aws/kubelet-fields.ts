/**
 * Fields of `KubeletConfiguration` in `kubelet.config.k8s.io/v1beta1`, module k8s.io/kubelet v0.36.3, which the strict
 * decoding of `spec.kubelet` knows (spec: api 4.5).
 */

/** `any` is not looked into. A nested record is an object, a nested record in a list is a list of objects. */
export type KubeletFieldType =
  | "bool"
  | "string"
  | "integer"
  | "number"
  | "duration"
  | "any"
  | "integerOrString"
  | "strings"
  | "integers"
  | "stringMap"
  | "boolMap"
  | "stringsMap"
  | "anyMap"
  | KubeletFields
  | readonly [KubeletFields];

export interface KubeletFields {
  readonly [field: string]: KubeletFieldType;
}

const named = <T extends KubeletFieldType>(type: T, names: string): Record<string, T> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, type]));

export const kubeletFields: KubeletFields = {
  ...named(
    "string",
    `kind apiVersion staticPodPath podLogsDir staticPodURL address tlsCertFile tlsPrivateKeyFile tlsMinVersion
     imagePullCredentialsVerificationPolicy healthzBindAddress clusterDomain kubeletCgroups systemCgroups cgroupRoot
     cgroupDriver cpuManagerPolicy memoryManagerPolicy topologyManagerPolicy topologyManagerScope hairpinMode podCIDR
     resolvConf contentType containerLogMaxSize configMapAndSecretChangeDetectionStrategy reservedSystemCPUs
     showHiddenMetricsForVersion systemReservedCgroup kubeReservedCgroup volumePluginDir providerID
     memoryReservationPolicy containerRuntimeEndpoint imageServiceEndpoint`,
  ),
  ...named(
    "bool",
    `enableServer rotateCertificates serverTLSBootstrap enableDebuggingHandlers enableContentionProfiling cgroupsPerQOS
     singleProcessOOMKill runOnce cpuCFSQuota serializeImagePulls mergeDefaultEvictionSettings
     enableControllerAttachDetach protectKernelDefaults makeIPTablesUtilChains failSwapOn kernelMemcgNotification
     enableSystemLogHandler enableSystemLogQuery enableProfilingHandler enableDebugFlagsHandler seccompDefault
     registerNode localStorageCapacityIsolation failCgroupV1`,
  ),
  ...named(
    "integer",
    `port readOnlyPort registryPullQPS registryBurst eventRecordQPS eventBurst healthzPort oomScoreAdj
     nodeLeaseDurationSeconds imageGCHighThresholdPercent imageGCLowThresholdPercent podPidsLimit nodeStatusMaxImages
     maxOpenFiles kubeAPIQPS kubeAPIBurst maxParallelImagePulls evictionMaxPodGracePeriod podsPerCore
     iptablesMasqueradeBit iptablesDropBit containerLogMaxFiles containerLogMaxWorkers`,
  ),
  ...named(
    "duration",
    `syncFrequency fileCheckFrequency httpCheckFrequency streamingConnectionIdleTimeout nodeStatusUpdateFrequency
     nodeStatusReportFrequency imageMinimumGCAge imageMaximumGCAge volumeStatsAggPeriod cpuManagerReconcilePeriod
     runtimeRequestTimeout cpuCFSQuotaPeriod evictionPressureTransitionPeriod containerLogMonitorInterval
     shutdownGracePeriod shutdownGracePeriodCriticalPods`,
  ),
  ...named(
    "strings",
    "tlsCipherSuites preloadedImagesVerificationAllowlist clusterDNS enforceNodeAllocatable allowedUnsafeSysctls",
  ),
  ...named(
    "stringMap",
    `cpuManagerPolicyOptions topologyManagerPolicyOptions qosReserved evictionHard evictionSoft evictionSoftGracePeriod
     evictionMinimumReclaim systemReserved kubeReserved`,
  ),
  // Upstream reads a number here or, unlike the kubelet, a text with an expression.
  maxPods: "integerOrString",
  featureGates: "boolMap",
  staticPodURLHeader: "stringsMap",
  tlsCurvePreferences: "integers",
  memoryThrottlingFactor: "number",
  authentication: {
    x509: { clientCAFile: "string" },
    webhook: { enabled: "bool", cacheTTL: "duration" },
    anonymous: { enabled: "bool" },
  },
  authorization: { mode: "string", webhook: { cacheAuthorizedTTL: "duration", cacheUnauthorizedTTL: "duration" } },
  memorySwap: { swapBehavior: "string" },
  logging: { format: "string", flushFrequency: "any", verbosity: "integer", vmodule: "any", options: "any" },
  shutdownGracePeriodByPodPriority: [{ priority: "integer", shutdownGracePeriodSeconds: "integer" }],
  crashLoopBackOff: { maxContainerRestartPeriod: "duration" },
  reservedMemory: [{ numaNode: "integer", limits: "anyMap" }],
  registerWithTaints: [{ key: "string", value: "string", effect: "string", timeAdded: "string" }],
  tracing: { endpoint: "string", samplingRatePerMillion: "integer" },
  userNamespaces: { idsPerPod: "integer" },
};
