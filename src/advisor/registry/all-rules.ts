import type { Rule } from "../model/rule.ts";
import { controllerAbsent } from "../running/kbp101-controller-absent.ts";
import { noStaticCapacity } from "../running/kbp102-no-static-capacity.ts";
import { controllerOnOwnNode } from "../running/kbp103-controller-on-own-node.ts";
import { controllerAffinity } from "../running/kbp104-controller-affinity.ts";
import { fargatePartial } from "../running/kbp105-fargate-partial.ts";
import { controllerSingle } from "../running/kbp106-controller-single.ts";
import { nthPresent } from "../running/kbp120-nth-present.ts";
import { interruptionOff } from "../running/kbp121-interruption-off.ts";
import { queueSpelling } from "../running/kbp123-queue-spelling.ts";
import { drainNeedsNotice } from "../running/kbp124-drain-needs-notice.ts";
import { graceBeyondNotice } from "../running/kbp125-grace-beyond-notice.ts";
import { customLaunchTemplate } from "../running/kbp130-custom-launch-template.ts";
import { launchTemplateMultiArch } from "../running/kbp131-lt-multi-arch.ts";
import { launchTemplateConflict } from "../running/kbp132-lt-conflict.ts";
import { noExclusion } from "../running/kbp140-no-exclusion.ts";
import { unknownType } from "../running/kbp141-unknown-type.ts";
import { acceleratorsAllowed } from "../running/kbp142-accelerators-allowed.ts";
import { manifestUnreadable } from "../running/kbp143-manifest-unreadable.ts";
import { unsatisfiable } from "../running/kbp144-unsatisfiable.ts";
import { stsUnreachable } from "../private-cluster/kbp202-sts-unreachable.ts";
import { ssmUnreachable } from "../private-cluster/kbp203-ssm-unreachable.ts";
import { pricingStale } from "../private-cluster/kbp204-pricing-stale.ts";
import { publicImage } from "../private-cluster/kbp206-public-image.ts";
import { roleInPrivate } from "../private-cluster/kbp207-role-in-private.ts";
import { stsGlobal } from "../private-cluster/kbp208-sts-global.ts";
import { poolOverlap } from "../pools/kbp301-pool-overlap.ts";
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
import { singleReplica } from "../workloads/kbp501-single-replica.ts";
import { noSpread } from "../workloads/kbp502-no-spread.ts";
import { noDisruptionBudget } from "../workloads/kbp503-no-pdb.ts";
import { budgetBlocks } from "../workloads/kbp504-pdb-blocks.ts";
import { zoneUnserved } from "../workloads/kbp505-zone-unserved.ts";
import { hardwareUnserved } from "../workloads/kbp506-hardware-unserved.ts";
import { layerConflict } from "../workloads/kbp507-layer-conflict.ts";
import { softSpread } from "../workloads/kbp508-soft-spread.ts";
import { longJobUnprotected } from "../workloads/kbp510-long-job-unprotected.ts";
import { protectionVoid } from "../workloads/kbp512-protection-void.ts";
import { requestsNotLimits } from "../workloads/kbp520-requests-ne-limits.ts";
import { requestsMissing } from "../workloads/kbp521-requests-missing.ts";
import { noLimitRange } from "../workloads/kbp522-no-limitrange.ts";
import { oomPacked } from "../workloads/kbp524-oom-packed.ts";
import { initDominates } from "../workloads/kbp525-init-dominates.ts";
import { noLimits } from "../bill/kbp601-no-limits.ts";
import { partialLimits } from "../bill/kbp602-partial-limits.ts";
import { nearLimit } from "../bill/kbp603-near-limit.ts";
import { noGlobalBound } from "../bill/kbp604-no-global-bound.ts";
import { limitHit } from "../bill/kbp605-limit-hit.ts";
import { unboundedPool } from "../bill/kbp610-unbounded-pool.ts";
import { unknownSetting } from "../hygiene/kbp701-unknown-setting.ts";
import { doubleOwner } from "../hygiene/kbp705-double-owner.ts";

/** Every rule that is built, in order of number. A rule of the chapter that is not here is not checked. */
export const allRules: readonly Rule[] = Object.freeze([
  controllerAbsent,
  noStaticCapacity,
  controllerOnOwnNode,
  controllerAffinity,
  fargatePartial,
  controllerSingle,
  nthPresent,
  interruptionOff,
  queueSpelling,
  drainNeedsNotice,
  graceBeyondNotice,
  customLaunchTemplate,
  launchTemplateMultiArch,
  launchTemplateConflict,
  noExclusion,
  unknownType,
  acceleratorsAllowed,
  manifestUnreadable,
  unsatisfiable,
  stsUnreachable,
  ssmUnreachable,
  pricingStale,
  publicImage,
  roleInPrivate,
  stsGlobal,
  poolOverlap,
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
  singleReplica,
  noSpread,
  noDisruptionBudget,
  budgetBlocks,
  zoneUnserved,
  hardwareUnserved,
  layerConflict,
  softSpread,
  longJobUnprotected,
  protectionVoid,
  requestsNotLimits,
  requestsMissing,
  noLimitRange,
  oomPacked,
  initDominates,
  noLimits,
  partialLimits,
  nearLimit,
  noGlobalBound,
  limitHit,
  unboundedPool,
  unknownSetting,
  doubleOwner,
]);
