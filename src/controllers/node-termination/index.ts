export type { PodEvictions, TerminationDeps } from "./deps.ts";
export { createEvictionQueue, type EvictionQueue } from "./eviction-queue.ts";
export { createNodeTermination } from "./termination.ts";
