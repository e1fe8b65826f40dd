import {
  annotations,
  conditionTypes,
  excludedFromLoadBalancersBy,
  isConditionTrue,
  labels,
  type Node,
  type NodeClaim,
  nodeClaimType,
  nodeType,
  type Taint,
  taints,
  terminationFinalizer,
} from "../../api/index.ts";
import { type EpochMillis, epochMillisOf } from "../../core/index.ts";
import { isKubeFault, type ObjectKey, type ReconcileResult, TerminalError } from "../../kube/index.ts";
import {
  deleteObject,
  indexes,
  isManagedNode,
  millisOf,
  patchObject,
  patchStatus,
  poolNameOf,
  type Reconciler,
  waitForOwnWrite,
  withOnlyTaint,
} from "../plumbing/index.ts";
import { claimOfMachine, type PodEvictions, type TerminationDeps } from "./deps.ts";
import { drainStep, instanceStep, type StepState, type TerminationStep, volumeStep } from "./steps.ts";

type Deps = TerminationDeps & { readonly evictions: PodEvictions };

const disruptedTaint: Taint = Object.freeze({ ...taints.disrupted });

/** Drains a deleted Node, waits for its volumes and ends its machine, then lets the Node go (spec: lifecycle 2). */
export function createNodeTermination(deps: Deps): Reconciler {
  return {
    name: "node.termination",
    type: nodeType,
    workers: { min: 100, max: 5000 },
    retry: { baseMilliseconds: 100, maxMilliseconds: 10_000, minPerSecond: 10 },
    reconcile: async (key, signal) => {
      const node = deps.caches.nodes.store.get(key);
      if (node === undefined || !isOurs(deps, node) || node.metadata.deletionTimestamp === undefined) return undefined;
      if (!(node.metadata.finalizers ?? []).includes(terminationFinalizer)) return undefined;
      return terminate(deps, node, signal);
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodes);
      queue.watches(deps.caches.nodeClaims, ({ object }): readonly ObjectKey[] => {
        const providerId = object.status?.providerID ?? "";
        if (providerId === "" || object.metadata.deletionTimestamp === undefined) return [];
        return deps.caches.nodes.store
          .byIndex(indexes.providerId, providerId)
          .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
          .map(({ metadata }) => metadata.name ?? "");
      });
    },
  };
}

const isOurs = (deps: Deps, node: Node): boolean => isManagedNode(deps.provider, node);

async function terminate(deps: Deps, node: Node, signal: AbortSignal): Promise<ReconcileResult | undefined> {
  const claim = claimOfMachine(deps, node.spec.providerID);
  if (claim !== undefined && claim.metadata.deletionTimestamp === undefined) {
    await deleteObject(deps.kube, nodeClaimType, claim, signal);
  }
  if (!isConditionTrue(node, conditionTypes.ready) && (await isInstanceGone(deps, node, signal))) {
    return finish(deps, node, claim, signal);
  }
  const deadline = deadlineOf(deps, node, claim);
  if (deadline !== undefined) warnOfDeadline(deps, node, claim);
  const tainted = await taint(deps, node, signal);
  if (tainted === undefined) return undefined;
  const pass = await runSteps(deps, { node: tainted, deadline, ...(claim === undefined ? {} : { claim }) }, signal);
  return pass ?? finish(deps, tainted, claim, signal);
}

/** A node that does not report and whose machine is gone has nothing left to drain. */
async function isInstanceGone(deps: Deps, node: Node, signal: AbortSignal): Promise<boolean> {
  const providerId = node.spec.providerID ?? "";
  if (providerId === "") return false;
  const found = await deps.provider.get(providerId, { signal });
  return !found.ok;
}

/** A text that is no time holds the drain up until somebody mends it; they must hear of it where they look. */
function deadlineOf(deps: Deps, node: Node, claim: NodeClaim | undefined): EpochMillis | undefined {
  const text = claim?.metadata.annotations?.[annotations.terminationTimestamp];
  if (claim === undefined || text === undefined) return undefined;
  const deadline = millisOf(text);
  if (deadline !== undefined) return epochMillisOf(deadline);
  const cause = `nodeclaim ${claim.metadata.name}: annotation ${annotations.terminationTimestamp} is "${text}", expected an RFC 3339 time`;
  for (const object of [node, claim]) {
    deps.events.publish({
      object,
      type: "Warning",
      reason: "FailedDraining",
      message: `Failed to drain node, ${cause}`,
      dedupeValues: [object.metadata.uid ?? "", text],
    });
  }
  throw new TerminalError(cause);
}

