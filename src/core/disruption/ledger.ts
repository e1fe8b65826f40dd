import { type KeyText, keyText, type PoolKey } from "../cluster/keys.ts";
import { failed, ok, type Result } from "../result.ts";
import type { PoolBudget } from "./budgets.ts";

export interface BudgetRefusal {
  readonly kind: "budget";
  readonly pool: PoolKey;
  readonly message: string;
}

/** What is left of each pool's budget. Immutable: taking gives the next ledger, so a try costs nothing to give up. */
export interface BudgetLedger {
  remaining(pool: PoolKey): number;
  /** Takes one node of the pool. A pool that the ledger does not know has nothing to give. */
  take(pool: PoolKey): Result<BudgetLedger, BudgetRefusal>;
}

/** Allowances less the nodes that are being disrupted already, never below zero. */
export function openLedger(budgets: readonly PoolBudget[]): BudgetLedger {
  const left = budgets.map(({ pool, allowed, disrupting }) => {
    return [keyText(pool.key), Math.max(0, allowed - disrupting)] as const;
  });
  return ledgerOf(new Map(left));
}

function ledgerOf(left: ReadonlyMap<KeyText, number>): BudgetLedger {
  return {
    remaining: (pool) => left.get(keyText(pool)) ?? 0,
    take: (pool) => {
      const key = keyText(pool);
      const remaining = left.get(key) ?? 0;
      if (remaining > 0) return ok(ledgerOf(new Map(left).set(key, remaining - 1)));
      return failed({ kind: "budget", pool, message: `the disruption budgets of ${key} allow no further node now` });
    },
  };
}
