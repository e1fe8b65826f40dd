import { parseDocument } from "yaml";
import { type ClusterLimit, failed, readClusterLimits, type Result } from "../core/index.ts";

/** Reads the text of `--cluster-limits`, YAML or JSON (spec: v1alpha5 6.3, R67); each fault in a text of its own. */
export function parseClusterLimits(text: string): Result<readonly ClusterLimit[], readonly string[]> {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) return failed([`is no YAML: ${problem.message}`]);
  return readClusterLimits(document.toJS());
}

/** Those of the options, which were found readable when they were parsed; absent when there are none. */
export function clusterLimitsOf(options: { readonly clusterLimits: string }): {
  readonly clusterLimits?: readonly ClusterLimit[];
} {
  const limits = parseClusterLimits(options.clusterLimits);
  return limits.ok && limits.value.length > 0 ? { clusterLimits: limits.value } : {};
}
