import { awsLabels, capacityReservationTypes, capacityTypes, labels } from "../../api/index.ts";
import { hasValue, type Offering, requirementFor, singleValueOf } from "../../core/index.ts";
import { type Candidate, type LaunchDemand, usable } from "./candidates.ts";

/** What an offering says of its reservation; undefined for others. */
export function reservationOf({ capacityType, requirements, reservationId }: Offering) {
  if (capacityType !== capacityTypes.reserved || reservationId === undefined) return undefined;
  return {
    id: reservationId,
    type: singleValueOf(requirements.get(awsLabels.capacityReservationType)) ?? capacityReservationTypes.default,
    interruptible: singleValueOf(requirements.get(awsLabels.capacityReservationInterruptible)) === "true",
  };
}

const mayBeReserved = ({ requirements }: LaunchDemand): boolean =>
  hasValue(requirementFor(requirements, labels.capacityType), capacityTypes.reserved);

const reservedOf = (candidate: Candidate, demand: LaunchDemand): readonly Offering[] =>
  usable(candidate, demand).filter((offering) => reservationOf(offering) !== undefined);

/** Kinds of reservations that one fleet request may name, the preferred first when equally cheap. */
const kinds = [
  { type: capacityReservationTypes.default, interruptible: false },
  { type: capacityReservationTypes.capacityBlock, interruptible: false },
  { type: capacityReservationTypes.default, interruptible: true },
] as const;

const cheapest = (offerings: readonly Offering[]): number =>
  offerings.reduce((least, { price }) => Math.min(least, price), Number.POSITIVE_INFINITY);

/** Filter 2 of aws 3.1: one kind of reservation, the one with the cheapest offering; its types and its offerings only. */
export function oneReservationKind(candidates: readonly Candidate[], demand: LaunchDemand): readonly Candidate[] {
  if (!mayBeReserved(demand)) return candidates;
  const partitions = kinds.map((kind) =>
    candidates
      .map((candidate) => ({ ...candidate, offerings: ofKind(reservedOf(candidate, demand), kind) }))
      .filter(({ offerings }) => offerings.length > 0),
  );
  const priced = partitions.map((members) => ({
    members,
    price: cheapest(members.flatMap(({ offerings }) => offerings)),
  }));
  const best = priced.reduce((a, b) => (b.price < a.price ? b : a));
  return best.members.length === 0 ? candidates : best.members;
}

const ofKind = (offerings: readonly Offering[], kind: (typeof kinds)[number]): readonly Offering[] =>
  offerings.filter((offering) => {
    const reservation = reservationOf(offering);
    return reservation?.type === kind.type && reservation.interruptible === kind.interruptible;
  });

/** Filter 3: a fleet request cannot name two capacity blocks, so the cheapest is the only one. */
export function oneCapacityBlock(candidates: readonly Candidate[], demand: LaunchDemand): readonly Candidate[] {
  if (!mayBeReserved(demand)) return candidates;
  const all = candidates.flatMap((candidate) =>
    reservedOf(candidate, demand).map((offering) => ({ candidate, offering })),
  );
  const [first] = all;
  if (first === undefined || reservationOf(first.offering)?.type !== capacityReservationTypes.capacityBlock)
    return candidates;
  const { candidate, offering } = all.reduce((a, b) => (b.offering.price < a.offering.price ? b : a));
  return [{ ...candidate, offerings: [offering] }];
}

/** Filter 4: of a type's reservations in one zone the one with most left. */
export function largestReservations(candidates: readonly Candidate[], demand: LaunchDemand): readonly Candidate[] {
  if (!mayBeReserved(demand)) return candidates;
  const kept = candidates
    .map((candidate) => ({ ...candidate, offerings: largestByZone(reservedOf(candidate, demand)) }))
    .filter(({ offerings }) => offerings.length > 0);
  return kept.length === 0 ? candidates : kept;
}

function largestByZone(offerings: readonly Offering[]): readonly Offering[] {
  const best = new Map<string, Offering>();
  for (const offering of offerings) {
    const known = best.get(offering.zone);
    if (known === undefined || (offering.reservationCapacity ?? 0) > (known.reservationCapacity ?? 0))
      best.set(offering.zone, offering);
  }
  return [...best.values()];
}
