import type { Pod } from "../../api/index.ts";
import type { Reason, UnplacedPod } from "../provisioning/plan.ts";
import { poolClause } from "../provisioning/refusals.ts";
import type { Session } from "../provisioning/session.ts";
import type { Workload } from "../provisioning/workload.ts";
import { poolReason, reservedReason } from "./left-reasons.ts";
import { holds } from "./holds.ts";
import { type Loop, type LoopRules, toTheLetter } from "./loop.ts";
import { narrowToReserved } from "./reserve-claims.ts";
import { type CompatibleOutcome, type LeftPod, solveCompatible } from "./solve-compatible.ts";

/** The whole placement by the reference's algorithm, into the session; returns the pods that are left, with their reasons. */
export function* placeCompatibly(session: Session): Generator<number, readonly UnplacedPod[]> {
  const { pools, excluded, workloads } = session;
  if (pools.length + excluded.length === 0) {
    return workloads.flatMap(({ pods }) => pods.map((pod) => ({ pod, reasons: [noPools], message: "" })));
  }
  const outcome = yield* solveCompatible(session, toTheLetter());
  return outcome === undefined ? [] : leftOver(outcome);
}

/**
 * The same as a candidate beside another plan: undefined, and the session of no use, when it costs more than the rules allow or does not hold as it stands.
 */
export function* placeAsCandidate(
  session: Session,
  rules: Omit<LoopRules, "faultless">,
): Generator<number, readonly UnplacedPod[] | undefined> {
  const outcome = yield* solveCompatible(session, { ...rules, faultless: true });
  return outcome === undefined || !holds(outcome.loop) ? undefined : leftOver(outcome);
}

function leftOver({ loop, left }: CompatibleOutcome): readonly UnplacedPod[] {
  narrowToReserved(loop);
  const told = new Map<Workload, Told>();
  return left.map((each) => {
    if (each.deferred) return { pod: each.pod, reasons: [reservedReason], message: "" };
    const known = told.get(each.workload) ?? reasonsFor(loop, each);
    told.set(each.workload, known);
    return unplaced(each.pod, known);
  });
}

interface Told {
  readonly reasons: readonly Reason[];
  readonly clauses: readonly string[];
}

function reasonsFor(loop: Loop, left: Pick<LeftPod, "workload" | "stage">): Told {
  const { pools } = loop.session;
  if (pools.length === 0) return { reasons: [noTypes], clauses: [noTypes.text] };
  const told = pools.map((pool) => {
    const reason = poolReason(loop, pool, left);
    return { reason, clause: poolClause(pool, reason) };
  });
  return { reasons: told.map(({ reason }) => reason), clauses: told.map(({ clause }) => clause) };
}

const unplaced = (pod: Pod, { reasons, clauses }: Told): UnplacedPod => ({
  pod,
  reasons,
  message: `Failed to schedule pod, ${clauses.join("; ")}`,
});

/** A decision, but no event (scheduling 1.7). */
const noPools: Reason = { layer: "pool", code: "none", text: "no dynamic nodepools found" };

const noTypes: Reason = {
  layer: "pool",
  code: "excluded",
  text: "nodepool requirements filtered out all available instance types",
};
