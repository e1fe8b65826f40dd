export * from "./deprovisioning.ts";
export { createStaticProvisioning } from "./provisioning.ts";
