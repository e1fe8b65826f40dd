import type { Rule } from "../model/rule.ts";
import { controllerAbsent } from "../running/kbp101-controller-absent.ts";
import { noStaticCapacity } from "../running/kbp102-no-static-capacity.ts";
import { controllerOnOwnNode } from "../running/kbp103-controller-on-own-node.ts";
import { controllerAffinity } from "../running/kbp104-controller-affinity.ts";
import { fargatePartial } from "../running/kbp105-fargate-partial.ts";
import { controllerSingle } from "../running/kbp106-controller-single.ts";
import { autoscalerOverlap } from "../running/kbp108-cas-overlap.ts";
import { fitStatic } from "../running/kbp109-fit-static.ts";
import { unsupportedFeature } from "../running/kbp110-unsupported-feature.ts";
import { missedScaleup } from "../running/kbp111-missed-scaleup.ts";
import { nthPresent } from "../running/kbp120-nth-present.ts";
import { interruptionOff } from "../running/kbp121-interruption-off.ts";
import { queueIncomplete } from "../running/kbp122-queue-incomplete.ts";
import { queueSpelling } from "../running/kbp123-queue-spelling.ts";
import { drainNeedsNotice } from "../running/kbp124-drain-needs-notice.ts";
import { graceBeyondNotice } from "../running/kbp125-grace-beyond-notice.ts";
import { customLaunchTemplate } from "../running/kbp130-custom-launch-template.ts";
import { launchTemplateMultiArch } from "../running/kbp131-lt-multi-arch.ts";
import { launchTemplateConflict } from "../running/kbp132-lt-conflict.ts";
import { launchTemplateIgnored } from "../running/kbp133-lt-ignored.ts";
import { launchTemplateStaleImage } from "../running/kbp134-lt-stale-ami.ts";
import { noExclusion } from "../running/kbp140-no-exclusion.ts";
import { unknownType } from "../running/kbp141-unknown-type.ts";
import { acceleratorsAllowed } from "../running/kbp142-accelerators-allowed.ts";
import { manifestUnreadable } from "../running/kbp143-manifest-unreadable.ts";
import { unsatisfiable } from "../running/kbp144-unsatisfiable.ts";
import { vpcEndpoint } from "../private-cluster/kbp201-vpc-endpoint.ts";
import { stsUnreachable } from "../private-cluster/kbp202-sts-unreachable.ts";
import { ssmUnreachable } from "../private-cluster/kbp203-ssm-unreachable.ts";
import { pricingStale } from "../private-cluster/kbp204-pricing-stale.ts";
import { isolatedFlag } from "../private-cluster/kbp205-isolated-flag.ts";
import { publicImage } from "../private-cluster/kbp206-public-image.ts";
import { roleInPrivate } from "../private-cluster/kbp207-role-in-private.ts";
import { stsGlobal } from "../private-cluster/kbp208-sts-global.ts";
import { irsaMissing } from "../private-cluster/kbp209-irsa-missing.ts";
import { privatePrerequisites } from "../private-cluster/kbp210-private-prereq.ts";
import { poolOverlap } from "../pools/kbp301-pool-overlap.ts";
import { teamsSharePool } from "../pools/kbp302-teams-share-pool.ts";
import { expensiveUntainted } from "../pools/kbp303-expensive-untainted.ts";
import { gpuPodStuck } from "../pools/kbp304-gpu-pod-stuck.ts";
import { gpuSquatter } from "../pools/kbp305-gpu-squatter.ts";
import { selectorUnserved } from "../pools/kbp306-selector-unserved.ts";
import { noScaleIn } from "../pools/kbp307-no-scale-in.ts";
import { noExpiry } from "../pools/kbp308-no-expiry.ts";
import { ttlExtreme } from "../pools/kbp309-ttl-extreme.ts";
import { ttlAndConsolidation } from "../pools/kbp310-ttl-and-consolidation.ts";
import { noTemplate } from "../pools/kbp311-no-template.ts";
import { inlineProvider } from "../pools/kbp312-inline-provider.ts";
import { spotNarrow } from "../spot/kbp401-spot-narrow.ts";
import { spotFewZones } from "../spot/kbp402-spot-few-zones.ts";
import { spotOnlyCritical } from "../spot/kbp403-spot-only-critical.ts";
import { spotDry } from "../spot/kbp404-spot-dry.ts";
import { suggestTypes } from "../spot/kbp406-suggest-types.ts";
import { singleReplica } from "../workloads/kbp501-single-replica.ts";
import { noSpread } from "../workloads/kbp502-no-spread.ts";
import { noDisruptionBudget } from "../workloads/kbp503-no-pdb.ts";
import { budgetBlocks } from "../workloads/kbp504-pdb-blocks.ts";
import { zoneUnserved } from "../workloads/kbp505-zone-unserved.ts";
import { hardwareUnserved } from "../workloads/kbp506-hardware-unserved.ts";
import { layerConflict } from "../workloads/kbp507-layer-conflict.ts";
import { softSpread } from "../workloads/kbp508-soft-spread.ts";
import { longJobUnprotected } from "../workloads/kbp510-long-job-unprotected.ts";
import { protectionStuck } from "../workloads/kbp511-protection-stuck.ts";
import { protectionVoid } from "../workloads/kbp512-protection-void.ts";
import { finishedJobsNode } from "../workloads/kbp513-finished-jobs-node.ts";
import { requestsNotLimits } from "../workloads/kbp520-requests-ne-limits.ts";
import { requestsMissing } from "../workloads/kbp521-requests-missing.ts";
import { noLimitRange } from "../workloads/kbp522-no-limitrange.ts";
import { requestsOff } from "../workloads/kbp523-requests-off.ts";
import { oomPacked } from "../workloads/kbp524-oom-packed.ts";
import { initDominates } from "../workloads/kbp525-init-dominates.ts";
import { noLimits } from "../bill/kbp601-no-limits.ts";
import { partialLimits } from "../bill/kbp602-partial-limits.ts";
import { nearLimit } from "../bill/kbp603-near-limit.ts";
import { noGlobalBound } from "../bill/kbp604-no-global-bound.ts";
import { limitHit } from "../bill/kbp605-limit-hit.ts";
import { noLogAlarm } from "../bill/kbp606-no-log-alarm.ts";
import { noBillingAlarm } from "../bill/kbp607-no-billing-alarm.ts";
import { noAnomalyDetection } from "../bill/kbp608-no-anomaly-detection.ts";
import { noBudgetAction } from "../bill/kbp609-no-budget-action.ts";
import { unboundedPool } from "../bill/kbp610-unbounded-pool.ts";
import { unknownSetting } from "../hygiene/kbp701-unknown-setting.ts";
import { staleWebhook } from "../hygiene/kbp703-stale-webhook.ts";
import { doubleOwner } from "../hygiene/kbp705-double-owner.ts";

