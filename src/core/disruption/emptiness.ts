/** Removes nodes that nothing needs (lifecycle 3.3). Decides without simulating: nothing has to move. */
import { type Candidate, isEmptyCandidate, savingsRatio } from "./candidate.ts";
import { isStaticPool } from "../cluster/views.ts";
import { isConsolidatable, neverConsolidates } from "./consolidatable.ts";
import { doNotConsolidate } from "./do-not-consolidate.ts";
import type { Choice, DisruptionCommand, DisruptionMethod, MethodCheck, MethodContext } from "./method.ts";

/** `holds`: what a candidate runs that keeps it from being empty. */
const checksWith = (holds: (candidate: Candidate) => boolean): readonly MethodCheck[] => [
  {
    code: "static-pool",
    refusal: ({ pool }) => (isStaticPool(pool) ? "its pool has a fixed number of replicas" : undefined),
  },
  {
    code: "consolidation-off",
    event: "Unconsolidatable",
    refusal: ({ pool }) =>
      neverConsolidates(pool)
        ? `consolidation is off for ${pool.key.kind} "${pool.key.name}" (consolidateAfter: Never)`
        : undefined,
  },
  doNotConsolidate,
  {
    code: "buffer-pods",
    event: "Unconsolidatable",
    refusal: ({ node }, { bufferNodes }) =>
      bufferNodes.has(node.name) ? "it holds room for a capacity buffer" : undefined,
  },
  {
    code: "not-empty",
    refusal: (candidate) => {
      const { length } = candidate.pods;
      return holds(candidate) ? `it runs ${length} pod${length === 1 ? "" : "s"} that would have to move` : undefined;
    },
  },
  {
    code: "not-quiet",
    refusal: ({ claim }) => (isConsolidatable(claim) ? undefined : "its pods changed too recently (consolidateAfter)"),
  },
];

/** Upstream's: pods that cost nothing to move do not count, and are moved without a plan (lifecycle 3.2). */
export const emptiness: DisruptionMethod = Object.freeze<DisruptionMethod>({
  name: "emptiness",
  reason: "Empty",
  disruptionClass: "graceful",
  checks: checksWith((candidate) => !isEmptyCandidate(candidate)),
  compare: (a, b) => savingsRatio(b) - savingsRatio(a),
  choose: takeWithinBudget,
  validationDelayMillis: 15_000,
  validation: "removal",
  partial: true,
});

/**
 * Ours: a node is empty when no pod would have to move, whatever moving it costs (lifecycle 8, O22). The wait for the second
 * look is shorter: what has to be seen meanwhile are pods that are bound there this moment.
 */
export const vacancy: DisruptionMethod = Object.freeze<DisruptionMethod>({
  ...emptiness,
  validationDelayMillis: 5_000,
  checks: checksWith(({ pods }) => pods.length > 0),
});

/** One command with every candidate that its pool's budget still has room for. */
function* takeWithinBudget(candidates: readonly Candidate[], { ledger }: MethodContext): Generator<number, Choice> {
  yield candidates.length;
  const taken: Candidate[] = [];
  const passedOver: Choice["passedOver"][number][] = [];
  let left = ledger;
  for (const candidate of candidates) {
    const next = left.take(candidate.pool.key);
    if (next.ok) {
      left = next.value;
      taken.push(candidate);
    } else passedOver.push({ candidate, reason: { code: "budget", text: next.failure.message, method: "emptiness" } });
  }
  const commands = taken.length === 0 ? [] : [removalOf(taken)];
  return { commands, passedOver, limitedByBudget: passedOver.length > 0 };
}

/** Pods of no positive cost may still run there; they are moved all the same. */
function removalOf(candidates: readonly Candidate[]): DisruptionCommand {
  return {
    method: "emptiness",
    reason: "Empty",
    candidates,
    replacements: [],
    savingPerHour: candidates.reduce((saving, { price }) => saving + price, 0),
    podsMoved: candidates.reduce((moved, { pods }) => moved + pods.length, 0),
  };
}
