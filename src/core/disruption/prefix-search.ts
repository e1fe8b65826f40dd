/** Upstream's multi-node search (lifecycle 3.7): a binary search for the longest prefix of one order that pays. */
import type { Result } from "../result.ts";
import { type Candidate, savingsRatio } from "./candidate.ts";
import type { Move, MoveRefusal } from "./evaluate.ts";
import type { BudgetLedger } from "./ledger.ts";

/** Longest prefix tried has one node more (lifecycle 3.7). */
const cap = 100;

export interface PrefixOutcome {
  readonly best: Move | undefined;
  /** Some candidate was left out for want of budget. */
  readonly limitedByBudget: boolean;
}

/** Yields work. Candidates in any order; ties of the savings ratio go by name. */
export function* longestPrefix(
  candidates: readonly Candidate[],
  how: {
    readonly ledger: BudgetLedger;
    readonly evaluate: (set: readonly Candidate[]) => Generator<number, Result<Move, MoveRefusal>>;
  },
): Generator<number, PrefixOutcome> {
  const { kept, limitedByBudget } = withinBudget(candidates.toSorted(byRatio), how.ledger);
  let best: Move | undefined;
  let low = 1;
  let high = kept.length <= cap ? kept.length - 1 : cap;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const found = yield* how.evaluate(kept.slice(0, middle + 1));
    if (found.ok) {
      best = found.value;
      low = middle + 1;
    } else high = middle - 1;
  }
  return { best, limitedByBudget };
}

const byRatio = (a: Candidate, b: Candidate): number =>
  savingsRatio(b) - savingsRatio(a) || (a.node.name < b.node.name ? -1 : 1);

/** In order, those that their pool's budget still has room for. */
export function withinBudget(
  candidates: readonly Candidate[],
  given: BudgetLedger,
): { readonly kept: readonly Candidate[]; readonly limitedByBudget: boolean } {
  let ledger = given;
  const kept = candidates.filter(({ pool }) => {
    const next = ledger.take(pool.key);
    if (next.ok) ledger = next.value;
    return next.ok;
  });
  return { kept, limitedByBudget: kept.length < candidates.length };
}
