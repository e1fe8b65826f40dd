import type { Pod } from "../../api/index.ts";
import type { Resumable } from "../resumable.ts";
import { createLayerRefusals } from "./layer-refusals.ts";
import { noPoolsReason } from "./no-pools.ts";
import type { Reason, UnplacedPod } from "./plan.ts";
import { poolClause, poolRefusal } from "./refusals.ts";
import { type Session, waiting } from "./session.ts";
import type { Workload } from "./workload.ts";

/** Telling of a workload takes some twenty microseconds. */
const workloadUnits = 10;

/** Text of the event on a pod that found no place (scheduling Appendix C). */
export const failedToSchedule = (text: string): string => `Failed to schedule pod, ${text}`;

export const unplacedPod = (
  pod: Pod,
  reasons: readonly Reason[],
  clauses: readonly string[] = reasons.map(({ text }) => text),
): UnplacedPod => ({ pod, reasons, message: failedToSchedule(clauses.join("; ")) });

/** Pods that found no place, with what every layer said: pools first, then nodes and claims with counts. Yields work. */
export function* leftOver(session: Session, attempted: boolean): Resumable<readonly UnplacedPod[]> {
  const left: UnplacedPod[] = [];
  const layers = createLayerRefusals(session);
  for (const workload of session.workloads) {
    if (waiting(session, workload) === 0) continue;
    const pods = workload.pods.slice(session.placed[workload.index] ?? 0);
    if (!attempted) {
      for (const pod of pods) left.push({ pod, reasons: [notAttempted], message: "" });
      continue;
    }
    const { reasons, clauses } = session.pools.length === 0 ? noRefusals : refusalsOf(session, workload);
    const stage = workload.stages.at(-1);
    const others = stage === undefined ? [] : yield* layers.of({ workload, stage });
    for (const pod of pods) {
      const told = session.pools.length === 0 ? poolless(session, pod) : unplacedPod(pod, reasons, clauses);
      left.push({ ...told, reasons: told.reasons.concat(others) });
    }
    yield workloadUnits;
  }
  return left;
}

/** Neither a failure nor an event: the next pass goes on with them (scheduling 4.10, 11.3 item 29). */
const notAttempted: Reason = {
  layer: "budget",
  code: "not-attempted",
  text: "the pass used up its work budget before it came to this pod; the next pass will",
};

const noRefusals = Object.freeze({ reasons: [], clauses: [] });

/** Without any pool a decision, but no event (scheduling 1.7). */
const poolless = (session: Session, pod: Pod): UnplacedPod =>
  session.excluded.length === 0
    ? { pod, reasons: [noPoolsReason(session.snapshot)], message: "" }
    : unplacedPod(pod, [noTypes]);

/** One reason for each pool, about the pod with everything relaxed (scheduling 4.3). */
function refusalsOf(session: Session, workload: Workload) {
  const stage = workload.stages.at(-1);
  if (stage === undefined) return noRefusals;
  const told = session.pools
    .filter(({ quiet }) => quiet !== true)
    .map((pool) => {
      const reason = poolRefusal(session, pool, { workload, stage });
      return { reason, clause: poolClause(pool, reason) };
    });
  return { reasons: told.map(({ reason }) => reason), clauses: told.map(({ clause }) => clause) };
}

const noTypes: Reason = {
  layer: "pool",
  code: "excluded",
  text: "nodepool requirements filtered out all available instance types",
};
