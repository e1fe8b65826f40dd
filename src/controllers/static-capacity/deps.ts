import type { LabelRules } from "../../api/index.ts";
import type { KubeClient } from "../../kube/index.ts";
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
  readonly labelRules?: LabelRules;
}
