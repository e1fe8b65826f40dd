import type { Pod } from "../../api/index.ts";
import type {
  ClusterLimit,
  ClusterSnapshot,
  ProvisioningOptions,
  ProvisioningPlan,
  SpreadDefaults,
} from "../../core/index.ts";
import type { EventRecorder, KubeClient } from "../../kube/index.ts";
import type { Clock, Ids, Logger } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import type { Caches, DecisionSink, Instruments } from "../plumbing/index.ts";
import type { PlannedPods } from "../pod-nominations/index.ts";
import type { Batcher } from "./batcher.ts";
import type { Planner } from "./planner.ts";

/** Pods that exist in passes alone (spec: scheduling 7.3). */
export interface VirtualPods {
  pods(): readonly Pod[];
  /** Told of each plan, before its claims are created. */
  planned(plan: ProvisioningPlan, signal: AbortSignal): Promise<void>;
}

export interface ProvisioningDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
  readonly instruments: Instruments;
  readonly decisions: DecisionSink;
  readonly model: ClusterModel;
  readonly batcher: Batcher;
  readonly batchMaxMilliseconds: number;
  /** How long after the start pods may wait for pools of which nobody has said yet that they can be used; 0 when absent. */
  readonly poolPatienceMilliseconds?: number;
  /** Which machine each pod was planned on; of its own when absent. */
  readonly planned?: PlannedPods;
  /** Makes the plans; on this thread, in slices, when absent. */
  readonly planner?: Planner;
  /** False: plan and tell, create nothing (modes plan and observe). */
  readonly act: boolean;
  /** Room to hold for pods to come; absent while nobody asks for any. */
  readonly virtual?: VirtualPods;
  /** Asked before each pass, with the pods that wait: what their default constraints are deduced from. */
  readonly spreadDefaults?: (pods: readonly Pod[], signal: AbortSignal) => Promise<SpreadDefaults>;
  /** Limits over several pools together; none when absent (v1alpha5 R67). */
  readonly clusterLimits?: readonly ClusterLimit[];
  /** Told of each plan and of the picture that it was made on. */
  readonly onPlan?: (plan: ProvisioningPlan, snapshot: ClusterSnapshot) => void;
  /** Policies of the process; `now` and the catalogue are the loop's own. */
  readonly planning?: Omit<ProvisioningOptions, "now" | "catalogueCache">;
}
