import { labels as labelKeys } from "../../api/index.ts";
import { andInto } from "../catalogue/bit-set.ts";
import { requirementIn } from "../requirements/requirement.ts";
import { requirementsOf } from "../requirements/requirements.ts";
import { reserved } from "../reservations/reservations.ts";
import type { Loop } from "./loop.ts";

/** Claims that hold reserved capacity can only be that: capacity type and reservation are set (scheduling 6.1). */
export function narrowToReserved({ session, open }: Loop): void {
  const { table } = session;
  for (const { claim, held } of open) {
    const [first] = held;
    const label = first === undefined ? undefined : session.reservations.reservations.get(first)?.label;
    if (label === undefined) continue;
    const own = requirementsOf([
      requirementIn(labelKeys.capacityType, reserved),
      requirementIn(label, ...[...held].sort()),
    ]);
    const set = table.narrow(claim.set, table.intern(own));
    if (set < 0) continue;
    claim.set = set;
    claim.rows = andInto(claim.rows.slice(), table.select(set).rows);
  }
}
