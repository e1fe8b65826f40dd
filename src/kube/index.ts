export * from "./client.ts";
export * from "./fault.ts";
