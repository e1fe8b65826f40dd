export { createConsistency, type ConsistencyDeps } from "./consistency.ts";
