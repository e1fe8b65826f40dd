/** Options, gates, and reasons of events, from the lists that the code uses. */
import {
  ec2NodeClassEventReasons,
  featureGates,
  finalizedReason,
  nodeClaimEventReasons,
  nodeEventReasons,
  nodePoolEventReasons,
  podEventReasons,
} from "../../../src/api/index.ts";
import { optionSchema } from "../../../src/operator/index.ts";
import { cell } from "./fields.ts";

export function optionsPage(): string {
  const rows = Object.values(optionSchema).map(
    ({ flag, env, fallback, help }) => `| \`--${flag}\` | \`${env}\` | ${shown(fallback)} | ${cell(help)} |`,
  );
  const gates = featureGates.map(
    ({ name, effect, since, default: isOn }) =>
      `| \`${name}\` | ${isOn ? "on" : "off"} | ${since.map(({ stage, version }) => `${stage} since ${version}`).join(", ")} | ${cell(effect)} |`,
  );
  return `# Options of the controller

A flag wins over its environment variable, that over the default.

| Flag | Environment variable | Default | What it does |
|---|---|---|---|
${rows.join("\n")}

## Feature gates

\`--feature-gates NAME=true,NAME=false\`.

| Gate | Default | Stage | What it does |
|---|---|---|---|
${gates.join("\n")}
`;
}

function shown(value: unknown): string {
  if (value === undefined || value === "") return "none";
  return `\`${typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : JSON.stringify(value)}\``;
}

export function eventsPage(): string {
  const lists: readonly (readonly [object: string, reasons: readonly string[]])[] = [
    ["NodePool and Provisioner", nodePoolEventReasons],
    ["NodeClaim and Machine", nodeClaimEventReasons],
    ["Node", nodeEventReasons],
    ["Pod", podEventReasons],
    ["EC2NodeClass", ec2NodeClassEventReasons],
  ];
  const sections = lists.map(
    ([object, reasons]) => `## On a ${object}\n\n${reasons.map((reason) => `- \`${reason}\``).join("\n")}\n`,
  );
  return `# Reasons of events

Filter by them: \`kubectl get events -A --field-selector reason=DisruptionBlocked\`. The message says what, where and why.
When a condition of an object changes, an event has the condition's type as its reason; when the controller lets go of an
object that is being deleted, it is \`${finalizedReason}\`.

${sections.join("\n")}`;
}
