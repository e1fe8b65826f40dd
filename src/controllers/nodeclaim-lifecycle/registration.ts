import {
  conditionMessages,
  conditionTypes,
  getCondition,
  labels,
  type Node,
  type NodeClaim,
  nodeClaimReasons,
  nodeType,
  refreshCondition,
  registrationHookPendingMessage,
  setCondition,
  taints,
  terminationFinalizer,
} from "../../api/index.ts";
import { mapLimit } from "../../platform/index.ts";
import { hasTaint, mergeResults, patchObject, poolNameOf, timestampOf, withTaints } from "../plumbing/index.ts";
import { nodesOf, opened } from "./opening.ts";
import type { LifecycleDeps, RegistrationHook, Step, StepOutcome } from "./step.ts";

/** Joins the Node that the machine became to its claim (spec: lifecycle 1.4). */
export function createRegistrationStep(deps: LifecycleDeps): Step {
  const { registered } = conditionTypes;
  return async (claim, signal) => {
    if ((getCondition(claim, registered)?.status ?? "Unknown") !== "Unknown") {
      return { claim: refreshCondition(claim, registered, timestampOf(deps.clock)) };
    }
    const nodes = nodesOf(deps, claim);
    const [node] = nodes;
    if (node === undefined) {
      const { nodeNotFound: message } = conditionMessages;
      return {
        claim: setRegistered(deps, claim, { status: "Unknown", reason: nodeClaimReasons.nodeNotFound, message }),
      };
    }
    if (nodes.length > 1) {
      const { multipleNodesFound: message } = conditionMessages;
      const reason = nodeClaimReasons.multipleNodesFound;
      return { claim: setRegistered(deps, claim, { status: "False", reason, message }) };
    }
    warnOfMissingTaint(deps, claim, node);
    const hooks = await runHooks(deps.hooks ?? [], claim, signal);
    return hooks.pending.length > 0 ? defer(deps, hooks, node, signal) : register(deps, hooks.claim, node, signal);
  };
}

type RegisteredUpdate =
  | { readonly status: "True" }
  | { readonly status: "False" | "Unknown"; readonly reason: string; readonly message: string };

const setRegistered = (deps: LifecycleDeps, claim: NodeClaim, update: RegisteredUpdate): NodeClaim =>
  setCondition(claim, { type: conditionTypes.registered, ...update }, timestampOf(deps.clock));

async function defer(deps: LifecycleDeps, hooks: HookOutcome, node: Node, signal: AbortSignal): Promise<StepOutcome> {
  await writeNode(deps, { before: node, after: syncNode(node, hooks.claim) }, signal);
  return {
    claim: setRegistered(deps, hooks.claim, {
      status: "Unknown",
      reason: nodeClaimReasons.registrationHookPending,
      message: registrationHookPendingMessage(hooks.pending),
    }),
    ...(hooks.result === undefined ? {} : { result: hooks.result }),
    ...(hooks.errors.length === 0 ? {} : { error: combined(hooks.errors) }),
  };
}

async function register(deps: LifecycleDeps, claim: NodeClaim, node: Node, signal: AbortSignal): Promise<StepOutcome> {
  const synced = await opened(deps, { claim, node: syncNode(node, claim) }, signal);
  const after = {
    ...synced,
    metadata: { ...synced.metadata, labels: { ...synced.metadata.labels, [labels.registered]: "true" } },
  };
  const written = await writeNode(deps, { before: node, after }, signal);
  // Gone between the read and the write: the next Node event decides.
  if (written === undefined) return { claim };
  const done = setRegistered(deps, claim, { status: "True" });
  return {
    onWritten: () => reportRegistered(deps, claim, written),
    claim: { ...done, status: { ...done.status, nodeName: written.metadata.name ?? "" } },
    ...(await healthOutcome(deps, claim, signal)),
  };
}

/** The Node as it must look for its claim; the claim's labels and annotations win. */
export function syncNode(node: Node, claim: NodeClaim): Node {
  const { metadata } = node;
  const synced: Node = {
    ...node,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...claim.metadata.labels },
      annotations: { ...metadata.annotations, ...claim.metadata.annotations },
      finalizers: [...new Set([...(metadata.finalizers ?? []), terminationFinalizer])],
      ownerReferences: withOwner(metadata.ownerReferences ?? [], claim),
    },
  };
  if (metadata.labels?.[labels.doNotSyncTaints] === "true") return synced;
  return withTaints(synced, [...(claim.spec.taints ?? []), ...(claim.spec.startupTaints ?? [])]);
}

