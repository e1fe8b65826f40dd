export { createClusterLimitStatus } from "./cluster-limits.ts";
export { createNodePoolCounter } from "./counter.ts";
export type { NodePoolDeps } from "./deps.ts";
export { createNodePoolHash } from "./hash.ts";
export { createNodePoolReadiness } from "./readiness.ts";
export { createRegistrationHealth, type RegistrationHealth } from "./registration-health.ts";
export { createNodePoolValidation } from "./validation.ts";
