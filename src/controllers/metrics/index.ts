export { createNodeMetrics } from "./nodes.ts";
export { createNodePoolMetrics } from "./nodepools.ts";
export { createPodMetrics, type DecisionFeed } from "./pods.ts";
export type { MetricsDeps } from "./deps.ts";
