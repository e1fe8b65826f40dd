import type { DisruptionCommand, DisruptionMethodName } from "../../core/index.ts";

/** Metric labels of a method (spec: lifecycle 3.1): reasons in lower case. */
export interface MethodLabels {
  readonly reason: string;
  readonly consolidation_type: string;
}

/** Of methods; what repacks counts as multi until it is known how many nodes a command takes. */
export const methodLabels: Readonly<Record<DisruptionMethodName, MethodLabels>> = Object.freeze({
  emptiness: { reason: "empty", consolidation_type: "empty" },
  "static-drift": { reason: "drifted", consolidation_type: "" },
  drift: { reason: "drifted", consolidation_type: "" },
  consolidation: { reason: "underutilized", consolidation_type: "multi" },
  "multi-node-consolidation": { reason: "underutilized", consolidation_type: "multi" },
  "single-node-consolidation": { reason: "underutilized", consolidation_type: "single" },
});

export const commandLabels = ({ method, candidates }: DisruptionCommand): MethodLabels =>
  methodLabels[method === "consolidation" && candidates.length === 1 ? "single-node-consolidation" : method];

/** Of a command as planned, or as it runs. */
export const decisionOf = (command: { readonly replacements: readonly unknown[] }): "delete" | "replace" =>
  command.replacements.length === 0 ? "delete" : "replace";
