import {
  conditionMessages,
  conditionTypes,
  draDriverPoolsMessage,
  ephemeralTaintMessage,
  getCondition,
  isConditionTrue,
  isKnownEphemeralTaint,
  labels,
  type Node,
  type NodeClaim,
  nodeClaimReasons,
  nodeType,
  type QuantityText,
  refreshCondition,
  resourceNotRegisteredMessage,
  setCondition,
  startupTaintMessage,
} from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { hasTaint, patchObject, poolNameOf, timestampOf } from "../plumbing/index.ts";
import { findUnpublishedDriver } from "./device-pools.ts";
import { nodesOf } from "./opening.ts";
import type { LifecycleDeps, Step } from "./step.ts";

interface Unready {
  readonly reason: string;
  readonly message: string;
}

/** Decides when a registered node may be counted on (spec: lifecycle 1.5). Node events ask again; nothing times out. */
export function createInitializationStep(deps: LifecycleDeps): Step {
  return async (claim, signal) => {
    const now = timestampOf(deps.clock);
    const initialized = getCondition(claim, conditionTypes.initialized);
    if (initialized !== undefined && initialized.status !== "Unknown") {
      return { claim: refreshCondition(claim, conditionTypes.initialized, now) };
    }
    if (!isConditionTrue(claim, conditionTypes.registered)) return { claim };
    const [node, ...others] = nodesOf(deps, claim);
    const unready = node === undefined || others.length > 0 ? nodeNotFound : findUnready(deps, node, claim);
    if (unready !== undefined || node === undefined) {
      return { claim: setCondition(claim, { type: conditionTypes.initialized, status: "Unknown", ...unready }, now) };
    }
    const after = {
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, [labels.initialized]: "true" } },
    };
    await patchObject(deps.kube, { type: nodeType, before: node, after, lock: false }, signal);
    return {
      claim: setCondition(claim, { type: conditionTypes.initialized, status: "True" }, now),
      onWritten: () => report(deps, claim, node),
    };
  };
}

const nodeNotFound: Unready = { reason: nodeClaimReasons.nodeNotFound, message: conditionMessages.nodeNotFound };

function findUnready(deps: LifecycleDeps, node: Node, claim: NodeClaim): Unready | undefined {
  if (!isConditionTrue(node, conditionTypes.ready)) {
    return { reason: nodeClaimReasons.nodeNotReady, message: conditionMessages.nodeNotReady };
  }
  const startup = (claim.spec.startupTaints ?? []).find((wanted) => hasTaint(node, wanted));
  if (startup !== undefined) {
    return { reason: nodeClaimReasons.startupTaintsExist, message: startupTaintMessage(startup) };
  }
  const ephemeral = (node.spec.taints ?? []).find(isKnownEphemeralTaint);
  if (ephemeral !== undefined) {
    return { reason: nodeClaimReasons.knownEphemeralTaintsExist, message: ephemeralTaintMessage(ephemeral) };
  }
  const missing = findUnregisteredResource(node, claim);
  if (missing !== undefined) {
    return { reason: nodeClaimReasons.resourceNotRegistered, message: resourceNotRegisteredMessage(missing) };
  }
  const driver = findUnpublishedDriver(deps.caches, node, claim);
  return driver === undefined
    ? undefined
    : { reason: nodeClaimReasons.draDriverPoolsNotPublished, message: draDriverPoolsMessage(driver) };
}

/** In order of name, so that the message does not flicker. */
function findUnregisteredResource(node: Node, claim: NodeClaim): string | undefined {
  const requests = Object.entries(claim.spec.resources?.requests ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const allocatable = node.status?.allocatable ?? {};
  return requests.find(([name, wanted]) => !isZero(name, wanted) && isZero(name, allocatable[name]))?.[0];
}

/** What cannot be read as a quantity counts as present: it must not hold a node back for ever. */
function isZero(name: string, quantity: QuantityText | undefined): boolean {
  if (quantity === undefined) return true;
  const amount = parseAmount(name, quantity);
  return amount.ok && amount.value === 0;
}

function report(deps: LifecycleDeps, claim: NodeClaim, node: Node): void {
  deps.log.info("initialized nodeclaim", {
    NodeClaim: claim.metadata.name,
    Node: node.metadata.name,
    allocatable: node.status?.allocatable,
  });
  deps.decisions.record({
    kind: "initialized",
    pods: [],
    nodeClaim: claim.metadata.name ?? "",
    node: node.metadata.name ?? "",
    nodePool: poolNameOf(claim),
    reason: "node is ready for pods",
  });
}
