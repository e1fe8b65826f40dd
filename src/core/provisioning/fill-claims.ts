import { cheapestRow } from "../catalogue/requirement-table.ts";
import type { Resumable } from "../resumable.ts";
import { type Addition, applyAddition, type Claim, tryAdd } from "./claim.ts";
import { priceTolerance } from "./machine-options.ts";
import { type Session, waiting } from "./session.ts";
import type { Stage, Workload } from "./workload.ts";

/**
 * Puts pods that wait into room that open claims have left, where that makes no claim dearer. Only pods that topology knows
 * nothing of: they owe nobody anything but room.
 */
export function* fillClaims(session: Session, workloads: readonly Workload[]): Resumable<void> {
  for (const workload of workloads) {
    const [stage] = workload.stages;
    if (stage === undefined || !isFree(stage)) continue;
    for (const claim of session.claims) {
      while (waiting(session, workload) > 0 && joins(session, claim, { workload, stage }));
      yield 1;
    }
  }
}

const isFree = ({ topology: { binding, counted, repels } }: Stage): boolean =>
  binding.length + counted.length + repels.length === 0;

function joins(session: Session, claim: Claim, ask: { readonly workload: Workload; readonly stage: Stage }): boolean {
  const { workload, stage } = ask;
  const addition = tryAdd(claim, { ...ask, set: stage.set }, session.table);
  if (addition === undefined || priceOf(session, addition) > priceOf(session, claim) + priceTolerance) return false;
  const from = session.placed[workload.index] ?? 0;
  applyAddition(claim, { workload, stage, from, count: 1 }, addition);
  session.placed[workload.index] = from + 1;
  return true;
}

function priceOf({ table }: Session, { set, rows }: Addition): number {
  const { price } = table.select(set);
  return price[cheapestRow(rows, price)] ?? Infinity;
}
