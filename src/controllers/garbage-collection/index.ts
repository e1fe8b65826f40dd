export { createClaimCollection, type ClaimCollectionDeps } from "./claims.ts";
export { createInstanceCollection, type InstanceCollectionDeps } from "./instances.ts";
