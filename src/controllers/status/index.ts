export { createStatusReporters, type StatusDeps } from "./reporters.ts";
