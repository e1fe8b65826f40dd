import type { Clock, Logger } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { PlacementGroupScope } from "../catalogue/index.ts";
import { createBreaker } from "./breaker.ts";

export interface OfferingPlace {
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  /** Only there, or only in that partition of it, is the offering short. */
  readonly placementGroup?: PlacementGroupScope | undefined;
}

/**
 * What EC2 had none of a short while ago (spec: aws 2.8): a breaker for each offering, shared by all pools. A mark lasts
 * three minutes, and marking again starts anew. The first try after a mark is a probe; see `breaker.ts` for what a failed
 * one costs, and for whom it speaks.
 */
export interface UnavailableOfferings {
  markOffering(place: OfferingPlace, details: { readonly reason: string; readonly fleetId?: string | undefined }): void;
  /** A launch got the offering: its marks are short again from now on. */
  noteLaunched(place: OfferingPlace): void;
  markCapacityType(capacityType: string): void;
  markSubnet(subnetId: string): void;
  isUnavailable(place: OfferingPlace & { readonly subnetIds: readonly string[] }): boolean;
  /** Changes whenever a mark on the type, on a capacity type or on a subnet comes or goes. */
  sequenceOf(instanceType: string): number;
  /** Changes whenever any mark comes or goes. */
  readonly version: number;
  /** Forgets marks that have ended; called before each use of the version. */
  sweep(): void;
}

export const unavailableMilliseconds = 3 * 60_000;

export function createUnavailableOfferings(deps: {
  readonly clock: Clock;
  readonly log: Logger;
}): UnavailableOfferings {
  const { clock, log } = deps;
  const byType = new Map<string, number>();
  let shared = 0;
  let version = 0;
  const changed = (instanceType?: string): void => {
    version += 1;
    if (instanceType === undefined) shared += 1;
    else byType.set(instanceType, (byType.get(instanceType) ?? 0) + 1);
  };
  const ttl = { clock, ttlMilliseconds: unavailableMilliseconds };
  const offerings = createExpiringMap<string>({ ...ttl, onEvict: (_, instanceType) => changed(instanceType) });
  const breaker = createBreaker(clock, unavailableMilliseconds);
  const capacityTypes = createExpiringMap<true>({ ...ttl, onEvict: () => changed() });
  const subnets = createExpiringMap<true>({ ...ttl, onEvict: () => changed() });
  return {
    markOffering: (place, details) => {
      const { milliseconds, deferred } = breaker.trip(keyOf(place), place);
      offerings.set(keyOf(place), place.instanceType, milliseconds);
      for (const sibling of deferred) {
        offerings.set(sibling.key, sibling.instanceType, sibling.milliseconds);
        changed(sibling.instanceType);
      }
      changed(place.instanceType);
      logMark(log, place, { ...details, milliseconds });
    },
    noteLaunched: (place) => {
      for (const key of breaker.reset(place)) offerings.delete(key);
    },
    markCapacityType: (capacityType) => {
      capacityTypes.set(capacityType, true);
      changed();
    },
    markSubnet: (subnetId) => {
      subnets.set(subnetId, true);
      changed();
    },
    isUnavailable: (place) =>
      offerings.get(keyOf(place)) !== undefined ||
      capacityTypes.get(place.capacityType) !== undefined ||
      (place.subnetIds.length > 0 && place.subnetIds.every((id) => subnets.get(id) !== undefined)),
    sequenceOf: (instanceType) => (byType.get(instanceType) ?? 0) + shared,
    get version() {
      return version;
    },
    sweep: () => {
      offerings.sweep();
      capacityTypes.sweep();
      subnets.sweep();
      breaker.sweep();
    },
  };
}

function logMark(
  log: Logger,
  { instanceType, zone, capacityType, placementGroup }: OfferingPlace,
  {
    reason,
    fleetId,
    milliseconds,
  }: { readonly reason: string; readonly fleetId?: string | undefined; readonly milliseconds: number },
): void {
  log.debug("removing offering from offerings", {
    reason,
    "instance-type": instanceType,
    zone,
    "capacity-type": capacityType,
    "ttl-seconds": milliseconds / 1000,
    ...(fleetId === undefined ? {} : { "fleet-id": fleetId }),
    ...(placementGroup === undefined ? {} : { "placement-group": placementGroup.id }),
  });
}

const keyOf = ({ capacityType, instanceType, zone, placementGroup }: OfferingPlace): string =>
  [capacityType, instanceType, zone, placementGroup?.id, placementGroup?.partition]
    .filter((part) => part !== undefined)
    .join(":");
