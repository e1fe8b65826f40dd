import {
  type ClusterSnapshot,
  type DisruptionPlan,
  failed,
  ok,
  type ProvisioningOptions,
  type Result,
  type StateNode,
} from "../../core/index.ts";
import { hoursPerMonth } from "../money.ts";
import { disruptionOf } from "../plan/plan-now.ts";
import { commandReport, commandText } from "../simulate/command-report.ts";
import { type NodeAttempt, nodeAttempts } from "./node-attempts.ts";
import type { ExplainFailure, ExplainReport } from "./report.ts";

/** Why the node stays, or what would be done with it, and what keeping it costs. */
export function explainNode(
  snapshot: ClusterSnapshot,
  node: StateNode,
  options: ProvisioningOptions,
): Result<ExplainReport, ExplainFailure> {
  const planned = disruptionOf(snapshot, options);
  if (!planned.ok) {
    const { budget, message } = planned.failure;
    return failed({ kind: "unreadable-budget", message: `PodDisruptionBudget ${budget} cannot be read: ${message}` });
  }
  const plan = planned.value;
  const base = { schema: "explain/1", object: `node/${node.name}` } as const;
  const command = commandOn(plan, node.name);
  if (command !== undefined)
    return ok({ ...base, verdict: `it would go: ${commandText(commandReport(command))}`, reasons: [], remedies: [] });
  const kept = plan.kept.find((each) => each.node.name === node.name);
  const reasons = (kept?.reasons ?? []).map(({ code, text, method }) => ({
    layer: "disruption",
    code,
    text: method === undefined ? text : `${method}: ${text}`,
    object: `Node/${node.name}`,
  }));
  return ok({
    ...base,
    verdict: `it stays: ${kept?.text ?? "no method looked at it"}`,
    reasons: reasons.filter(({ text }, at) => reasons.findIndex((each) => each.text === text) === at),
    remedies: nodeAttempts(snapshot, node)
      .filter((attempt) => frees(attempt, node, options))
      .map(({ remedy }) => ({ ...remedy, verified: true })),
    ...(kept === undefined || kept.price === 0
      ? {}
      : { costPerMonth: Number((kept.price * hoursPerMonth).toFixed(2)) }),
  });
}

/** Whether the node goes once the change is made. */
function frees({ changed, spotToSpot }: NodeAttempt, node: StateNode, options: ProvisioningOptions): boolean {
  const planned = disruptionOf(changed, options, spotToSpot);
  return planned.ok && commandOn(planned.value, node.name) !== undefined;
}

const commandOn = ({ commands }: DisruptionPlan, name: string) =>
  commands.find(({ candidates }) => candidates.some(({ node }) => node.name === name));
