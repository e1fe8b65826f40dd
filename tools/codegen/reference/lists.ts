/** Options, gates, and reasons of events, from the lists that the code uses. */
import {
  ec2NodeClassEventReasons,
  type EventReason,
  featureGates,
  finalizedReason,
  nodeClaimEventReasons,
  nodeEventReasons,
  nodePoolEventReasons,
  podEventReasons,
} from "../../../src/api/index.ts";
import { optionSchema } from "../../../src/operator/index.ts";
import { eventTexts } from "./event-texts.ts";
import { cell } from "./fields.ts";

export function optionsPage(): string {
  const nameless = [
    ...Object.values(optionSchema),
    ...featureGates.map(({ name, effect }) => ({ flag: name, help: effect })),
  ]
    .filter(({ help }) => help.trim() === "")
    .map(({ flag }) => flag);
  if (nameless.length > 0) throw new Error(`options without a description: ${nameless.join(", ")}`);
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

const tableHead = "| Reason | What it says |\n|---|---|\n";

/** A page is not made of empty descriptions. */
function eventRow(reason: EventReason): string {
  const text = eventTexts[reason];
  if (text.trim() === "") throw new Error(`the event ${reason} has no description`);
  return `| \`${reason}\` | ${cell(text)} |`;
}

export function eventsPage(): string {
  const lists: readonly (readonly [object: string, reasons: readonly EventReason[]])[] = [
    ["NodePool and Provisioner", nodePoolEventReasons],
    ["NodeClaim and Machine", nodeClaimEventReasons],
    ["Node", nodeEventReasons],
    ["Pod", podEventReasons],
    ["EC2NodeClass", ec2NodeClassEventReasons],
  ];
  const sections = lists.map(
    ([object, reasons]) => `## ${object}\n\n${tableHead}${reasons.map(eventRow).join("\n")}\n`,
  );
  return `# Reasons of events

Filter by them: \`kubectl get events -A --field-selector reason=DisruptionBlocked\`. The message says what, where and why.
When a condition of an object changes, an event has the condition's type as its reason; when the controller lets go of an
object that is being deleted, it is \`${finalizedReason}\`.

${sections.join("\n")}`;
}
