import type { Counter, Gauge, MetricsRegistry } from "../../platform/index.ts";

/** Answers "is the cache stale" (spec: operations 1.6, product additions). Labels: `kind`, and a closed set of causes. */
export interface InformerMetrics {
  readonly cacheAge: Gauge;
  readonly restarts: Counter;
  readonly relists: Counter;
  readonly objects: Gauge;
}

export function createInformerMetrics(metrics: MetricsRegistry): InformerMetrics {
  return {
    cacheAge: metrics.gauge({
      name: "karpenter_kube_cache_age_seconds",
      help: "Seconds since the last list, watch event or bookmark of a kind.",
      labels: ["kind"],
    }),
    restarts: metrics.counter({
      name: "karpenter_kube_watch_restarts_total",
      help: "Watches begun again, by kind and cause.",
      labels: ["kind", "cause"],
    }),
    relists: metrics.counter({
      name: "karpenter_kube_relists_total",
      help: "Full lists after the first, by kind.",
      labels: ["kind"],
    }),
    objects: metrics.gauge({
      name: "karpenter_kube_cached_objects",
      help: "Objects held in the cache, by kind.",
      labels: ["kind"],
    }),
  };
}
