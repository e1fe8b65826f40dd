import type { ManifestObject } from "../../manifests/index.ts";

/** The controller's, by the chart's label or by its name. */
export const isControllerAccount = ({ object: { kind, metadata } }: ManifestObject): boolean =>
  kind === "ServiceAccount" &&
  (metadata.name === "karpenter" || metadata.labels?.["app.kubernetes.io/name"] === "karpenter");
