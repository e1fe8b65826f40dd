/** The reducer: events in, picture out (style 4.4). No event is ever refused; what cannot be read counts for nothing. */
import type { KubeObject, ObjectMeta } from "../../api/index.ts";
import type { ClusterEvent, WatchedKind, WatchedKinds } from "./events.ts";
import { keyText } from "./keys.ts";
import { claimKeyText, machineKeyOfNode, refreshed, withClaim, withMarks, withNode } from "./reduce-machines.ts";
import { podSortKey, withPod } from "./reduce-pods.ts";
import type { SortedMap } from "./sorted-map.ts";
import type { ClusterState, MachineKey } from "./state.ts";

/** The picture after one event. The very same state when the event brings nothing new. */
export function applyClusterEvent(state: ClusterState, event: ClusterEvent): ClusterState {
  const next = reduce(state, event);
  return next === state ? state : { ...next, version: state.version + 1 };
}

export function applyClusterEvents(state: ClusterState, events: Iterable<ClusterEvent>): ClusterState {
  let next = state;
  for (const event of events) next = applyClusterEvent(next, event);
  return next;
}

function reduce(state: ClusterState, event: ClusterEvent): ClusterState {
  switch (event.type) {
    case "upsert":
      return upserted(state, event);
    case "delete":
      return deleted(state, event);
    case "pool":
    case "pool-deleted":
    case "instance-types":
      return poolChanged(state, event);
    case "claim":
    case "claim-deleted":
      return claimChanged(state, event);
    case "mark-for-deletion":
      return withMarks(state, event.providerIds, true);
    case "unmark-for-deletion":
      return withMarks(state, event.providerIds, false);
    case "nominate":
      return nominated(state, event);
    default:
      return state;
  }
}

function upserted(state: ClusterState, event: ClusterEvent & { readonly type: "upsert" }): ClusterState {
  if (event.kind === "Node") {
    const name = event.object.metadata.name ?? "";
    return isSameRevision(state.nodes.get(name), event.object) ? state : withNode(state, name, event.object);
  }
  if (event.kind === "Pod") {
    const key = podSortKey(event.object.metadata.namespace, event.object.metadata.name);
    return isSameRevision(state.pods.get(key)?.pod, event.object) ? state : withPod(state, key, event.object);
  }
  return withPlain(state, event.kind, { key: plainKey(event.object), object: event.object });
}

function deleted(state: ClusterState, event: ClusterEvent & { readonly type: "delete" }): ClusterState {
  const { kind, key } = event;
  if (kind === "Node") return state.nodes.has(key) ? withNode(state, key, undefined) : state;
  if (kind === "Pod") {
    const [namespace = "", name = ""] = key.includes("/") ? key.split("/") : ["default", key];
    const sortKey = podSortKey(namespace, name);
    return state.pods.has(sortKey) ? withPod(state, sortKey, undefined) : state;
  }
  return withPlain(state, kind, { key, object: undefined });
}

function poolChanged(
  state: ClusterState,
  event: ClusterEvent & { readonly type: "pool" | "pool-deleted" | "instance-types" },
): ClusterState {
  if (event.type === "instance-types") {
    const instanceTypes = state.instanceTypes.set(keyText(event.pool), event.types);
    return instanceTypes === state.instanceTypes ? state : { ...state, instanceTypes };
  }
  if (event.type === "pool") {
    const key = keyText(event.view.key);
    if (isSameRevision(state.pools.get(key)?.pool, event.view.pool)) return state;
    return { ...state, pools: state.pools.set(key, event.view) };
  }
  const key = keyText(event.key);
  if (!state.pools.has(key)) return state;
  return { ...state, pools: state.pools.delete(key), instanceTypes: state.instanceTypes.delete(key) };
}

function claimChanged(
  state: ClusterState,
  event: ClusterEvent & { readonly type: "claim" | "claim-deleted" },
): ClusterState {
  if (event.type === "claim") {
    const key = claimKeyText(event.view);
    return isSameRevision(state.claims.get(key)?.claim, event.view.claim) ? state : withClaim(state, key, event.view);
  }
  const key = keyText(event.key);
  return state.claims.has(key) ? withClaim(state, key, undefined) : state;
}

/** A later nomination extends an earlier one and never shortens it. A name that is not known is left alone. */
function nominated(state: ClusterState, event: ClusterEvent & { readonly type: "nominate" }): ClusterState {
  const key = machineNamed(state, event.node);
  if (key === undefined || (state.nominations.get(key) ?? 0) >= event.until) return state;
  return refreshed({ ...state, nominations: state.nominations.set(key, event.until) }, key);
}

function machineNamed(state: ClusterState, name: string): MachineKey | undefined {
  const byNode = machineKeyOfNode(state.nodes.get(name));
  if (byNode !== undefined) return byNode;
  const id = state.claims.get(`NodeClaim/${name}`) ?? state.claims.get(`Machine/${name}`);
  return id?.claim.status?.providerID === undefined ? undefined : `id:${id.claim.status.providerID}`;
}

type PlainKind = Exclude<WatchedKind, "Node" | "Pod" | "Namespace">;

/** Where objects are kept that nothing is derived from. */
const shelves = Object.freeze({
  DaemonSet: "daemonSets",
  PodDisruptionBudget: "podDisruptionBudgets",
  PersistentVolumeClaim: "persistentVolumeClaims",
  PersistentVolume: "persistentVolumes",
  StorageClass: "storageClasses",
  CSINode: "csiNodes",
} as const satisfies Record<PlainKind, keyof ClusterState>);

function withPlain(
  state: ClusterState,
  kind: Exclude<WatchedKind, "Node" | "Pod">,
  change: { readonly key: string; readonly object: WatchedKinds[WatchedKind] | undefined },
): ClusterState {
  const { key, object } = change;
  if (kind === "Namespace") return withNamespace(state, key, object);
  const shelf = state[shelves[kind]] as SortedMap<string, KubeObject>;
  if (object !== undefined && isSameRevision(shelf.get(key), object)) return state;
  const changed = object === undefined ? shelf.delete(key) : shelf.set(key, object);
  if (changed === shelf) return state;
  const next: ClusterState = { ...state, [shelves[kind]]: changed };
  if (kind !== "DaemonSet" || object !== undefined) return next;
  return { ...next, daemonPods: state.daemonPods.delete(shelf.get(key)?.metadata.uid ?? "") };
}

/** Only the labels matter. */
function withNamespace(state: ClusterState, key: string, namespace: KubeObject | undefined): ClusterState {
  const before = state.namespaceLabels.get(key);
  const after = namespace === undefined ? undefined : (namespace.metadata.labels ?? noLabels);
  if (JSON.stringify(before) === JSON.stringify(after)) return state;
  const namespaceLabels =
    after === undefined ? state.namespaceLabels.delete(key) : state.namespaceLabels.set(key, after);
  return { ...state, namespaceLabels };
}

/** `namespace/name` for objects in a namespace, else the name. */
function plainKey({ metadata }: { readonly metadata: ObjectMeta }): string {
  return metadata.namespace === undefined ? (metadata.name ?? "") : `${metadata.namespace}/${metadata.name ?? ""}`;
}

/** Objects from files carry no version; for those only identity counts. */
function isSameRevision(known: KubeObject | undefined, object: KubeObject): boolean {
  if (known === undefined) return false;
  if (known === object) return true;
  const version = object.metadata.resourceVersion;
  return (
    version !== undefined && version === known.metadata.resourceVersion && object.metadata.uid === known.metadata.uid
  );
}

const noLabels: Readonly<Record<string, string>> = Object.freeze({});
