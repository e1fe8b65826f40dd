import {
  annotations,
  type ConditionUpdate,
  conditionStatus,
  conditionTypes,
  getCondition,
  type Node,
  type NodeClaim,
  nodeClaimReasons,
  type Pod,
  setCondition,
} from "../../api/index.ts";
import { claimViewOf, type EpochMillis, isDisruptable, objectKey } from "../../core/index.ts";
import type { ReconcileResult } from "../../kube/index.ts";
import { indexes, millisOf, requeueAfter, timestampOf } from "../plumbing/index.ts";
import type { PodEvictions, TerminationDeps } from "./deps.ts";
import { computeDrain } from "./drain.ts";
import { computePendingAttachments } from "./volumes.ts";

type Deps = TerminationDeps & { readonly evictions: PodEvictions };

export interface StepState {
  readonly node: Node;
  /** Absent when no claim, or more than one, has the node's machine. */
  readonly claim?: NodeClaim;
  readonly deadline: EpochMillis | undefined;
}

/** A result means "not yet". */
export interface StepResult {
  readonly claim: NodeClaim | undefined;
  readonly result?: ReconcileResult;
}

export type TerminationStep = (deps: Deps, state: StepState, signal: AbortSignal) => Promise<StepResult>;

const pollMilliseconds = 1_000;
const instanceMilliseconds = 5_000;
const leastDrainMilliseconds = 5_000;

const withCondition = (deps: Deps, claim: NodeClaim | undefined, update: ConditionUpdate): NodeClaim | undefined =>
  claim === undefined ? undefined : setCondition(claim, update, timestampOf(deps.clock));

const podsOf = (deps: Deps, node: Node) => deps.caches.pods.store.byIndex(indexes.nodeName, node.metadata.name ?? "");

/** Spec: lifecycle 2.2. */
export const drainStep: TerminationStep = async (deps, { node, claim, deadline }) => {
  const type = conditionTypes.drained;
  const draining = {
    type,
    status: "Unknown",
    reason: nodeClaimReasons.draining,
    message: nodeClaimReasons.draining,
  } as const;
  const begun =
    claim === undefined || getCondition(claim, type) !== undefined ? claim : withCondition(deps, claim, draining);
  const now = deps.clock.now();
  const { waiting, forced, tier } = computeDrain(podsOf(deps, node), deadline, now);
  deps.evictions.add([...forced, ...tier], deadline);
  if (waiting.length > 0) {
    deps.events.publish({
      object: node,
      type: "Warning",
      reason: "FailedDraining",
      message: `Failed to drain node, ${waitingText(waiting, now)}`,
      dedupeValues: [node.metadata.name ?? ""],
    });
    return { claim: begun, result: requeueAfter(pollMilliseconds) };
  }
  if (begun !== undefined && isYoung(begun, now)) return { claim: begun, result: requeueAfter(pollMilliseconds) };
  return { claim: withCondition(deps, begun, { type, status: "True" }) };
};

/** How many and which, those first that eviction leaves alone for as long as they say so. */
function waitingText(waiting: readonly Pod[], now: EpochMillis): string {
  const guarded = waiting.filter((pod) => !isDisruptable(pod, now)).map(objectKey);
  const others = waiting.filter((pod) => isDisruptable(pod, now)).map(othersText);
  const names = [...guarded.map((name) => `${name} (${annotations.doNotDisrupt})`).sort(), ...others.sort()];
  const what = names.length === 1 ? "1 pod is" : `${names.length} pods are`;
  return `${what} waiting to be evicted: ${shortened(names)}`;
}

/** One that was told to end may take its time: a grace of a year is nobody's fault here. */
function othersText(pod: Pod): string {
  const { deletionTimestamp } = pod.metadata;
  return deletionTimestamp === undefined
    ? objectKey(pod)
    : `${objectKey(pod)} (terminating, until ${deletionTimestamp})`;
}

const mostNamed = 5;

function shortened(names: readonly string[]): string {
  const rest = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** Catches pods that were bound just before the scheduler saw the taint. */
function isYoung(claim: NodeClaim, now: EpochMillis): boolean {
  const drained = getCondition(claim, conditionTypes.drained);
  return drained?.status === "Unknown" && now - (millisOf(drained.lastTransitionTime) ?? now) < leastDrainMilliseconds;
}

/** Spec: lifecycle 2.5. The attach-detach controller does the detaching; this waits for it. */
export const volumeStep: TerminationStep = async (deps, { node, claim, deadline }) => {
  const type = conditionTypes.volumesDetached;
  const nodeName = node.metadata.name ?? "";
  const pending = computePendingAttachments({
    attachments: deps.caches.volumeAttachments.store.byIndex(indexes.nodeName, nodeName),
    pods: podsOf(deps, node),
    claims: deps.caches.persistentVolumeClaims.store,
    now: deps.clock.now(),
  });
  if (pending.length === 0) return { claim: withCondition(deps, claim, { type, status: "True" }) };
  if (deadline !== undefined && deps.clock.now() > deadline) {
    const reason = nodeClaimReasons.terminationGracePeriodElapsed;
    return { claim: withCondition(deps, claim, { type, status: "False", reason, message: reason }) };
  }
  const names = pending.map(({ metadata }) => metadata.name ?? "");
  deps.events.publish({
    object: node,
    type: "Normal",
    reason: "AwaitingVolumeDetachment",
    message: `Awaiting deletion of bound volumeattachments (${shortened(names)})`,
    dedupeValues: [nodeName],
  });
  const reason = nodeClaimReasons.awaitingVolumeDetachment;
  return {
    claim: withCondition(deps, claim, { type, status: "Unknown", reason, message: reason }),
    result: requeueAfter(pollMilliseconds),
  };
};

/** Spec: lifecycle 2.6. Without a claim the cloud is left alone: the instance collector finds what leaks. */
export const instanceStep: TerminationStep = async (deps, { claim }, signal) => {
  if (claim === undefined) return { claim };
  const outcome = await deps.provider.delete(claimViewOf(claim), { signal });
  const type = conditionTypes.instanceTerminating;
  const marked = conditionStatus(claim, type) === "True" ? claim : withCondition(deps, claim, { type, status: "True" });
  return outcome.ok ? { claim: marked, result: requeueAfter(instanceMilliseconds) } : { claim: marked };
};
