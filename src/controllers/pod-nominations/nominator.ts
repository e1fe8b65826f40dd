import { type Node, type NodeClaim, type Pod, podType } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  epochMillisOf,
  fitsResources,
  noResources,
  podRequests,
  type Resources,
  type StateNode,
  subtractResources,
} from "../../core/index.ts";
import { isKubeFault, type KubeClient, objectKey } from "../../kube/index.ts";
import { type Clock, type Logger, mapLimit } from "../../platform/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import type { PlannedPods } from "./planned-pods.ts";

/** Writer of `status.nominatedNodeName` in `metadata.managedFields`: how a later process knows its own. */
export const nominationManager = "karpenter-nominations";

export interface NominatorDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly model: Pick<ClusterModel, "nominate" | "snapshot">;
  readonly planned: PlannedPods;
}

/** A node that this process promised a pod. */
export interface Promised {
  readonly node: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** How often it was given anew. */
  readonly again: number;
}

/** Tells the scheduler which pods a machine was made for (KEP 5278; docs/adr/0005). */
export interface Nominator {
  /** Whether pods wait that were planned on this machine. */
  awaits(claim: NodeClaim, node: Node): boolean;
  /** Promises the node to them, each once. Nothing but an abort makes it fail: a node must not wait for its pods. */
  nominate(claim: NodeClaim, node: Node, signal: AbortSignal): Promise<void>;
  /**
   * Promises a pod its node once more, while it has room for it. An attempt has failed since: before the node was open,
   * because another one of the batch was, or because pods are spread evenly and others have to come first.
   */
  nominateAgain(pod: Pod, signal: AbortSignal): Promise<void>;
  /** Whether the pods bound to the node leave enough for this one. */
  hasRoom(node: string, pod: Pod): boolean;
  /** By UID of the pod. Entries go with `forget`. */
  readonly promised: ReadonlyMap<string, Promised>;
  forget(uid: string): void;
}

/**
 * Of the node's room, in any resource: what asks for less finds a gap, and each promise is a write, and makes the scheduler
 * look at each node twice.
 */
const leastShare = 1 / 8;
const parallel = 50;
/** Until the pods are bound their node must not be taken for empty (scheduling 8.1). */
const nominationMilliseconds = 20_000;

export function createNominator(deps: NominatorDeps): Nominator {
  const { clock, planned, log } = deps;
  const promised = new Map<string, Promised>();
  let mayNot = false;
  const waitingFor = (claim: NodeClaim, node: Node): readonly Pod[] => {
    if (mayNot || planned.areAlike()) return noPods;
    const name = node.metadata.name ?? "";
    // What another promised the pod is not ours to take back; of ours the last counts.
    const isFree = ({ metadata, status }: Pod): boolean => {
      const own = promised.get(metadata.uid ?? "")?.node;
      const said = status?.nominatedNodeName ?? "";
      return own !== name && (said === "" || said === own);
    };
    const pods = planned.on([claim.metadata.name ?? "", name]);
    if (pods.length === 0) return noPods;
    const { allocatable = noResources } = nodeNamed(deps.model.snapshot(), name) ?? {};
    return pods.filter((pod) => isFree(pod) && isLarge(pod, allocatable));
  };
  const promise = async (pod: Pod, what: Promised, signal: AbortSignal): Promise<void> => {
    const { uid = "" } = pod.metadata;
    promised.set(uid, what);
    const refusal = await write(deps, { pod, node: what.node }, signal);
    if (refusal === undefined) return;
    promised.delete(uid);
    if (refusal !== "forbidden") return;
    if (!mayNot) log.error(withoutRights);
    mayNot = true;
  };
  return {
    promised,
    forget: (uid) => void promised.delete(uid),
    hasRoom: (node, pod) => hasRoom(deps.model.snapshot(), node, pod),
    awaits: (claim, node) => waitingFor(claim, node).length > 0,
    nominate: async (claim, node, signal) => {
      const name = node.metadata.name ?? "";
      const pods = waitingFor(claim, node);
      if (pods.length === 0) return;
      deps.model.nominate([name], epochMillisOf(clock.now() + nominationMilliseconds));
      const at = clock.monotonic();
      await mapLimit(pods, parallel, (pod, context) => promise(pod, { node: name, at, again: 0 }, context.signal), {
        signal,
      });
    },
    nominateAgain: async (pod, signal) => {
      const before = promised.get(pod.metadata.uid ?? "");
      if (before === undefined || !hasRoom(deps.model.snapshot(), before.node, pod)) return;
      await promise(pod, { ...before, again: before.again + 1 }, signal);
    },
  };
}

const nodeNamed = ({ nodes }: Pick<ClusterSnapshot, "nodes">, name: string): StateNode | undefined =>
  nodes.find((each) => each.name === name);

/** Places in the count of pods are all alike. */
function isLarge(pod: Pod, room: Resources): boolean {
  const requests = Object.entries(podRequests(pod)).filter(([name]) => name !== "pods");
  return requests.some(([name, asked]) => asked >= (room[name] ?? 0) * leastShare);
}

function hasRoom(snapshot: Pick<ClusterSnapshot, "nodes">, name: string, pod: Pod): boolean {
  const node = nodeNamed(snapshot, name);
  return node !== undefined && fitsResources(podRequests(pod), subtractResources(node.allocatable, node.podRequests));
}

const noPods: readonly Pod[] = Object.freeze([]);

const withoutRights =
  "cannot tell the scheduler which pods a new node is for, it will place them by itself: grant patch on pods/status to the controller, or set --nominate-pods=false";

/** Undefined when the pod says so now, or is no longer there to be told. */
async function write(
  { kube, log }: NominatorDeps,
  { pod, node }: { readonly pod: Pod; readonly node: string },
  signal: AbortSignal,
): Promise<"forbidden" | "failed" | undefined> {
  const { name = "", namespace = "", uid } = pod.metadata;
  const body = { metadata: { uid }, status: { nominatedNodeName: node } };
  try {
    await kube.patch(
      podType,
      { name, namespace },
      { type: "merge", subresource: "status", fieldManager: nominationManager, body, signal },
    );
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (isKubeFault(error, "NotFound") || isKubeFault(error, "Conflict")) return undefined;
    if (isKubeFault(error, "Forbidden")) return "forbidden";
    log.debug("could not nominate a pod", { Pod: objectKey(pod), Node: node, error });
    return "failed";
  }
}
