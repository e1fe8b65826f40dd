import {
  conditionTypes,
  type Eviction,
  formatTimestamp,
  getCondition,
  type NodeClaim,
  type Node,
  type Pod,
  podType,
} from "../../api/index.ts";
import { type EpochMillis, isActive, isEvictable, mayNotBeEvicted, needsForceDelete } from "../../core/index.ts";
import { type Controller, isKubeFault, type KubeFault, type ReconcileResult } from "../../kube/index.ts";
import type { Reconciler } from "../plumbing/index.ts";
import { claimOfMachine, type PodEvictions, type TerminationDeps } from "./deps.ts";
import { createSurge, type Surge } from "./surge.ts";

export interface EvictionQueue extends PodEvictions {
  readonly reconciler: Reconciler;
}

/** Work keys: pods of one name that follow each other are different work. */
const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}/${metadata.uid}`;

/** Evicts pods, or deletes them when their node's deadline demands it (spec: lifecycle 2.3). */
export function createEvictionQueue(deps: TerminationDeps): EvictionQueue {
  const deadlines = new Map<string, EpochMillis | undefined>();
  const surge = createSurge(deps);
  let queue: Controller | undefined;
  return {
    add: (pods, deadline) => {
      for (const pod of pods) {
        const key = keyOf(pod);
        const known = deadlines.has(key);
        const held = deadlines.get(key);
        const tightened = deadline !== undefined && (held === undefined || deadline < held);
        if (known && !tightened) continue;
        deadlines.set(key, deadline);
        queue?.enqueue(key);
      }
    },
    reconciler: {
      name: "eviction-queue",
      workers: { min: 100, max: 5000 },
      retry: { baseMilliseconds: 100, maxMilliseconds: 10_000, minPerSecond: 100 },
      reconcile: async (key, signal) => {
        if (!deadlines.has(key)) return undefined;
        const pod = findPod(deps, key);
        const removal = { deadline: deadlines.get(key), surge, signal };
        const outcome = pod === undefined ? "gone" : await remove(deps, pod, removal);
        if (outcome === "again") return { requeue: true } satisfies ReconcileResult;
        deadlines.delete(key);
        surge.forget(key.split("/")[2] ?? "");
        return undefined;
      },
      watch: (controller) => {
        queue = controller;
      },
    },
  };
}

function findPod(deps: TerminationDeps, key: string): Pod | undefined {
  const [namespace, name, uid] = key.split("/");
  const pod = deps.caches.pods.store.get(`${namespace}/${name}`);
  return pod?.metadata.uid === uid ? pod : undefined;
}

type Outcome = "gone" | "again";

interface Removal {
  readonly deadline: EpochMillis | undefined;
  readonly surge: Surge;
  readonly signal: AbortSignal;
}

async function remove(deps: TerminationDeps, pod: Pod, removal: Removal): Promise<Outcome> {
  const now = deps.clock.now();
  if (removal.deadline !== undefined && needsForceDelete(pod, removal.deadline, now)) {
    return forceDelete(deps, pod, removal.deadline, removal.signal);
  }
  if (!isActive(pod)) return "gone";
  // Protected for now: the annotation may go, or the deadline come.
  if (!isEvictable(pod, now) || (deps.doNotEvictBlocksDrain === true && mayNotBeEvicted(pod))) return "again";
  if (await removal.surge.holds(pod, removal.signal)) return "again";
  return evict(deps, pod, removal.signal);
}

/** Never with grace 0, so that no two pods of one identity run at once. Budgets and do-not-disrupt do not count. */
async function forceDelete(
  deps: TerminationDeps,
  pod: Pod,
  deadline: EpochMillis,
  signal: AbortSignal,
): Promise<Outcome> {
  const gracePeriodSeconds = Math.max(Math.trunc((deadline - deps.clock.now()) / 1000), 1);
  deps.events.publish({
    object: pod,
    type: "Normal",
    reason: "Disrupted",
    message: `Deleted to keep the deadline of its node, ${formatTimestamp(deadline)}: granted ${gracePeriodSeconds}s of its ${pod.spec.terminationGracePeriodSeconds ?? 30}s to end`,
    dedupeValues: [pod.metadata.uid ?? ""],
  });
  try {
    await deps.kube.delete(podType, nameOf(pod), { uid: pod.metadata.uid ?? "", gracePeriodSeconds, signal });
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return "gone";
    throw error;
  }
  deps.instruments.podsDrained.increment({ reason: reasonOf(deps, pod) });
  return "gone";
}

async function evict(deps: TerminationDeps, pod: Pod, signal: AbortSignal): Promise<Outcome> {
  const { podsEvictionRequests } = deps.instruments;
  try {
    await deps.kube.createSubresource(podType, nameOf(pod), "eviction", evictionOf(pod), { signal });
  } catch (error) {
    if (!isKubeFault(error) || error.code === 0) throw error;
    podsEvictionRequests.increment({ code: String(error.code) });
    return reactTo(deps, pod, error);
  }
  const reason = reasonOf(deps, pod);
  podsEvictionRequests.increment({ code: "200" });
  deps.instruments.podsDrained.increment({ reason });
  deps.events.publish({
    object: pod,
    type: "Normal",
    reason: "Evicted",
    message: reason === "" ? "Evicted pod" : `Evicted pod: ${reason}`,
    dedupeValues: [pod.metadata.uid ?? ""],
  });
  return "gone";
}

/** 404 and 409: gone or replaced. 429: a budget refuses. 500 with several budgets: nobody can evict such a pod. */
function reactTo(deps: TerminationDeps, pod: Pod, fault: KubeFault): Outcome {
  if (fault.reason === "NotFound" || fault.reason === "Conflict") return "gone";
  const severalBudgets = fault.code === 500 && /more than one PodDisruptionBudget/i.test(fault.message);
  if (fault.reason !== "TooManyRequests" && !severalBudgets) throw fault;
  const node = deps.caches.nodes.store.get(pod.spec.nodeName ?? "");
  if (node !== undefined) {
    deps.events.publish({
      object: node,
      type: "Warning",
      reason: "FailedDraining",
      message: `Failed to drain node, evicting pod ${pod.metadata.namespace}/${pod.metadata.name}: ${refusalText(fault)}`,
      // A key of its own: the number of waiting pods is told every second, and would always take the place of the cause.
      dedupeValues: [node.metadata.name ?? "", "eviction"],
    });
  }
  return "again";
}

/** The server names the budget in its causes only. */
function refusalText({ message, status }: KubeFault): string {
  const causes = (status?.details?.causes ?? []).flatMap((cause) => cause.message ?? []);
  return [message, ...causes].join(" ");
}

const nameOf = ({ metadata }: Pod): { readonly name: string; readonly namespace: string } => ({
  name: metadata.name ?? "",
  namespace: metadata.namespace ?? "",
});

const evictionOf = (pod: Pod): Eviction => ({
  apiVersion: "policy/v1",
  kind: "Eviction",
  metadata: nameOf(pod),
  deleteOptions: { preconditions: { uid: pod.metadata.uid ?? "" } },
});

/** Why the node goes, as its claim says; empty when node or claim is unknown (spec: operations 1.2). */
function reasonOf(deps: TerminationDeps, pod: Pod): string {
  const node: Node | undefined = deps.caches.nodes.store.get(pod.spec.nodeName ?? "");
  const claim: NodeClaim | undefined = claimOfMachine(deps, node?.spec.providerID);
  if (claim === undefined) return "";
  const condition = getCondition(claim, conditionTypes.disruptionReason);
  return condition?.status === "True" ? (condition.reason ?? "") : "Forceful Termination";
}
