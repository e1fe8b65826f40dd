import { awsLabels, capacityTypes, labels } from "../../api/index.ts";
import { addRequirements, type Offering, type Requirements } from "../../core/index.ts";
import type { ClassFacts, ClassReservation, ClassZone } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";
import { type Prices, unknownPrice } from "./prices.ts";
import { createRequirementValues } from "./requirement-values.ts";
import { capacityTypesOf } from "./type-requirements.ts";

/** What changes faster than facts do. */
export interface OfferingConditions {
  readonly prices: Prices;
  /** Whether a launch of this kind has failed for lack of capacity a short while ago (spec: aws 2.8). */
  isUnavailable(offering: {
    readonly instanceType: string;
    readonly zone: string;
    readonly capacityType: string;
    readonly subnetIds: readonly string[];
  }): boolean;
  /** Instances free in a reservation. */
  reservationCapacity(reservationId: string): number;
}

export interface OfferingSite {
  /** All zones of the region, in order of name. */
  readonly regionZones: readonly string[];
  /** The class' zones that offer the type, by name. */
  readonly classZones: ReadonlyMap<string, ClassZone>;
  readonly compatible: boolean;
  readonly reservations: readonly ClassReservation[];
}

/** Requirements shared by all offerings of a zone and capacity type, so that thousands of offerings cost one map each. */
export class OfferingRequirements {
  readonly make = createRequirementValues();
  readonly #shared = new Map<string, Map<string, Map<string | undefined, Requirements>>>();

  of(zone: string, zoneId: string | undefined, capacityType: string): Requirements {
    const byZoneId = entry(entry(this.#shared, zone), capacityType);
    let found = byZoneId.get(zoneId);
    if (found === undefined) {
      found = this.#create(zone, zoneId, capacityType);
      byZoneId.set(zoneId, found);
    }
    return found;
  }

  #create(zone: string, zoneId: string | undefined, capacityType: string): Requirements {
    const { make } = this;
    const all = [
      make.oneOf(labels.capacityType, capacityType),
      make.oneOf(labels.zone, zone),
      make.absent(awsLabels.capacityReservationId),
      make.absent(awsLabels.capacityReservationType),
      make.absent(awsLabels.capacityReservationInterruptible),
      ...(zoneId === undefined ? [] : [make.oneOf(labels.zoneId, zoneId)]),
    ];
    return new Map(all.map((requirement) => [requirement.key, requirement]));
  }
}

function entry<M extends Map<unknown, unknown>>(map: Map<string, M>, key: string): M {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map() as M;
    map.set(key, found);
  }
  return found;
}

/** Offerings of one type under one class: by zone, on-demand before spot, then reservations (spec: aws 2.7). */
export function offeringsOf(
  facts: MachineFacts,
  classFacts: ClassFacts,
  context: {
    readonly site: OfferingSite;
    readonly conditions: OfferingConditions;
    readonly requirements: OfferingRequirements;
  },
): readonly Offering[] {
  const { site, conditions, requirements } = context;
  const zoneIds = new Map(classFacts.zones.map(({ zone, zoneId }) => [zone, zoneId]));
  const kinds = capacityTypesOf(facts, false);
  const base = site.regionZones.flatMap((zone) =>
    kinds.map((capacityType): Offering => {
      const price = priceOf(conditions.prices, { type: facts.name, zone, capacityType });
      return {
        zone,
        capacityType,
        requirements: requirements.of(zone, zoneIds.get(zone), capacityType),
        price: price ?? unknownPrice,
        available: isAvailable(facts.name, { zone, capacityType, price }, context),
      };
    }),
  );
  return [...base, ...reservedOfferings(facts, zoneIds, context)];
}

function isAvailable(
  instanceType: string,
  { zone, capacityType, price }: { zone: string; capacityType: string; price: number | undefined },
  { site, conditions }: { readonly site: OfferingSite; readonly conditions: OfferingConditions },
): boolean {
  const classZone = site.classZones.get(zone);
  return (
    classZone !== undefined &&
    site.compatible &&
    // A spot offering without a price has no market; an on-demand one is merely dear beyond knowledge.
    (price !== undefined || capacityType === capacityTypes.onDemand) &&
    !conditions.isUnavailable({ instanceType, zone, capacityType, subnetIds: classZone.subnetIds })
  );
}

function priceOf(prices: Prices, offering: { type: string; zone: string; capacityType: string }): number | undefined {
  return offering.capacityType === capacityTypes.spot
    ? prices.spot(offering.type, offering.zone)
    : prices.onDemand(offering.type);
}

/** A reserved machine is paid for already: its price only has to sort first, the dearer type still last. */
const reservedPriceDivisor = 10_000_000;

function reservedOfferings(
  facts: MachineFacts,
  zoneIds: ReadonlyMap<string, string | undefined>,
  { site, conditions, requirements }: Parameters<typeof offeringsOf>[2],
): readonly Offering[] {
  return site.reservations.map((reservation) => {
    const { id, zone } = reservation;
    const capacity = conditions.reservationCapacity(id);
    return {
      zone,
      capacityType: capacityTypes.reserved,
      requirements: addRequirements(
        withoutReservationKeys(requirements.of(zone, zoneIds.get(zone), capacityTypes.reserved)),
        new Map([
          [awsLabels.capacityReservationId, requirements.make.oneOf(awsLabels.capacityReservationId, id)],
          [
            awsLabels.capacityReservationType,
            requirements.make.oneOf(awsLabels.capacityReservationType, reservation.type),
          ],
          [
            awsLabels.capacityReservationInterruptible,
            requirements.make.oneOf(awsLabels.capacityReservationInterruptible, String(reservation.interruptible)),
          ],
        ]),
      ),
      price: (conditions.prices.onDemand(facts.name) ?? 0) / reservedPriceDivisor,
      available: site.compatible && capacity !== 0 && site.classZones.has(zone) && !reservation.expiring,
      reservationId: id,
      reservationCapacity: capacity,
    };
  });
}

const reservationKeys: ReadonlySet<string> = new Set([
  awsLabels.capacityReservationId,
  awsLabels.capacityReservationType,
  awsLabels.capacityReservationInterruptible,
]);

const withoutReservationKeys = (set: Requirements): Requirements =>
  new Map([...set].filter(([key]) => !reservationKeys.has(key)));
