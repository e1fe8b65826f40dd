import type { DisruptionCommand, DisruptionMethodName } from "../../core/index.ts";

/** Metric labels of each method (spec: lifecycle 3.1): reasons in lower case. */
export const methodLabels: Readonly<
  Record<DisruptionMethodName, { readonly reason: string; readonly consolidation_type: string }>
> = Object.freeze({
  emptiness: { reason: "empty", consolidation_type: "empty" },
  "static-drift": { reason: "drifted", consolidation_type: "" },
  drift: { reason: "drifted", consolidation_type: "" },
  "multi-node-consolidation": { reason: "underutilized", consolidation_type: "multi" },
  "single-node-consolidation": { reason: "underutilized", consolidation_type: "single" },
});

export const decisionOf = (command: DisruptionCommand): "delete" | "replace" =>
  command.replacements.length === 0 ? "delete" : "replace";
