import {
  conditionTypes,
  getCondition,
  isConditionTrue,
  isKnownEphemeralTaint,
  labels,
  matchesTaint,
  type Node,
  type NodeClaim,
  nodeType,
  parseTimestamp,
  type Taint,
  taints,
} from "../../api/index.ts";
import { hasTaint, indexes, patchObject, requeueAfter, waitForOwnWrite, withoutTaint } from "../plumbing/index.ts";
import type { LifecycleDeps, Step } from "./step.ts";

/**
 * How long a registered node keeps the `unregistered` taint at most while pods are planned on it and it is not ready: an
 * agent that it needs for that may not tolerate the taint.
 */
const longestHoldMilliseconds = 30_000;

/**
 * The node as the scheduler may have it (docs/adr/0005). kube-scheduler takes a nomination back whenever an attempt fails, so
 * planned pods are promised their node at the last moment: the `unregistered` taint stays until nothing else keeps them off,
 * then they are nominated, then it goes. A node that nobody is planned on, or that startup taints keep closed anyway, is
 * opened at once (lifecycle 1.4).
 */
export async function opened(
  deps: LifecycleDeps,
  { claim, node }: { readonly claim: NodeClaim; readonly node: Node },
  signal: AbortSignal,
): Promise<Node> {
  if (!hasTaint(node, taints.unregistered)) return node;
  const open = withoutTaint(node, taints.unregistered);
  if (deps.nominator?.awaits(claim, node) !== true || hasStartupTaints(node, claim)) return open;
  if (!isUsable(open)) return heldFor(deps, claim) < longestHoldMilliseconds ? node : open;
  await deps.nominator.nominate(claim, node, signal);
  return open;
}

/** Opens nodes that were registered before they could be used, and those whose startup taints have gone. */
export function createOpeningStep(deps: LifecycleDeps): Step {
  return async (claim, signal) => {
    const [node, ...others] = isConditionTrue(claim, conditionTypes.registered) ? nodesOf(deps, claim) : [];
    // Without the label the cache shows the node as it was before it was registered.
    if (node === undefined || others.length > 0 || !isRegistered(node)) return { claim };
    const after = await opened(deps, { claim, node }, signal);
    if (after !== node) await open(deps, { before: node, after }, signal);
    else if (hasTaint(node, taints.unregistered)) {
      return { claim, result: requeueAfter(longestHoldMilliseconds - heldFor(deps, claim)) };
    } else if (isConditionTrue(node, conditionTypes.ready) && !hasStartupTaints(node, claim)) {
      // Others opened it: the scheduler may have been faster, but most pods sit out a back-off.
      await deps.nominator?.nominate(claim, node, signal);
    }
    return { claim };
  };
}

async function open(
  deps: LifecycleDeps,
  change: { readonly before: Node; readonly after: Node },
  signal: AbortSignal,
): Promise<void> {
  const written = await patchObject(deps.kube, { type: nodeType, lock: true, ...change }, signal);
  if (written !== undefined) await waitForOwnWrite(deps.clock, deps.caches.nodes, written, signal);
}

const isRegistered = ({ metadata }: Node): boolean => metadata.labels?.[labels.registered] === "true";

export const nodesOf = (deps: Pick<LifecycleDeps, "caches">, claim: NodeClaim): readonly Node[] => {
  const providerId = claim.status?.providerID ?? "";
  return providerId === "" ? [] : deps.caches.nodes.store.byIndex(indexes.providerId, providerId);
};

const hasStartupTaints = (node: Node, { spec }: NodeClaim): boolean =>
  (spec.startupTaints ?? []).some((taint) => hasTaint(node, taint));

/** Ready, and without any taint that its start explains: what it has otherwise its pods tolerate. */
const isUsable = (node: Node): boolean =>
  isConditionTrue(node, conditionTypes.ready) && !(node.spec.taints ?? []).some(isOfStart);

const isOfStart = (taint: Taint): boolean => isKnownEphemeralTaint(taint) && !matchesTaint(taint, taints.unregistered);

/** Milliseconds since the claim was registered; 0 before. */
function heldFor({ clock }: LifecycleDeps, claim: NodeClaim): number {
  const registered = getCondition(claim, conditionTypes.registered);
  const since = registered?.status === "True" ? parseTimestamp(registered.lastTransitionTime ?? "") : undefined;
  return since === undefined ? 0 : clock.now() - since;
}
