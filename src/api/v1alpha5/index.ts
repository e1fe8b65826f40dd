/** The v1alpha5 era: kinds, defaults, the old checks with their texts, CRDs, hashes (spec: v1alpha5 1, 2, 4.10). */
export * from "./defaults.ts";
export * from "./field-error.ts";
export * from "./label-rules.ts";
export * from "./machine.ts";
export * from "./names.ts";
export * from "./node-template.ts";
export * from "./node-template-rules.ts";
export * from "./provisioner.ts";
export * from "./provisioner-rules.ts";
export * from "./volume-size.ts";
export * from "./webhooks.ts";
