export { type ClaimConditionDeps, createClaimDisruptionConditions } from "./conditions.ts";
