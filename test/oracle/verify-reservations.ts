/** Reservations: no more claims name one than it has places, and a claim that names one names nothing else. */
import { labels } from "../../src/api/index.ts";
import type { ClusterSnapshot, PlannedClaim, ProvisioningPlan } from "../../src/core/index.ts";

export function verifyReservations(snapshot: ClusterSnapshot, plan: ProvisioningPlan): readonly string[] {
  const places = placesOf(snapshot);
  if (places.size === 0) return [];
  const used = new Map<string, number>();
  for (const id of plan.claims.flatMap((claim) => (isReserved(claim) ? namedBy(claim, places) : [])))
    used.set(id, (used.get(id) ?? 0) + 1);
  const over = [...used].filter(([id, count]) => count > (places.get(id) ?? 0));
  const mixed = plan.claims.filter((claim) => claim.cheapest.capacityType === "reserved" && !isReserved(claim));
  return [
    ...over.map(([id, count]) => `reservation ${id} has ${places.get(id)} places and is named by ${count} claims`),
    ...mixed.map(({ cheapest }) => `a claim of ${cheapest.instanceType} may be reserved or not`),
  ];
}

function placesOf({ instanceTypes }: ClusterSnapshot): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const { reservationId, reservationCapacity = 0 } of [...instanceTypes.values()]
    .flat()
    .flatMap((type) => type.offerings)) {
    if (reservationId !== undefined)
      places.set(reservationId, Math.min(places.get(reservationId) ?? reservationCapacity, reservationCapacity));
  }
  return places;
}

const valuesOf = ({ claim }: PlannedClaim, key: string): readonly string[] =>
  claim.spec.requirements.find((requirement) => requirement.key === key)?.values ?? [];

const isReserved = (claim: PlannedClaim): boolean => valuesOf(claim, labels.capacityType).join() === "reserved";

const namedBy = ({ claim }: PlannedClaim, places: ReadonlyMap<string, number>): readonly string[] =>
  claim.spec.requirements.flatMap(({ values = [] }) => values).filter((value) => places.has(value));
