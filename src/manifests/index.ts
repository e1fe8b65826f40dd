export * from "./apply-order.ts";
export * from "./parse-manifests.ts";
