export { createClaimDisruptionConditions } from "./conditions.ts";
export type { ClaimConditionDeps } from "./deps.ts";
