import {
  annotations,
  formatTimestamp,
  type NodeClaim,
  type NodePool,
  nodeClaimType,
  productAnnotations,
} from "../../api/index.ts";
import type { KubeClient } from "../../kube/index.ts";
import type { InterruptionMessage } from "../../provider/index.ts";
import { millisOf, patchObject } from "../plumbing/index.ts";

interface MarkDeps {
  readonly kube: KubeClient;
}

/**
 * Ends the drain of a claim by `deadline` (epoch milliseconds); an earlier one stays, and so does one that has passed
 * already. Whole seconds, cut, so that it is never later than the machine's end. Undefined when the claim is gone.
 */
export async function tightenDeadline(
  deps: MarkDeps,
  { claim, deadline, signal }: { readonly claim: NodeClaim; readonly deadline: number; readonly signal: AbortSignal },
): Promise<NodeClaim | undefined> {
  const held = millisOf(claim.metadata.annotations?.[annotations.terminationTimestamp]);
  if (held !== undefined && held <= deadline) return claim;
  return annotate(deps, claim, { [annotations.terminationTimestamp]: formatTimestamp(deadline) }, signal);
}

/** For pools that ask for it: the claim counts as drifted, and is replaced before it goes. */
export async function markForRebalance(
  deps: MarkDeps,
  mark: {
    readonly claim: NodeClaim;
    readonly pool: NodePool;
    readonly message: InterruptionMessage;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { claim, pool, message, signal } = mark;
  if (pool.metadata.annotations?.[productAnnotations.onRebalance] !== "replace") return;
  if (claim.metadata.annotations?.[productAnnotations.rebalanceRecommended] !== undefined) return;
  const time = formatTimestamp(message.time);
  await annotate(deps, claim, { [productAnnotations.rebalanceRecommended]: time }, signal);
}

function annotate(
  deps: MarkDeps,
  claim: NodeClaim,
  added: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<NodeClaim | undefined> {
  const own = { ...claim.metadata.annotations, ...added };
  const after: NodeClaim = { ...claim, metadata: { ...claim.metadata, annotations: own } };
  return patchObject(deps.kube, { type: nodeClaimType, before: claim, after, lock: false }, signal);
}
