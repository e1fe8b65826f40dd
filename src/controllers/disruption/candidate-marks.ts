import {
  conditionTypes,
  type DisruptionReason,
  getCondition,
  isConditionTrue,
  nodeClaimType,
  nodeType,
  removeCondition,
  setCondition,
  type Taint,
  taints,
} from "../../api/index.ts";
import type { Candidate, StateNode } from "../../core/index.ts";
import { patchObject, patchStatus, timestampOf, withOnlyTaint, withoutTaint } from "../plumbing/index.ts";
import type { DisruptionDeps } from "./deps.ts";
import { withRetries } from "./retry.ts";

const disruptedTaint: Taint = Object.freeze({ ...taints.disrupted });

type Names = { readonly node: string; readonly claim: string };

export const namesOf = ({ node, claim }: Candidate): Names => ({
  node: node.node?.metadata.name ?? "",
  claim: claim.key.name,
});

/** Keeps pods off a candidate and says on its claim why it goes, each after a fresh read (spec: lifecycle 3.10, step 2). */
export async function markCandidate(
  deps: DisruptionDeps,
  names: Names,
  reason: DisruptionReason,
  signal: AbortSignal,
): Promise<void> {
  await withRetries(deps, signal, async () => {
    const before = await deps.kube.get(nodeType, { name: names.node }, { signal });
    const change = { type: nodeType, before, after: withOnlyTaint(before, disruptedTaint), lock: true };
    await patchObject(deps.kube, change, signal);
  });
  await withRetries(deps, signal, async () => {
    const before = await deps.kube.get(nodeClaimType, { name: names.claim }, { signal });
    const update = { type: conditionTypes.disruptionReason, status: "True", reason, message: reason } as const;
    const change = {
      type: nodeClaimType,
      before,
      after: setCondition(before, update, timestampOf(deps.clock)),
      lock: true,
    };
    await patchStatus(deps.kube, change, signal);
  });
}

/** Takes both back. Nodes that are being deleted keep their taint; only initialized claims were ever marked. */
export async function unmarkCandidate(deps: DisruptionDeps, names: Names, signal: AbortSignal): Promise<void> {
  await withRetries(deps, signal, async () => {
    const before = await deps.kube.get(nodeType, { name: names.node }, { signal });
    if (before.metadata.deletionTimestamp !== undefined) return;
    const change = { type: nodeType, before, after: withoutTaint(before, disruptedTaint), lock: true };
    await patchObject(deps.kube, change, signal);
  });
  await withRetries(deps, signal, async () => {
    const before = await deps.kube.get(nodeClaimType, { name: names.claim }, { signal });
    const type = conditionTypes.disruptionReason;
    if (getCondition(before, type) === undefined || !isConditionTrue(before, conditionTypes.initialized)) return;
    const change = { type: nodeClaimType, before, after: removeCondition(before, type), lock: true };
    await patchStatus(deps.kube, change, signal);
  });
}

/** Whether a node that no command holds still carries the marks of one, as after a crash (spec: lifecycle 3.1, step 3). */
export function carriesMarks({ node, claim, markedForDeletion }: StateNode): boolean {
  if (node === undefined || claim === undefined || markedForDeletion) return false;
  if (node.metadata.deletionTimestamp !== undefined) return false;
  const tainted = (node.spec.taints ?? []).some(({ key }) => key === disruptedTaint.key);
  return tainted || getCondition(claim.claim, conditionTypes.disruptionReason) !== undefined;
}
