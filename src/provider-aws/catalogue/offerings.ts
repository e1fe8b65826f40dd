import { awsLabels, capacityTypes, labels } from "../../api/index.ts";
import { addRequirements, type Offering, type Requirements } from "../../core/index.ts";
import type { ClassFacts, ClassPlacementGroup, ClassReservation, ClassZone } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";
import { type Prices, unknownPrice } from "./prices.ts";
import { createRequirementValues } from "./requirement-values.ts";
import { capacityTypesOf, partitionNames } from "./type-requirements.ts";

/** What changes faster than facts do. */
export interface OfferingConditions {
  readonly prices: Prices;
  /** Whether a launch of this kind has failed for lack of capacity a short while ago (spec: aws 2.8). */
  isUnavailable(offering: {
    readonly instanceType: string;
    readonly zone: string;
    readonly capacityType: string;
    readonly subnetIds: readonly string[];
    readonly placementGroup?: PlacementGroupScope | undefined;
  }): boolean;
  /** Instances free in a reservation. */
  reservationCapacity(reservationId: string): number;
  /** Whether traffic is shifted away from the zone of this id; never when absent. */
  isShifted?(zoneId: string | undefined): boolean;
}

/** A placement group, or one partition of it. */
export interface PlacementGroupScope {
  readonly id: string;
  readonly partition?: string;
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

  readonly #partitions = new Map<Requirements, Map<string, Requirements>>();

  /** The same with a partition. */
  inPartition(base: Requirements, partition: string): Requirements {
    const known = this.#partitions.get(base) ?? new Map<string, Requirements>();
    this.#partitions.set(base, known);
    let found = known.get(partition);
    if (found === undefined) {
      const requirement = this.make.oneOf(awsLabels.placementGroupPartition, partition);
      found = new Map([...base, [requirement.key, requirement]]);
      known.set(partition, found);
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
  const all = [...base, ...reservedOfferings(facts, zoneIds, context)];
  const { placementGroup: group } = classFacts;
  return group === undefined ? all : all.flatMap((offering) => inGroup(offering, facts.name, { ...context, group }));
}

/** Offerings as the class' group has them: one for each partition, without those that the group lacks (spec: aws 2.7, 2.8). */
function inGroup(
  offering: Offering,
  instanceType: string,
  context: Parameters<typeof offeringsOf>[2] & { readonly group: ClassPlacementGroup },
): readonly Offering[] {
  const { group, site, conditions, requirements } = context;
  const subnetIds = site.classZones.get(offering.zone)?.subnetIds ?? [];
  const { zone, capacityType } = offering;
  const has = (placementGroup: PlacementGroupScope): boolean =>
    offering.available && !conditions.isUnavailable({ instanceType, zone, capacityType, subnetIds, placementGroup });
  const whole = has({ id: group.id });
  if (group.partitions === 0) return [{ ...offering, available: whole }];
  return partitionNames(group.partitions).map((partition) => ({
    ...offering,
    requirements: requirements.inPartition(offering.requirements, partition),
    available: whole && has({ id: group.id, partition }),
  }));
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
    conditions.isShifted?.(classZone.zoneId) !== true &&
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
      available:
        site.compatible &&
        capacity !== 0 &&
        site.classZones.has(zone) &&
        !reservation.expiring &&
        conditions.isShifted?.(zoneIds.get(zone)) !== true,
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
