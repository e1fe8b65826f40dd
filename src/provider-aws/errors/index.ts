export * from "./aws-error.ts";
export * from "./fault.ts";
export * from "./launch-reason.ts";