function warnOfDeadline(deps: Deps, node: Node, claim: NodeClaim | undefined): void {
  deps.events.publish({
    object: node,
    type: "Warning",
    reason: "TerminationGracePeriodExpiring",
    message: `All pods will be deleted by ${claim?.metadata.annotations?.[annotations.terminationTimestamp]}`,
    dedupeValues: [node.metadata.name ?? ""],
  });
}

async function taint(deps: Deps, node: Node, signal: AbortSignal): Promise<Node | undefined> {
  const tainted = withOnlyTaint(node, disruptedTaint);
  const after: Node = {
    ...tainted,
    metadata: {
      ...tainted.metadata,
      labels: {
        ...tainted.metadata.labels,
        [labels.excludeFromExternalLoadBalancers]: excludedFromLoadBalancersBy,
      },
    },
  };
  const written = await patchObject(deps.kube, { type: nodeType, before: node, after, lock: true }, signal);
  if (written !== undefined && tainted !== node) deps.log.info("tainted node", { Node: node.metadata.name });
  return written;
}

interface Pass {
  readonly claim: NodeClaim | undefined;
  readonly result?: ReconcileResult;
  readonly failure?: { readonly error: unknown };
}

/** Runs the steps and writes what they say about the claim; what an earlier step found stays true when a later one fails. */
async function runSteps(deps: Deps, start: StepState, signal: AbortSignal): Promise<ReconcileResult | undefined> {
  const pass = await stepThrough(deps, start, signal);
  await writeConditions(deps, { before: start.claim, after: pass.claim }, signal);
  if (pass.failure !== undefined) throw pass.failure.error;
  return pass.result;
}

/** In order, up to the first step that asks to wait or fails. */
async function stepThrough(deps: Deps, start: StepState, signal: AbortSignal): Promise<Pass> {
  const steps: readonly TerminationStep[] = [drainStep, volumeStep, instanceStep];
  let { claim } = start;
  for (const step of steps) {
    try {
      const outcome = await step(deps, { ...start, ...(claim === undefined ? {} : { claim }) }, signal);
      claim = outcome.claim;
      if (outcome.result !== undefined) return { claim, result: outcome.result };
    } catch (error) {
      return { claim, failure: { error } };
    }
  }
  return { claim };
}

async function writeConditions(
  deps: Deps,
  { before, after }: { readonly before: NodeClaim | undefined; readonly after: NodeClaim | undefined },
  signal: AbortSignal,
): Promise<void> {
  if (before === undefined || after === undefined || before === after) return;
  const written = await patchStatus(deps.kube, { type: nodeClaimType, before, after, lock: true }, signal);
  if (written === undefined) return;
  if (isConditionTrue(after, conditionTypes.drained) && !isConditionTrue(before, conditionTypes.drained)) {
    deps.instruments.nodesDrained.increment({ nodepool: poolNameOf(before) });
  }
  await waitForOwnWrite(deps.clock, deps.caches.nodeClaims, written, signal);
}

/** As a strategic patch the finalizers are a set: no other controller's is touched, and nothing is locked. */
async function finish(
  deps: Deps,
  node: Node,
  claim: NodeClaim | undefined,
  signal: AbortSignal,
): Promise<ReconcileResult | undefined> {
  const name = node.metadata.name ?? "";
  if (!(await releaseNode(deps, node, signal))) return undefined;
  const own = { nodepool: poolNameOf(node), zone: node.metadata.labels?.[labels.zone] ?? "" };
  const secondsSince = (time: string | undefined): number =>
    Math.max(0, (deps.clock.now() - (millisOf(time) ?? deps.clock.now())) / 1000);
  deps.instruments.nodesTerminated.increment(own);
  deps.instruments.nodesTermination.observe(secondsSince(node.metadata.deletionTimestamp), { nodepool: own.nodepool });
  deps.instruments.nodesLifetime.observe(secondsSince(node.metadata.creationTimestamp), { nodepool: own.nodepool });
  deps.log.info("deleted node", { Node: name, NodeClaim: claim?.metadata.name });
  return undefined;
}

async function releaseNode(deps: Deps, node: Node, signal: AbortSignal): Promise<boolean> {
  const body = { metadata: { uid: node.metadata.uid, "$deleteFromPrimitiveList/finalizers": [terminationFinalizer] } };
  try {
    await deps.kube.patch(nodeType, { name: node.metadata.name ?? "" }, { type: "strategic", body, signal });
    return true;
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return false;
    throw error;
  }
}
