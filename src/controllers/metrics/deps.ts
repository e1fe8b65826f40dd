import type { Clock, MetricsRegistry } from "../../platform/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import type { Caches } from "../plumbing/index.ts";

export interface MetricsDeps {
  readonly caches: Caches;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly model: ClusterModel;
}
