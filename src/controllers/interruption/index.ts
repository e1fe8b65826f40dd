export { createInterruption, type InterruptionDeps } from "./interruption.ts";
