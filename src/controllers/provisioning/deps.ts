import type { ProvisioningOptions } from "../../core/index.ts";
import type { EventRecorder, KubeClient } from "../../kube/index.ts";
import type { Clock, Ids, Logger } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import type { Caches, DecisionSink, Instruments } from "../plumbing/index.ts";
import type { Batcher } from "./batcher.ts";

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
  /** False: plan and tell, create nothing (modes plan and observe). */
  readonly act: boolean;
  /** Policies of the process; `now` and the catalogue are the loop's own. */
  readonly planning?: Omit<ProvisioningOptions, "now" | "catalogueCache">;
}
