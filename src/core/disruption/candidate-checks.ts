/**
 * What excludes a node from every method, in order; the first that holds is the answer (lifecycle 3.2). Each check is a
 * name and a question, so that events, `explain` and tests speak of the same thing.
 */
import { annotations, eraAnnotations, labels } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import { type KeyText, keyText } from "../cluster/keys.ts";
import type { StateNode } from "../cluster/state-node.ts";
import type { PoolView } from "../cluster/views.ts";
import type { DisruptionLimits } from "../pods/disruption-limits.ts";
import { firstBlockedPod } from "../pods/disruption-limits.ts";
import { objectKey } from "../pods/ownership.ts";
import { isOfProvisioner } from "./one-at-a-time.ts";
import { isDisruptable, mayNotBeEvicted } from "../pods/predicates.ts";
import type { EpochMillis } from "../time.ts";

export interface CandidateScope {
  readonly now: EpochMillis;
  readonly limits: DisruptionLimits;
  readonly pools: ReadonlyMap<KeyText, PoolView>;
  readonly instanceTypes: ReadonlyMap<KeyText, ReadonlyMap<string, InstanceType>>;
  /** Provider ids that a running command holds. */
  readonly queued: ReadonlySet<string>;
  /** Provider ids of nodes whose last command was abandoned, while they are left alone (lifecycle 8, O18). */
  readonly resting: ReadonlySet<string>;
  /** Name of a Provisioner's node that an earlier command is not done with; the others of the era wait for it. */
  readonly unfinishedOfEra?: string | undefined;
  /** `eventual` methods may take a node whose pods block, when its claim has a deadline for them. */
  readonly disruptionClass: "graceful" | "eventual";
}

export interface CandidateCheck {
  readonly code: string;
  /** Whether the refusal is told to users (`DisruptionBlocked`). */
  readonly told: boolean;
  /** The reason to leave the node alone, or undefined. */
  readonly refusal: (node: StateNode, scope: CandidateScope) => string | undefined;
}

const when = (holds: boolean, text: string): string | undefined => (holds ? text : undefined);

export const candidateChecks: readonly CandidateCheck[] = Object.freeze([
  {
    code: "in-command",
    told: false,
    refusal: ({ providerId }, { queued }) =>
      when(providerId !== undefined && queued.has(providerId), "a running command holds it"),
  },
  {
    code: "resting",
    told: true,
    refusal: ({ providerId }, { resting }) =>
      when(
        providerId !== undefined && resting.has(providerId),
        "its last command was abandoned, it is tried again later",
      ),
  },
  { code: "unmanaged", told: false, refusal: ({ claim }) => when(claim === undefined, "it has no NodeClaim") },
  { code: "no-node", told: true, refusal: ({ node }) => when(node === undefined, "its NodeClaim has no Node yet") },
  {
    code: "not-initialized",
    told: true,
    refusal: ({ initialized }) => when(!initialized, "it is not initialized yet"),
  },
  {
    code: "leaving",
    told: true,
    refusal: ({ markedForDeletion }) => when(markedForDeletion, "it is being deleted, or about to be"),
  },
  {
    code: "nominated",
    told: true,
    refusal: ({ nominatedUntil = 0 }, { now }) => when(nominatedUntil > now, "a pending pod is expected on it"),
  },
  {
    code: "node-do-not-disrupt",
    told: true,
    refusal: ({ node }) =>
      when(
        node?.metadata.annotations?.[annotations.doNotDisrupt] === "true",
        `it carries the annotation ${annotations.doNotDisrupt}`,
      ),
  },
  {
    code: "no-pool-label",
    told: true,
    refusal: ({ poolKey }) => when(poolKey === undefined, `it lacks the label ${labels.nodePool}`),
  },
  { code: "pool-unknown", told: true, refusal: poolRefusal },
  {
    code: "one-at-a-time",
    told: false,
    refusal: (node, { unfinishedOfEra: other = "" }) =>
      when(
        other !== "" && isOfProvisioner(node),
        `nodes of Provisioners go one after the other, and ${other} is on its way`,
      ),
  },
  { code: "pod-do-not-disrupt", told: true, refusal: unlessForgiven(guardedPodRefusal) },
  { code: "budget-blocks-pod", told: true, refusal: unlessForgiven(blockedPodRefusal) },
]);

function poolRefusal({ poolKey }: StateNode, scope: CandidateScope): string | undefined {
  if (poolKey === undefined) return undefined;
  const key = keyText(poolKey);
  if (!scope.pools.has(key)) return `its ${poolKey.kind} "${poolKey.name}" is not there`;
  const types = scope.instanceTypes.get(key);
  return when(
    types === undefined || types.size === 0,
    `no instance types are known for its ${poolKey.kind} "${poolKey.name}"`,
  );
}

/** Mirror and daemon pods count too: whoever annotated them meant the node (lifecycle 3.2, check 11). */
function guardedPodRefusal({ pods }: StateNode, { now }: CandidateScope): string | undefined {
  const guarded = pods.find((pod) => !isDisruptable(pod, now));
  if (guarded !== undefined) return `pod ${objectKey(guarded)} carries the annotation ${annotations.doNotDisrupt}`;
  const kept = pods.find(mayNotBeEvicted);
  return kept === undefined ? undefined : `pod ${objectKey(kept)} carries the annotation ${eraAnnotations.doNotEvict}`;
}

function blockedPodRefusal({ pods }: StateNode, { now, limits }: CandidateScope): string | undefined {
  const blocked = firstBlockedPod(pods, limits, now);
  if (blocked === undefined) return undefined;
  const { pod, block } = blocked;
  const budgets = block.budgets.join(", ");
  if (block.kind === "budget") return `PodDisruptionBudget ${budgets} allows no eviction of pod ${objectKey(pod)} now`;
  return `pod ${objectKey(pod)} is covered by several PodDisruptionBudgets (${budgets}), which eviction does not support`;
}

/** Pods that block are overridden by a deadline, even one of zero. */
function unlessForgiven(refusal: CandidateCheck["refusal"]): CandidateCheck["refusal"] {
  return (node, scope) => {
    const hasDeadline = node.claim?.claim.spec.terminationGracePeriod !== undefined;
    return scope.disruptionClass === "eventual" && hasDeadline ? undefined : refusal(node, scope);
  };
}
