/** Reserved capacity as the reference shares it out in one loop (scheduling 7.1): a claim takes all that it might use. */
import { type BitSet, hasBit } from "../catalogue/bit-set.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import type { ReservationLedger } from "../reservations/reservations.ts";

/** An available reserved offering of a row. */
interface ReservedOffering {
  readonly row: number;
  readonly kind: number;
  readonly id: string;
}

export interface Reservations {
  /**
   * What the host would hold as one of `rows` under `set`: all that can be had, since any might be used. Undefined when
   * there are compatible reservations and none can be had, or when it would lose all it holds.
   */
  offer(host: string, ask: ReservedAsk): ReadonlySet<string> | undefined;
  /** Replaces what the host holds. */
  exchange(host: string, held: ReadonlySet<string>, next: ReadonlySet<string>): void;
}

export interface ReservedAsk {
  readonly held: ReadonlySet<string>;
  readonly rows: BitSet;
  readonly set: SetId;
}

export const holdsNothing: ReadonlySet<string> = new Set();

export function createReservations(table: RequirementTable, ledger: ReservationLedger): Reservations {
  const offerings = reservedOfferings(table, ledger);
  return {
    offer(host, { held, rows, set }) {
      if (offerings.length === 0) return holdsNothing;
      const allowed = table.allowedKinds(set);
      const compatible = offerings.filter(({ row, kind }) => hasBit(rows, row) && allowed[kind] === true);
      const ids = new Set(compatible.map(({ id }) => id).filter((id) => ledger.canReserve(host, id)));
      const refused = ids.size === 0 && (compatible.length > 0 || held.size > 0);
      return refused ? undefined : ids;
    },
    exchange(host, held, next) {
      for (const id of held) if (!next.has(id)) ledger.release(host, id);
      for (const id of next) ledger.reserve(host, id);
    },
  };
}

function reservedOfferings({ catalogue }: RequirementTable, ledger: ReservationLedger): readonly ReservedOffering[] {
  if (ledger.reservations.size === 0) return [];
  const { start, kind, list } = catalogue.offerings;
  const found: ReservedOffering[] = [];
  for (let row = 0; row < catalogue.rowCount; row++) {
    for (let i = start[row] ?? 0; i < (start[row + 1] ?? 0); i++) {
      const id = list[i]?.reservationId;
      if (id !== undefined && ledger.reservations.has(id)) found.push({ row, kind: kind[i] ?? 0, id });
    }
  }
  return found;
}
