export { type Batcher, type BatcherOptions, createBatcher } from "./batcher.ts";
export type { ProvisioningDeps } from "./deps.ts";
export { createClaims, type CreationOutcome } from "./create-claims.ts";
export type { Planner } from "./planner.ts";
export { createSpreadDefaults } from "./find-selecting-objects.ts";
export { createProvisioning, type Provisioning } from "./provisioner.ts";
