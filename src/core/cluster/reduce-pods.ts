/** Pods of the picture: bound, unbound, and the newest of each DaemonSet. */
import { type Pod, parseTimestamp } from "../../api/index.ts";
import { controllingDaemonSet, isDaemonPod } from "../pods/ownership.ts";
import { isTerminal } from "../pods/predicates.ts";
import { podRequests } from "../pods/requests.ts";
import { noResources } from "../quantity/resources.ts";
import { type BoundPod, boundKindKey, exchangeBound } from "./bound-kinds.ts";
import { boundTo } from "./build-state-node.ts";
import { machineKeyOfNode, withStateNode } from "./reduce-machines.ts";
import { SortedMap } from "./sorted-map.ts";
import type { ClusterState, NodePods, PodEntry } from "./state.ts";
import { tally } from "./tally.ts";

/** Sorts by namespace, then name: NUL is below every character of either. */
export const podSortKey = (namespace: string | undefined, name: string | undefined): string =>
  `${namespace ?? "default"}\0${name ?? ""}`;

export function withPod(state: ClusterState, key: string, pod: Pod | undefined): ClusterState {
  const before = state.pods.get(key);
  const after = pod === undefined ? undefined : entryOf(pod, state);
  let next: ClusterState =
    after === undefined
      ? { ...state, pods: state.pods.delete(key), unboundPods: state.unboundPods.delete(key) }
      : withEntry(state, key, after);
  if (before?.bound !== undefined || after?.bound !== undefined) next = rebound(next, key, { before, after });
  return next;
}

/** What the nodes hold that the pod left and that it is on now. */
function rebound(
  state: ClusterState,
  key: string,
  { before, after }: { readonly before: PodEntry | undefined; readonly after: PodEntry | undefined },
): ClusterState {
  const [from, to] = [before?.bound?.node, after?.bound?.node];
  let next: ClusterState = {
    ...state,
    boundKinds: exchangeBound(state.boundKinds, boundPodOf(before), boundPodOf(after)),
  };
  if (before !== undefined && from !== undefined) next = withBound(next, from, { key, before });
  if (after !== undefined && to !== undefined) next = withBound(next, to, { key, after });
  if (from !== undefined && from !== to) next = withPodsOfNode(next, from);
  return to === undefined ? next : withPodsOfNode(next, to);
}

const boundPodOf = (entry: PodEntry | undefined): BoundPod | undefined =>
  entry?.bound === undefined ? undefined : { pod: entry.pod, ...entry.bound };

function withEntry(state: ClusterState, key: string, entry: PodEntry): ClusterState {
  const { pod } = entry;
  const unbound = (pod.spec.nodeName ?? "") === "";
  return {
    ...state,
    pods: state.pods.set(key, entry),
    unboundPods: unbound ? state.unboundPods.set(key, pod) : state.unboundPods.delete(key),
    daemonPods: withDaemonPod(state.daemonPods, pod),
  };
}

function entryOf(pod: Pod, { boundKinds }: ClusterState): PodEntry {
  const entry = { pod, requests: podRequests(pod), isDaemon: isDaemonPod(pod) };
  const node = pod.spec.nodeName ?? "";
  if (node === "" || isTerminal(pod)) return entry;
  const kind = boundKindKey(pod);
  // One copy of the text for all pods of a kind.
  return { ...entry, bound: { node, kind: boundKinds.get(kind)?.key ?? kind } };
}

function withBound(
  state: ClusterState,
  node: string,
  change: { readonly key: string; readonly before?: PodEntry; readonly after?: PodEntry },
): ClusterState {
  const held = state.podsByNode.get(node) ?? nothingBound();
  const { key, before, after } = change;
  let next: NodePods = held;
  if (before !== undefined) next = counted(next, next.entries.delete(key), { entry: before, sign: -1 });
  if (after !== undefined) next = counted(next, next.entries.set(key, after), { entry: after, sign: 1 });
  const podsByNode = next.entries.size === 0 ? state.podsByNode.delete(node) : state.podsByNode.set(node, next);
  return { ...state, podsByNode };
}

function counted(
  held: NodePods,
  entries: NodePods["entries"],
  change: { readonly entry: PodEntry; readonly sign: 1 | -1 },
): NodePods {
  const { entry, sign } = change;
  return {
    entries,
    requests: tally(held.requests, entry.requests, sign),
    daemonRequests: entry.isDaemon ? tally(held.daemonRequests, entry.requests, sign) : held.daemonRequests,
  };
}

/** Only the pods of the state node change; the rest of it is kept as it is. */
function withPodsOfNode(state: ClusterState, name: string): ClusterState {
  const key = machineKeyOfNode(state.nodes.get(name));
  const machine = key === undefined ? undefined : state.machines.get(key);
  const stateNode = machine?.stateNode;
  if (key === undefined || stateNode?.node?.metadata.name !== name) return state;
  return withStateNode(state, key, { ...stateNode, ...boundTo(state.podsByNode.get(name)) });
}

/** The newest by creation, then by name; an update of the one that is held replaces it. A pod that has ended is no model. */
function withDaemonPod(held: ClusterState["daemonPods"], pod: Pod): ClusterState["daemonPods"] {
  const owner = controllingDaemonSet(pod);
  if (owner === undefined || isTerminal(pod)) return held;
  const current = held.get(owner.uid);
  return current === undefined || !isNewer(current, pod) ? held.set(owner.uid, pod) : held;
}

function isNewer(pod: Pod, than: Pod): boolean {
  const [one, other] = [createdAt(pod), createdAt(than)];
  return one === other ? (pod.metadata.name ?? "") < (than.metadata.name ?? "") : one > other;
}

const createdAt = (pod: Pod): number => parseTimestamp(pod.metadata.creationTimestamp ?? "") ?? 0;

const nothingBound = (): NodePods => ({
  entries: SortedMap.empty(),
  requests: noResources,
  daemonRequests: noResources,
});
