export { commandTimeoutMilliseconds } from "./command-queue.ts";
export type { DisruptionDeps } from "./deps.ts";
export { createDisruption, type Disruption } from "./loop.ts";