/** Every rule of the chapter, in order of number (v1alpha5 6.2). */
export const allRules: readonly Rule[] = Object.freeze([
  controllerAbsent,
  noStaticCapacity,
  controllerOnOwnNode,
  controllerAffinity,
  fargatePartial,
  controllerSingle,
  autoscalerOverlap,
  fitStatic,
  unsupportedFeature,
  missedScaleup,
  nthPresent,
  interruptionOff,
  queueIncomplete,
  queueSpelling,
  drainNeedsNotice,
  graceBeyondNotice,
  customLaunchTemplate,
  launchTemplateMultiArch,
  launchTemplateConflict,
  launchTemplateIgnored,
  launchTemplateStaleImage,
  noExclusion,
  unknownType,
  acceleratorsAllowed,
  manifestUnreadable,
  unsatisfiable,
  vpcEndpoint,
  stsUnreachable,
  ssmUnreachable,
  pricingStale,
  isolatedFlag,
  publicImage,
  roleInPrivate,
  stsGlobal,
  irsaMissing,
  privatePrerequisites,
  poolOverlap,
  teamsSharePool,
  expensiveUntainted,
  gpuPodStuck,
  gpuSquatter,
  selectorUnserved,
  noScaleIn,
  noExpiry,
  ttlExtreme,
  ttlAndConsolidation,
  noTemplate,
  inlineProvider,
  spotNarrow,
  spotFewZones,
  spotOnlyCritical,
  spotDry,
  suggestTypes,
  singleReplica,
  noSpread,
  noDisruptionBudget,
  budgetBlocks,
  zoneUnserved,
  hardwareUnserved,
  layerConflict,
  softSpread,
  longJobUnprotected,
  protectionStuck,
  protectionVoid,
  finishedJobsNode,
  requestsNotLimits,
  requestsMissing,
  noLimitRange,
  requestsOff,
  oomPacked,
  initDominates,
  noLimits,
  partialLimits,
  nearLimit,
  noGlobalBound,
  limitHit,
  noLogAlarm,
  noBillingAlarm,
  noAnomalyDetection,
  noBudgetAction,
  unboundedPool,
  unknownSetting,
  staleWebhook,
  doubleOwner,
]);
