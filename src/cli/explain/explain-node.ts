import {
  type ClusterSnapshot,
  type DisruptionPlan,
  drift,
  planDisruption,
  type ProvisioningOptions,
  repacking,
  type StateNode,
  vacancy,
} from "../../core/index.ts";
import { CliError } from "../cli-error.ts";
import { hoursPerMonth } from "../output/money.ts";
import { commandText } from "../simulate/render.ts";
import { commandReport } from "../simulate/command-report.ts";
import { nodeAttempts } from "./node-attempts.ts";
import type { ExplainReport } from "./report.ts";

/** Why the node stays, or what would be done with it, and what keeping it costs. */
export function explainNode(snapshot: ClusterSnapshot, node: StateNode, options: ProvisioningOptions): ExplainReport {
  const plan = disruptionOf(snapshot, options);
  const base = { schema: "explain/1", object: `node/${node.name}` } as const;
  const command = commandOn(plan, node.name);
  if (command !== undefined)
    return { ...base, verdict: `it would go: ${commandText(commandReport(command))}`, reasons: [], remedies: [] };
  const kept = plan.kept.find((each) => each.node.name === node.name);
  const reasons = (kept?.reasons ?? []).map(({ code, text, method }) => ({
    layer: "disruption",
    code,
    text: method === undefined ? text : `${method}: ${text}`,
    object: `Node/${node.name}`,
  }));
  return {
    ...base,
    verdict: `it stays: ${kept?.text ?? "no method looked at it"}`,
    reasons: reasons.filter(({ text }, at) => reasons.findIndex((each) => each.text === text) === at),
    remedies: nodeAttempts(snapshot, node)
      .filter(({ changed }) => commandOn(disruptionOf(changed, options), node.name) !== undefined)
      .map(({ remedy }) => ({ ...remedy, verified: true })),
    ...(kept === undefined || kept.price === 0
      ? {}
      : { costPerMonth: Number((kept.price * hoursPerMonth).toFixed(2)) }),
  };
}

/** What the controller would do now. */
export function disruptionOf(snapshot: ClusterSnapshot, options: ProvisioningOptions): DisruptionPlan {
  const now = snapshot.takenAt;
  if (now === undefined) throw new Error("a snapshot without a time has no disruption plan");
  const planned = planDisruption(snapshot, {
    now,
    methods: [vacancy, drift, repacking],
    settings: { provisioning: options },
  });
  if (planned.ok) return planned.value;
  throw new CliError(`PodDisruptionBudget ${planned.failure.budget} cannot be read: ${planned.failure.message}`);
}

const commandOn = ({ commands }: DisruptionPlan, name: string) =>
  commands.find(({ candidates }) => candidates.some(({ node }) => node.name === name));
