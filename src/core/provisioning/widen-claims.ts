import { andInto } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { Resumable } from "../resumable.ts";
import { type Claim, dropPortConflicts } from "./claim.ts";
import { placesOf } from "./fill-rules.ts";
import { largestUse, rowsWithinUse, takeLimits } from "./pool-limits.ts";
import type { Session } from "./session.ts";

/**
 * While limits were shared out every claim was held to the size of the machine it was opened as. What is left over now
 * goes back into choice: in order, claims may again be every type that holds their pods and fits in what the limits leave.
 */
export function* widenClaims(session: Session): Resumable<void> {
  for (const claim of session.claims) {
    if (claim.pool.limits.remaining === undefined || claim.podCount === 0) continue;
    widen(session, claim);
    yield 4;
  }
}

function widen({ table }: Session, claim: Claim): void {
  const { pool } = claim;
  const rows = andInto(pool.room.rows.slice(), table.select(claim.set).rows);
  dropPortConflicts(rows, pool.room, claim.ports);
  keepFitting(rows, pool.room.room, { total: claim.total, places: placesOf(claim.total) });
  const held = largestUse(claim.rows, pool.limits, table.catalogue);
  const allowed = new Map(
    [...(pool.limits.remaining ?? [])].map(([name, left]) => [name, left + (held.get(name) ?? 0)]),
  );
  const wide = rowsWithinUse(rows, allowed, table.catalogue);
  const use = largestUse(wide, pool.limits, table.catalogue);
  takeLimits(pool.limits, new Map([...use].map(([name, amount]) => [name, amount - (held.get(name) ?? 0)])));
  claim.rows = wide;
}
