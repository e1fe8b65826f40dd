import type { LabelRules } from "../../api/index.ts";
import type { ClusterLimit } from "../../core/index.ts";
import type { EventRecorder, KubeClient } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import type { Caches, Instruments } from "../plumbing/index.ts";

export interface StaticCapacityDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly provider: CloudProvider;
  readonly model: ClusterModel;
  readonly instruments: Instruments;
  readonly events: EventRecorder;
  readonly labelRules?: LabelRules;
  /** Limits over several pools (v1alpha5 6.3, R67). */
  readonly clusterLimits?: readonly ClusterLimit[];
}
