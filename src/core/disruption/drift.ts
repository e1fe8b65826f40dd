/** Replaces nodes that are no longer what their pool asks for (lifecycle 4.6): at any price, one at a time. */
import { isStaticPool } from "../cluster/views.ts";
import type { Candidate } from "./candidate.ts";
import { driftedAt, isDrifted } from "./drifted.ts";
import { priceOf } from "./evaluate.ts";
import type { Choice, DisruptionCommand, DisruptionMethod, MethodCheck, MethodContext } from "./method.ts";
import { createSimulator, nominationsOf, type PendingPods, type Simulation } from "./simulation.ts";

const checks: readonly MethodCheck[] = [
  {
    code: "static-pool",
    refusal: ({ pool }) => (isStaticPool(pool) ? "its pool has a fixed number of replicas" : undefined),
  },
  { code: "not-drifted", refusal: ({ claim }) => (isDrifted(claim) ? undefined : "it is what its pool asks for") },
];

/** Upstream's: one node a pass, the one that drifted first, with pods that wait joined to those that move. */
export const upstreamDrift: DisruptionMethod = Object.freeze<DisruptionMethod>({
  name: "drift",
  reason: "Drifted",
  disruptionClass: "eventual",
  checks,
  compare: (a, b) => Number(a.pods.length > 0) - Number(b.pods.length > 0) || driftedAt(a.claim) - driftedAt(b.claim),
  choose: (candidates, context) => chooseFirst(candidates, context, "joined"),
  validationDelayMillis: 0,
  validation: "none",
  partial: false,
});

/** Ours plans pods that wait by themselves (lifecycle 8, O13). */
export const drift: DisruptionMethod = Object.freeze<DisruptionMethod>({
  ...upstreamDrift,
  choose: (candidates, context) => chooseFirst(candidates, context, "separate"),
});

/** The first that can be rescheduled. Empty ones first, then those that drifted first. */
function* chooseFirst(
  candidates: readonly Candidate[],
  context: MethodContext,
  pending: PendingPods,
): Generator<number, Choice> {
  const simulator = yield* createSimulator(context, { pending, keepDestinationsQuiet: false });
  const passedOver: Choice["passedOver"][number][] = [];
  let limitedByBudget = false;
  for (const [at, candidate] of candidates.entries()) {
    const { key } = candidate.pool;
    if (context.ledger.remaining(key) === 0) {
      limitedByBudget = true;
      const text = `the disruption budgets of ${key.kind} "${key.name}" allow no node now`;
      passedOver.push({ candidate, reason: { code: "budget", text, method: "drift" } });
      continue;
    }
    const simulation = yield* simulator.run([candidate]);
    if (simulation.stranded.length === 0) {
      for (const later of candidates.slice(at + 1))
        passedOver.push({
          candidate: later,
          reason: { code: "other-first", text: "another drifted node goes first", method: "drift" },
        });
      return { commands: [commandOf(candidate, simulation)], passedOver, limitedByBudget };
    }
    passedOver.push({
      candidate,
      reason: { code: "stranded-pods", text: strandedText(simulation), method: "drift", event: "DisruptionBlocked" },
    });
  }
  return { commands: [], passedOver, limitedByBudget };
}

function commandOf(candidate: Candidate, { plan }: Simulation): DisruptionCommand {
  return {
    method: "drift",
    reason: "Drifted",
    candidates: [candidate],
    replacements: plan.claims,
    nominations: nominationsOf(plan),
    savingPerHour: priceOf([candidate]) - plan.pricePerHour,
    podsMoved: candidate.pods.length,
  };
}

/** At most five pods are named (lifecycle 3.5). */
function strandedText({ stranded }: Simulation): string {
  const told = stranded.slice(0, 5).map(({ pod, reasons }) => {
    const name = `${pod.metadata.namespace ?? "default"}/${pod.metadata.name ?? ""}`;
    return `${name}: ${reasons[0]?.text ?? "no node takes it"}`;
  });
  const more = stranded.length > told.length ? ` and ${stranded.length - told.length} more` : "";
  return `it has drifted, but not all of its pods would have a place: ${told.join("; ")}${more}`;
}
