/** Builders of nodes, pods and pictures for tests of the scheduler's rules. */
import type { Node, Pod, PodSpec, ResourceQuantities, Taint } from "../../api/index.ts";
import { ClusterPicture } from "./cluster-picture.ts";
import { computePlacementState, nodeRefusal } from "./node-refusal.ts";
import type { PlacementState } from "./node-refusal.ts";
import { podFactsOf } from "./pod-facts.ts";
import type { VolumeLookup } from "./volume-rules.ts";

export interface NodeChange {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
  readonly allocatable?: ResourceQuantities;
}

export function nodeOf(name: string, change: NodeChange = {}): Node {
  const { labels = {}, taints = [], unschedulable = false, allocatable } = change;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
    spec: { taints, unschedulable },
    status: { allocatable: { cpu: "4", memory: "16Gi", pods: "10", ...allocatable } },
  };
}

export interface PodChange extends Partial<PodSpec> {
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly requests?: ResourceQuantities;
  readonly hostPort?: number;
}

export function podOn(name: string, change: PodChange = {}): Pod {
  const { labels = {}, namespace = "default", requests = {}, hostPort, ...spec } = change;
  const ports = hostPort === undefined ? {} : { ports: [{ containerPort: 80, hostPort }] };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, uid: `${namespace}/${name}`, labels },
    spec: { containers: [{ name: "app", resources: { requests }, ...ports }], ...spec },
  };
}

export const noVolumes: VolumeLookup = Object.freeze({
  claim: () => undefined,
  volume: () => undefined,
  storageClass: () => undefined,
  csiNode: () => undefined,
});

export function pictureOf(nodes: readonly Node[], placed: readonly Pod[] = []): ClusterPicture {
  const picture = new ClusterPicture({ namespaceLabels: (name) => ({ name }) });
  for (const node of nodes) picture.setNode(node);
  for (const pod of placed) picture.setPod(pod);
  return picture;
}

export function stateOf(pod: Pod, picture: ClusterPicture, lookup: VolumeLookup = noVolumes): PlacementState {
  return computePlacementState(podFactsOf(pod), picture, { lookup, promised: () => [] });
}

/** Reasons of each node by name; a node that takes the pod has none. */
export function refusalsOf(pod: Pod, picture: ClusterPicture, lookup: VolumeLookup = noVolumes) {
  const state = stateOf(pod, picture, lookup);
  return Object.fromEntries(picture.nodes().map((entry) => [entry.name, nodeRefusal(state, entry)?.reasons ?? []]));
}
