import { type ClusterLimit, readClusterLimits, type Result } from "../core/index.ts";
import { readOptionDocument } from "./option-documents.ts";

/** Reads the text of `--cluster-limits`, YAML or JSON (spec: v1alpha5 6.3, R67); each fault in a text of its own. */
export function parseClusterLimits(text: string): Result<readonly ClusterLimit[], readonly string[]> {
  const document = readOptionDocument(text);
  return document.ok ? readClusterLimits(document.value) : document;
}

/** Those of the options, which were found readable when they were parsed; absent when there are none. */
export function clusterLimitsOf(options: { readonly clusterLimits: string }): {
  readonly clusterLimits?: readonly ClusterLimit[];
} {
  const limits = parseClusterLimits(options.clusterLimits);
  return limits.ok && limits.value.length > 0 ? { clusterLimits: limits.value } : {};
}
