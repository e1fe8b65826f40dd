import { type CapacityReservationSelectorTerm, type EC2NodeClass, formatTimestamp } from "../../api/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { CapacityReservation, DescribeCapacityReservationsRequest, Ec2Client } from "../contract/index.ts";
import { calling, isNotFound } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";
import { tagFilters } from "../tags.ts";

export type ResolvedReservation = NonNullable<NonNullable<EC2NodeClass["status"]>["capacityReservations"]>[number];

/** Capacity reservations of node classes, and how many instances are left in each (spec: aws 7.7). */
export interface Reservations {
  /** By id; those that have ended are left out. Rejects when EC2 cannot be asked. */
  resolve(nodeClass: EC2NodeClass, options: { readonly signal: AbortSignal }): Promise<readonly ResolvedReservation[]>;
  /** Instances left, 0 for a reservation that nobody has asked about. */
  available(id: string): number;
  /** One taken by a launch that began at `since`; a count fetched after that knows of it already. */
  markLaunched(id: string, since: number): void;
  markTerminated(id: string): void;
  markUnavailable(id: string): void;
  /** Changes with every count. */
  readonly version: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** EC2 takes the machines of a block back half an hour before its end; ten minutes earlier they must be on their way. */
const expiringMilliseconds = 40 * minute;

export interface ReservationsDeps {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Count {
  readonly left: number;
  /** When EC2 said so, on the clock's own scale. */
  readonly fetchedAt: number;
}

export function createReservations(deps: ReservationsDeps): Reservations {
  const { clock } = deps;
  const queries = createExpiringMap<readonly CapacityReservation[]>({ clock, ttlMilliseconds: minute });
  const counts = createExpiringMap<Count>({ clock, ttlMilliseconds: day });
  let version = 0;
  const setCount = (id: string, left: number, fetchedAt = counts.get(id)?.fetchedAt ?? 0): void => {
    if (counts.get(id)?.left !== left) version += 1;
    counts.set(id, { left, fetchedAt });
  };
  const ask = async (term: CapacityReservationSelectorTerm, signal: AbortSignal) => {
    const query = queryOf(term);
    const key = JSON.stringify(query);
    const known = queries.get(key);
    if (known !== undefined) return known;
    const found = await describe(deps.ec2, query, signal);
    queries.set(key, found);
    for (const { CapacityReservationId: id, AvailableInstanceCount: left = 0 } of found)
      if (id !== undefined) setCount(id, left, clock.now());
    return found;
  };
  return {
    get version() {
      return version;
    },
    resolve: async ({ spec }, { signal }) => {
      const found = new Map<string, CapacityReservation>();
      for (const term of spec.capacityReservationSelectorTerms ?? [])
        for (const reservation of await ask(term, signal))
          found.set(reservation.CapacityReservationId ?? "", reservation);
      const now = clock.now();
      return [...found.values()]
        .filter(({ EndDate }) => EndDate === undefined || EndDate.getTime() > now)
        .flatMap((reservation) => readable(deps.log, reservation, now))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    available: (id) => counts.get(id)?.left ?? 0,
    markLaunched: (id, since) => {
      const count = counts.get(id);
      if (count !== undefined && count.fetchedAt <= since) setCount(id, Math.max(count.left - 1, 0));
    },
    markTerminated: (id) => {
      const count = counts.get(id);
      if (count !== undefined) setCount(id, count.left + 1);
    },
    markUnavailable: (id) => {
      if (counts.get(id) !== undefined) setCount(id, 0);
    },
  };
}

/** An id alone; otherwise tags, owner and criteria together. */
function queryOf({ id, tags = {}, ownerID, instanceMatchCriteria }: CapacityReservationSelectorTerm) {
  const active = { Name: "state", Values: ["active"] };
  if (id !== undefined) return { CapacityReservationIds: [id], Filters: [active] };
  return {
    Filters: [
      active,
      ...(ownerID === undefined ? [] : [{ Name: "owner-id", Values: [ownerID] }]),
      ...(instanceMatchCriteria === undefined
        ? []
        : [{ Name: "instance-match-criteria", Values: [instanceMatchCriteria] }]),
      ...tagFilters(tags),
    ],
    MaxResults: 1000,
  };
}

async function describe(
  ec2: Ec2Client,
  query: DescribeCapacityReservationsRequest,
  signal: AbortSignal,
): Promise<readonly CapacityReservation[]> {
  try {
    return await allPages(
      (token) => ec2.describeCapacityReservations({ ...query, ...pageToken(token) }, { signal }),
      (page) => page.CapacityReservations,
    );
  } catch (error) {
    if (isNotFound(error)) return [];
    return calling("EC2", "DescribeCapacityReservations", { signal, call: () => Promise.reject(error as Error) });
  }
}

/** What cannot be understood is left out with a word in the log (spec: aws 0.2). */
function readable(log: Logger, reservation: CapacityReservation, now: number): readonly ResolvedReservation[] {
  const problem = problemOf(reservation);
  if (problem === undefined) return [statusOf(reservation, now)];
  log.error("ignoring a capacity reservation", { id: reservation.CapacityReservationId, problem });
  return [];
}

function problemOf({ CapacityReservationId, InstanceType, AvailabilityZone, ...rest }: CapacityReservation) {
  if ([CapacityReservationId, InstanceType, AvailabilityZone].includes(undefined))
    return "it has no id, instance type or availability zone";
  const { InstanceMatchCriteria: criteria, ReservationType: type } = rest;
  if (criteria !== "open" && criteria !== "targeted")
    return `instance match criteria "${criteria ?? ""}"; expected open or targeted`;
  if (type !== undefined && !["", "default", "capacity-block"].includes(type))
    return `reservation type "${type}"; expected default or capacity-block`;
  return undefined;
}

function statusOf(reservation: CapacityReservation, now: number): ResolvedReservation {
  const { EndDate: end, ReservationType: kind } = reservation;
  const reservationType = kind === "capacity-block" ? "capacity-block" : "default";
  const expiring =
    reservationType === "capacity-block" && end !== undefined && end.getTime() - now <= expiringMilliseconds;
  return {
    availabilityZone: reservation.AvailabilityZone ?? "",
    ...(end === undefined ? {} : { endTime: formatTimestamp(end.getTime()) }),
    id: reservation.CapacityReservationId ?? "",
    instanceMatchCriteria: reservation.InstanceMatchCriteria ?? "",
    instanceType: reservation.InstanceType ?? "",
    ownerID: reservation.OwnerId ?? "",
    reservationType,
    interruptible: reservation.Interruptible ?? false,
    state: expiring ? "expiring" : "active",
  };
}
