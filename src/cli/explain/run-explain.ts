import type { Pod } from "../../api/index.ts";
import { type ClusterSnapshot, objectKey, type StateNode } from "../../core/index.ts";
import { CliError } from "../cli-error.ts";
import { openInput, type InputFlags } from "../offline/open-input.ts";
import type { OfflineInput } from "../offline/read-offline.ts";
import { withQuietTimes } from "../offline/as-it-would-stand.ts";
import { openMarket } from "../offline/read-offline.ts";
import { simulationOptions } from "../simulate/simulate.ts";
import type { Terminal } from "../terminal.ts";
import { explainNode } from "./explain-node.ts";
import { explainPod } from "./explain-pod.ts";
import type { ExplainReport } from "./report.ts";

export interface ExplainFlags extends InputFlags {
  readonly output: "table" | "json";
  readonly namespace?: string;
}

/** 0 with an answer; 2 when there is no such object. */
export async function runExplain(object: string, flags: ExplainFlags, terminal: Terminal): Promise<number> {
  const market = await openMarket(flags, terminal);
  const input = await openInput(flags, market, terminal);
  const report = explain(object, input, flags.namespace);
  terminal.output.write(flags.output === "json" ? `${JSON.stringify(report)}\n` : render(report));
  return input.exitCode;
}

function explain(object: string, input: OfflineInput, namespace: string | undefined): ExplainReport {
  const slash = object.indexOf("/");
  const [kind, name] = [object.slice(0, slash).toLowerCase(), object.slice(slash + 1)];
  const options = simulationOptions();
  const snapshot = withQuietTimes(input.state, input.now);
  if (kind === "pod" || kind === "pods" || kind === "po")
    return explainPod(snapshot, podNamed(snapshot, name, namespace), options);
  if (["node", "nodes", "no", "nodeclaim", "nodeclaims", "machine"].includes(kind))
    return explainNode(snapshot, nodeNamed(snapshot, kind, name), options);
  throw new CliError(
    `"${object}" cannot be explained; expected pod/NAME, pod/NAMESPACE/NAME, node/NAME or nodeclaim/NAME`,
  );
}

/** By its whole name; else the first pod of a workload of that name, since names of pods to come are made up. */
function podNamed(snapshot: ClusterSnapshot, name: string, namespace: string | undefined): Pod {
  const wanted = name.includes("/") ? name : `${namespace ?? "*"}/${name}`;
  const isMeant = (pod: Pod, matches: (key: string, wanted: string) => boolean): boolean => {
    const key = objectKey(pod);
    return wanted.startsWith("*/") ? matches(key.slice(key.indexOf("/") + 1), name) : matches(key, wanted);
  };
  const pods = [...snapshot.pendingPods, ...snapshot.nodes.flatMap((node) => node.pods)];
  const found =
    pods.find((pod) => isMeant(pod, (key, text) => key === text)) ??
    pods.find((pod) => isMeant(pod, (key, text) => key.startsWith(`${text}-`)));
  if (found !== undefined) return found;
  throw new CliError(`there is no pod ${name} in the input${pods.length === 0 ? ", and no other" : ""}`);
}

function nodeNamed(snapshot: ClusterSnapshot, kind: string, name: string): StateNode {
  const isClaim = kind.startsWith("nodeclaim") || kind === "machine";
  const found = snapshot.nodes.find((node) => (isClaim ? node.claimKey?.name === name : node.name === name));
  if (found !== undefined) return found;
  const names = snapshot.nodes.map((node) => (isClaim ? (node.claimKey?.name ?? node.name) : node.name));
  const some = names.slice(0, 3).join(", ");
  throw new CliError(
    `there is no ${kind} ${name} in the input${names.length === 0 ? ", and no other" : `; there are ${names.length}, such as ${some}`}`,
  );
}

function render({ object, verdict, reasons, remedies, costPerMonth }: ExplainReport): string {
  const lines = [
    `${object}: ${verdict}`,
    ...reasons.map(({ layer, object: of, text }) => `  - ${layer}${of === undefined ? "" : `, ${of}`}: ${text}`),
    ...(costPerMonth === undefined ? [] : [`as it is, it costs ${costPerMonth.toFixed(2)} $/month`]),
    ...(remedies.length === 0 ? [] : ["what would change that (each tried on the engine):"]),
    ...remedies.map(({ text, object: of }) => `  - ${text} (${of})`),
  ];
  return `${lines.join("\n")}\n`;
}
