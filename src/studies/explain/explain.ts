import type { Pod } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  failed,
  objectKey,
  ok,
  type ProvisioningOptions,
  type Result,
  type StateNode,
} from "../../core/index.ts";
import { simulationOptions } from "../simulate/simulate.ts";
import { explainNode } from "./explain-node.ts";
import { explainPod } from "./explain-pod.ts";
import type { ExplainFailure, ExplainReport } from "./report.ts";

export interface ExplainRequest {
  /** `pod/NAME`, `pod/NAMESPACE/NAME`, `node/NAME` or `nodeclaim/NAME`. */
  readonly object: string;
  readonly namespace?: string | undefined;
}

/** Why the pod waits or the node stays, and the changes that the engine, run again with them, answers differently to. */
export function explain(
  snapshot: ClusterSnapshot,
  { object, namespace }: ExplainRequest,
  options: ProvisioningOptions = simulationOptions(),
): Result<ExplainReport, ExplainFailure> {
  const slash = object.indexOf("/");
  const [kind, name] = [object.slice(0, slash).toLowerCase(), object.slice(slash + 1)];
  if (podKinds.has(kind)) {
    const pod = podNamed(snapshot, name, namespace);
    return pod.ok ? ok(explainPod(snapshot, pod.value, options)) : pod;
  }
  if (nodeKinds.has(kind)) {
    const node = nodeNamed(snapshot, kind, name);
    return node.ok ? explainNode(snapshot, node.value, options) : node;
  }
  const message = `"${object}" cannot be explained; expected pod/NAME, pod/NAMESPACE/NAME, node/NAME or nodeclaim/NAME`;
  return failed({ kind: "not-explainable", message });
}

const podKinds: ReadonlySet<string> = new Set(["pod", "pods", "po"]);
const nodeKinds: ReadonlySet<string> = new Set(["node", "nodes", "no", "nodeclaim", "nodeclaims", "machine"]);

/** By its whole name; else the first pod of a workload of that name, since names of pods to come are made up. */
function podNamed(snapshot: ClusterSnapshot, name: string, namespace: string | undefined): Result<Pod, ExplainFailure> {
  const wanted = name.includes("/") ? name : `${namespace ?? "*"}/${name}`;
  const isMeant = (pod: Pod, matches: (key: string, wanted: string) => boolean): boolean => {
    const key = objectKey(pod);
    return wanted.startsWith("*/") ? matches(key.slice(key.indexOf("/") + 1), name) : matches(key, wanted);
  };
  const pods = [...snapshot.pendingPods, ...snapshot.nodes.flatMap((node) => node.pods)];
  const found =
    pods.find((pod) => isMeant(pod, (key, text) => key === text)) ??
    pods.find((pod) => isMeant(pod, (key, text) => key.startsWith(`${text}-`)));
  if (found !== undefined) return ok(found);
  const message = `there is no pod ${name} in the input${pods.length === 0 ? ", and no other" : ""}`;
  return failed({ kind: "not-found", message });
}

function nodeNamed(snapshot: ClusterSnapshot, kind: string, name: string): Result<StateNode, ExplainFailure> {
  const isClaim = kind.startsWith("nodeclaim") || kind === "machine";
  const found = snapshot.nodes.find((node) => (isClaim ? node.claimKey?.name === name : node.name === name));
  if (found !== undefined) return ok(found);
  const names = snapshot.nodes.map((node) => (isClaim ? (node.claimKey?.name ?? node.name) : node.name));
  const others =
    names.length === 0 ? ", and no other" : `; there are ${names.length}, such as ${names.slice(0, 3).join(", ")}`;
  return failed({ kind: "not-found", message: `there is no ${kind} ${name} in the input${others}` });
}
