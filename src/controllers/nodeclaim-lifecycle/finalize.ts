import {
  annotations,
  conditionTypes,
  formatTimestamp,
  getCondition,
  isConditionTrue,
  labels,
  type Node,
  type NodeClaim,
  nodeClaimType,
  nodeType,
  setCondition,
  terminationFinalizer,
} from "../../api/index.ts";
import { claimViewOf } from "../../core/index.ts";
import type { ReconcileResult } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import {
  deleteObject,
  durationMillisOf,
  millisOf,
  patchObject,
  patchStatus,
  poolNameOf,
  requeueAfter,
  timestampOf,
  waitForOwnWrite,
} from "../plumbing/index.ts";
import { nodesOf } from "./opening.ts";
import type { LifecycleDeps } from "./step.ts";

const instanceTerminationMilliseconds = 5_000;

/**
 * Takes a deleting claim apart: its Nodes, its machine, its finalizer, in that order (spec: lifecycle 1.8). Each pass does
 * what is still to do, so it may be cut anywhere.
 */
export async function finalizeNodeClaim(
  deps: LifecycleDeps,
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<ReconcileResult | undefined> {
  if (!(claim.metadata.finalizers ?? []).includes(terminationFinalizer)) return undefined;
  const dated = await annotateDeadline(deps, claim, signal);
  if (dated === undefined) return undefined;
  if (isConditionTrue(dated, conditionTypes.registered)) {
    const nodes = nodesOf(deps, dated);
    await deleteNodes(deps, nodes, signal);
    for (const node of nodes) tellHeld(deps, dated, node);
    // The Node events bring us back once they are gone.
    if (nodes.length > 0) return undefined;
  }
  const ended = await terminateInstance(deps, dated, signal);
  if (ended.result !== undefined) return ended.result;
  return removeFinalizer(deps, ended.claim, signal);
}

/** Writes the hard deadline of the drain once; an existing one is never moved here. */
async function annotateDeadline(
  deps: LifecycleDeps,
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<NodeClaim | undefined> {
  const period = durationMillisOf(claim.spec.terminationGracePeriod);
  if (
    period === undefined ||
    period === Number.POSITIVE_INFINITY ||
    claim.metadata.annotations?.[annotations.terminationTimestamp] !== undefined
  )
    return claim;
  const deadline = formatTimestamp((millisOf(claim.metadata.deletionTimestamp) ?? deps.clock.now()) + period);
  const after: NodeClaim = {
    ...claim,
    metadata: {
      ...claim.metadata,
      annotations: { ...claim.metadata.annotations, [annotations.terminationTimestamp]: deadline },
    },
  };
  const written = await patchObject(deps.kube, { type: nodeClaimType, before: claim, after, lock: true }, signal);
  deps.log.info("annotated nodeclaim", { NodeClaim: claim.metadata.name, "termination-timestamp": deadline });
  deps.events.publish({
    object: claim,
    type: "Warning",
    reason: "TerminationGracePeriodExpiring",
    message: `All pods will be deleted by ${deadline}`,
    dedupeValues: [claim.metadata.name ?? ""],
  });
  return written;
}

async function deleteNodes(deps: LifecycleDeps, nodes: readonly Node[], signal: AbortSignal): Promise<void> {
  const alive = nodes.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await mapLimit(alive, 10, (node, context) => deleteObject(deps.kube, nodeType, node, context.signal), { signal });
}

const heldMilliseconds = 15 * 60_000;

/** Our part of the object's end is done, and finalizers of others are all that is left of it: only they can end it. */
function tellHeld(deps: LifecycleDeps, claim: NodeClaim, held: Node | NodeClaim): void {
  const { finalizers = [], deletionTimestamp, name = "" } = held.metadata;
  if (deletionTimestamp === undefined || finalizers.length === 0 || finalizers.includes(terminationFinalizer)) return;
  deps.events.publish({
    object: claim,
    type: "Warning",
    reason: "AwaitingFinalizers",
    message: `${held.kind} ${name} is held by finalizers of others: ${finalizers.join(", ")}`,
    dedupeValues: [held.kind, name],
    dedupeMilliseconds: heldMilliseconds,
  });
}

/** A result means "not gone yet". Only the cloud's "not found" proves that the machine is gone. */
async function terminateInstance(
  deps: LifecycleDeps,
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<{ readonly claim: NodeClaim; readonly result?: ReconcileResult }> {
  if ((claim.status?.providerID ?? "") === "") return { claim };
  const outcome = await deps.provider.delete(claimViewOf(claim), { signal });
  const marked = await markTerminating(deps, claim, signal);
  if (outcome.ok) return { claim: marked, result: requeueAfter(instanceTerminationMilliseconds) };
  return { claim: marked };
}

async function markTerminating(deps: LifecycleDeps, claim: NodeClaim, signal: AbortSignal): Promise<NodeClaim> {
  const after = setCondition(
    claim,
    { type: conditionTypes.instanceTerminating, status: "True" },
    timestampOf(deps.clock),
  );
  const written = await patchStatus(deps.kube, { type: nodeClaimType, before: claim, after, lock: true }, signal);
  return written ?? after;
}

async function removeFinalizer(deps: LifecycleDeps, claim: NodeClaim, signal: AbortSignal): Promise<undefined> {
  const after: NodeClaim = {
    ...claim,
    metadata: {
      ...claim.metadata,
      finalizers: (claim.metadata.finalizers ?? []).filter((finalizer) => finalizer !== terminationFinalizer),
    },
  };
  const written = await patchObject(deps.kube, { type: nodeClaimType, before: claim, after, lock: true }, signal);
  if (written !== undefined) {
    countTermination(deps, claim);
    reportTermination(deps, claim);
    tellHeld(deps, written, written);
    await waitForOwnWrite(deps.clock, deps.caches.nodeClaims, written, signal);
  }
  return undefined;
}

function countTermination(deps: LifecycleDeps, claim: NodeClaim): void {
  const own = claim.metadata.labels ?? {};
  const nodepool = poolNameOf(claim);
  const now = deps.clock.now();
  const secondsSince = (time: string | undefined): number => Math.max(0, (now - (millisOf(time) ?? now)) / 1000);
  const terminating = getCondition(claim, conditionTypes.instanceTerminating);
  if (terminating?.status === "True") {
    deps.instruments.instanceTermination.observe(secondsSince(terminating.lastTransitionTime), { nodepool });
  }
  deps.instruments.nodeClaimTermination.observe(secondsSince(claim.metadata.deletionTimestamp), { nodepool });
  deps.instruments.nodeClaimsTerminated.increment({
    nodepool,
    capacity_type: own[labels.capacityType] ?? "",
    zone: own[labels.zone] ?? "",
  });
  deps.log.info("deleted nodeclaim", { NodeClaim: claim.metadata.name, "provider-id": claim.status?.providerID });
}

/** Nothing is gone where nothing was launched. */
function reportTermination(deps: LifecycleDeps, claim: NodeClaim): void {
  if ((claim.status?.providerID ?? "") === "") return;
  const own = claim.metadata.labels ?? {};
  deps.decisions.record({
    kind: "terminated",
    pods: [],
    nodeClaim: claim.metadata.name ?? "",
    nodePool: poolNameOf(claim),
    machine: own[labels.instanceType] ?? "",
    zone: own[labels.zone] ?? "",
    capacityType: own[labels.capacityType] ?? "",
    reason: "the machine is gone",
  });
}
