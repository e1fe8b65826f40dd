export * from "./caches.ts";
export * from "./commit-signal.ts";
export * from "./decision.ts";
export * from "./instruments.ts";
export * from "./object-writer.ts";
export * from "./reconciler.ts";
export * from "./node-claims.ts";
export * from "./taints.ts";
