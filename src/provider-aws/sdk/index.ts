export { createAccountClients } from "./account.ts";
export { createAwsClients } from "./clients.ts";
export { discoverRegion } from "./region.ts";
export type { AwsClientOptions, AwsServiceName } from "./settings.ts";
