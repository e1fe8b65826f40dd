/** Machine types for use without an account: the catalogue that ships with the project, with prices of the user's. */
import type { EC2NodeClass } from "../../api/index.ts";
import { failed, type InstanceType, ok, type Result } from "../../core/index.ts";
import {
  type Catalogue,
  type ClassFacts,
  classFactsKey,
  classFactsOf,
  createOfferingResolver,
  defaultResolutionSettings,
  type Prices,
  type RegionFacts,
  resolveTypes,
} from "../../provider-aws/catalogue/index.ts";

export interface OfflineTypes {
  /** Types under a node class; equal classes share one list. A class whose kubelet settings cannot be read is refused. */
  of(nodeClass: EC2NodeClass): Result<readonly InstanceType[], { readonly message: string }>;
}

/** Fails never: the region has been checked before. */
export function createOfflineTypes(catalogue: Catalogue, region: string, prices: Prices): OfflineTypes {
  const facts = regionFactsOf(catalogue, region);
  const offer = createOfferingResolver(facts);
  const known = new Map<string, readonly InstanceType[]>();
  return {
    of: (nodeClass) => {
      const read = classFactsOf(inEveryZone(nodeClass, catalogue, region));
      if (!read.ok) return failed(read.failure);
      const key = `${classFactsKey(read.value)} ${JSON.stringify(nodeClass.status?.capacityReservations ?? [])}`;
      const types = known.get(key) ?? offeredTypes(read.value, nodeClass);
      known.set(key, types);
      return ok(types);
    },
  };

  function offeredTypes(classFacts: ClassFacts, nodeClass: EC2NodeClass): readonly InstanceType[] {
    const free = new Map(
      (nodeClass.status?.capacityReservations ?? []).map(({ id, ...rest }) => [id, freeOf(rest)] as const),
    );
    const conditions = {
      prices,
      isUnavailable: () => false,
      reservationCapacity: (id: string) => free.get(id) ?? 0,
    };
    return resolveTypes(facts, classFacts, defaultResolutionSettings).map((type) =>
      offer(type, classFacts, conditions),
    );
  }
}

/** A reservation's status does not say how many instances are free; one says that there is any at all. */
const freeOf = (reservation: object): number =>
  "availableInstanceCount" in reservation && typeof reservation.availableInstanceCount === "number"
    ? reservation.availableInstanceCount
    : 1;

function regionFactsOf(catalogue: Catalogue, region: string): RegionFacts {
  const offerings = catalogue.regions.get(region)?.offerings ?? new Map<string, readonly string[]>();
  const machines = catalogue.machines.filter(({ name }) => offerings.has(name));
  return { region, machines, offerings, networkLimits: catalogue.networkLimits };
}

/** Which subnets a selector meets is known only to the account: without a status, each zone of the region has one. */
function inEveryZone(nodeClass: EC2NodeClass, catalogue: Catalogue, region: string): EC2NodeClass {
  if ((nodeClass.status?.subnets ?? []).length > 0) return nodeClass;
  const zones = catalogue.regions.get(region)?.zones ?? [];
  const subnets = zones.map(({ name, id }) => ({ id: `subnet-${name}`, zone: name, zoneID: id }));
  return { ...nodeClass, status: { ...nodeClass.status, subnets } };
}
