export * from "./controller-policy.ts";
export * from "./endpoints.ts";
export * from "./interruption-queue.ts";