function withOwner(
  owners: NonNullable<Node["metadata"]["ownerReferences"]>,
  claim: NodeClaim,
): NonNullable<Node["metadata"]["ownerReferences"]> {
  const uid = claim.metadata.uid ?? "";
  if (owners.some((owner) => owner.uid === uid)) return owners;
  const { apiVersion, kind, metadata } = claim;
  return [...owners, { apiVersion, kind, name: metadata.name ?? "", uid, blockOwnerDeletion: true }];
}

function warnOfMissingTaint(deps: LifecycleDeps, claim: NodeClaim, node: Node): void {
  if (node.metadata.labels?.[labels.registered] !== undefined || hasTaint(node, taints.unregistered)) return;
  const fields = { NodeClaim: claim.metadata.name, Node: node.metadata.name, taint: taints.unregistered.key };
  deps.log.error(
    "node joined without the unregistered taint, pods may run before its labels and taints are set",
    fields,
  );
  deps.events.publish({
    object: claim,
    type: "Warning",
    reason: "UnregisteredTaintMissing",
    message: `Missing ${taints.unregistered.key} taint which prevents registration related race conditions on Karpenter-managed nodes`,
    dedupeValues: [claim.metadata.uid ?? ""],
  });
}

interface HookOutcome {
  readonly claim: NodeClaim;
  readonly pending: readonly string[];
  readonly errors: readonly unknown[];
  readonly result: ReturnType<typeof mergeResults>;
}

/** All hooks at once; those that ask to wait are listed in the order of their declaration. */
async function runHooks(
  hooks: readonly RegistrationHook[],
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<HookOutcome> {
  const answers = await mapLimit(hooks, Math.max(hooks.length, 1), async (hook) => {
    try {
      return { hook, answer: await hook.run(claim, signal) };
    } catch (error) {
      return { hook, answer: undefined, error };
    }
  });
  const waits = (entry: (typeof answers)[number]): boolean =>
    entry.error !== undefined || entry.answer?.requeueAfterMilliseconds !== undefined;
  return {
    claim: answers.reduce(
      (merged, { answer }) => (answer?.claim === undefined ? merged : overlay(merged, answer.claim)),
      claim,
    ),
    pending: answers.filter(waits).map(({ hook }) => hook.name),
    errors: answers.flatMap(({ error }) => (error === undefined ? [] : [error])),
    result: mergeResults(
      answers.map(({ answer }) =>
        answer?.requeueAfterMilliseconds === undefined
          ? undefined
          : { requeueAfterMilliseconds: answer.requeueAfterMilliseconds },
      ),
    ),
  };
}

/** Hooks may change labels and annotations of the claim, nothing else. */
const overlay = (claim: NodeClaim, changed: NodeClaim): NodeClaim => ({
  ...claim,
  metadata: {
    ...claim.metadata,
    labels: { ...claim.metadata.labels, ...changed.metadata.labels },
    annotations: { ...claim.metadata.annotations, ...changed.metadata.annotations },
  },
});

const combined = (errors: readonly unknown[]): unknown =>
  errors.length === 1 ? errors[0] : new AggregateError(errors, "registration hooks failed");

const writeNode = (
  deps: LifecycleDeps,
  change: { readonly before: Node; readonly after: Node },
  signal: AbortSignal,
): Promise<Node | undefined> => patchObject(deps.kube, { type: nodeType, lock: true, ...change }, signal);

function reportRegistered(deps: LifecycleDeps, claim: NodeClaim, node: Node): void {
  const nodePool = poolNameOf(claim);
  deps.log.info("registered nodeclaim", {
    NodeClaim: claim.metadata.name,
    "provider-id": claim.status?.providerID,
    Node: node.metadata.name,
  });
  deps.instruments.nodesCreated.increment({ nodepool: nodePool, zone: claim.metadata.labels?.[labels.zone] ?? "" });
  deps.decisions.record({
    kind: "registered",
    pods: [],
    nodeClaim: claim.metadata.name ?? "",
    node: node.metadata.name ?? "",
    nodePool,
    reason: "node joined the cluster",
  });
}

/** The Node is registered whatever becomes of the pool's health: its error is kept beside the outcome (scenario N8). */
async function healthOutcome(
  deps: LifecycleDeps,
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<{ readonly error?: unknown }> {
  try {
    await deps.outcomes.recordSuccess(claim, signal);
    return {};
  } catch (error) {
    return { error };
  }
}
