export * from "./apply-order.ts";
export * from "./parse-manifests.ts";
export type { ManifestSource, NodeComments } from "./manifest-source.ts";
export * from "./render-object.ts";
export * from "./as-today.ts";
