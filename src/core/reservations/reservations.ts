/** Capacity that is paid for already, by reservation (scheduling 7.1). */
import { labels as labelKeys } from "../../api/index.ts";
import type { InstanceType, Offering } from "../catalogue/instance-type.ts";
import { singleValueOf } from "../requirements/requirement.ts";

export interface Reservation {
  readonly id: string;
  /** Label by which offerings name it; the provider's own. */
  readonly label: string;
  /** Machines that it still has room for. */
  readonly capacity: number;
}

/** By id. Pools may know a reservation by different numbers; the smallest is the safe one. */
export function reservationsOf(types: Iterable<InstanceType>): ReadonlyMap<string, Reservation> {
  const found = new Map<string, Reservation>();
  for (const { offerings } of types) for (const offering of offerings) noteReservation(found, offering);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function noteReservation(found: Map<string, Reservation>, offering: Offering): void {
  const { reservationId: id, capacityType, reservationCapacity = 0 } = offering;
  if (id === undefined || capacityType !== reserved) return;
  const known = found.get(id);
  const label = known?.label ?? labelNaming(offering, id);
  if (label === undefined) return;
  found.set(id, { id, label, capacity: Math.min(known?.capacity ?? Infinity, reservationCapacity) });
}

export const reserved = "reserved";

const labelNaming = ({ requirements }: Offering, id: string): string | undefined =>
  [...requirements.values()].find(
    (requirement) =>
      singleValueOf(requirement) === id &&
      requirement.key !== labelKeys.zone &&
      requirement.key !== labelKeys.capacityType,
  )?.key;

/** Who holds what of each reservation in one pass. A host holds at most one place of each. */
export interface ReservationLedger {
  readonly reservations: ReadonlyMap<string, Reservation>;
  /** Places that are left, by id. */
  left(): ReadonlyMap<string, number>;
  /** The host has a place already, or there is one left. Throws for a reservation that nobody offers. */
  canReserve(host: string, id: string): boolean;
  /** Again for the same host changes nothing. Throws where nothing is left: ask first. */
  reserve(host: string, id: string): void;
  /** Gives the host's place back; nothing where it has none. */
  release(host: string, id: string): void;
}

export function createReservationLedger(reservations: ReadonlyMap<string, Reservation>): ReservationLedger {
  const left = new Map([...reservations].map(([id, { capacity }]) => [id, capacity]));
  const held = new Map<string, Set<string>>();
  const leftOf = (id: string): number => {
    const places = left.get(id);
    if (places === undefined) throw new Error(`reservation ${id} is not offered by any instance type`);
    return places;
  };
  const holds = (host: string, id: string): boolean => held.get(host)?.has(id) ?? false;
  return {
    reservations,
    left: () => left,
    canReserve: (host, id) => leftOf(id) > 0 || holds(host, id),
    reserve: (host, id) => {
      const places = leftOf(id);
      if (holds(host, id)) return;
      if (places <= 0) throw new Error(`reservation ${id} has no place left for ${host}`);
      left.set(id, places - 1);
      held.set(host, (held.get(host) ?? new Set<string>()).add(id));
    },
    release: (host, id) => {
      if (held.get(host)?.delete(id) === true) left.set(id, leftOf(id) + 1);
    },
  };
}
