export * from "./client.ts";
export * from "./fault.ts";
export * from "./runtime.ts";
