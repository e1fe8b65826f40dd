import { type AmiFamily, type BlockDeviceMapping, type EC2NodeClass, eraAnnotations } from "../../api/index.ts";
import { failed, ok, type Result } from "../../core/index.ts";
import { amiFamilyOf } from "./ami-family.ts";
import { type KubeletSettings, readKubeletSettings } from "./kubelet.ts";

/** A zone that a node class may launch in. */
export interface ClassZone {
  readonly zone: string;
  readonly zoneId?: string;
  readonly subnetIds: readonly string[];
}

export interface ClassNetworkInterface {
  readonly networkCardIndex: number;
  readonly deviceIndex: number;
  readonly interfaceType: "interface" | "efa-only";
}

export interface ClassReservation {
  readonly id: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly type: "default" | "capacity-block";
  readonly interruptible: boolean;
  readonly expiring: boolean;
}

/** The placement group that machines of a class are put into (spec: aws 7.8). */
export interface ClassPlacementGroup {
  readonly id: string;
  /** `cluster`, `partition` or `spread`. */
  readonly strategy: string;
  /** Of a partition group; 0 for the others. */
  readonly partitions: number;
}

/** What of a node class decides types, capacity, overhead and offerings. Equal facts give equal answers. */
export interface ClassFacts {
  readonly amiFamily: AmiFamily;
  /** In order of zone name. */
  readonly zones: readonly ClassZone[];
  readonly kubelet: KubeletSettings;
  readonly blockDevices: readonly BlockDeviceMapping[];
  readonly raid0: boolean;
  readonly networkInterfaces: readonly ClassNetworkInterface[];
  readonly ipPrefixCount: number;
  readonly reservations: readonly ClassReservation[];
  readonly connectionTracking: boolean;
  readonly nestedVirtualization: boolean;
  readonly placementGroup?: ClassPlacementGroup;
  /** Trunk-capable types say nothing of branch interfaces, as in the v1alpha5 era by default (spec: v1alpha5 3.1). */
  readonly hidesPodEni?: true;
}

export function classFactsOf(
  nodeClass: EC2NodeClass,
  placementGroup?: ClassPlacementGroup,
): Result<ClassFacts, { readonly message: string }> {
  const { spec } = nodeClass;
  const kubelet = readKubeletSettings(spec.kubelet);
  if (!kubelet.ok) return failed(kubelet.failure);
  return ok({
    amiFamily: amiFamilyOf(spec),
    zones: classZonesOf(nodeClass),
    kubelet: kubelet.value,
    blockDevices: spec.blockDeviceMappings ?? [],
    raid0: spec.instanceStorePolicy === "RAID0",
    networkInterfaces: spec.networkInterfaces ?? [],
    ipPrefixCount: spec.ipPrefixCount ?? 0,
    reservations: reservationsOf(nodeClass),
    connectionTracking: spec.connectionTracking !== undefined,
    nestedVirtualization: spec.cpuOptions?.nestedVirtualization === "enabled",
    ...(placementGroup === undefined ? {} : { placementGroup }),
    ...(nodeClass.metadata.annotations?.[eraAnnotations.podEni] === "false" ? { hidesPodEni: true } : {}),
  });
}

/** Zones of the resolved subnets, grouped by zone id where there is one. */
function classZonesOf({ status }: EC2NodeClass): readonly ClassZone[] {
  const zones = new Map<string, { zone: string; zoneId?: string; subnetIds: string[] }>();
  for (const { id, zone, zoneID } of status?.subnets ?? []) {
    const known = zones.get(zoneID ?? zone);
    if (known === undefined)
      zones.set(zoneID ?? zone, { zone, ...(zoneID === undefined ? {} : { zoneId: zoneID }), subnetIds: [id] });
    else known.subnetIds.push(id);
  }
  // The status orders subnets by free addresses, which change all the time; the answer here must not.
  return [...zones.values()]
    .map((zone) => ({ ...zone, subnetIds: zone.subnetIds.toSorted() }))
    .toSorted((a, b) => (a.zone < b.zone ? -1 : 1));
}

function reservationsOf({ status }: EC2NodeClass): readonly ClassReservation[] {
  return (status?.capacityReservations ?? []).map((reservation) => ({
    id: reservation.id,
    zone: reservation.availabilityZone,
    instanceType: reservation.instanceType,
    type: reservation.reservationType ?? "default",
    interruptible: reservation.interruptible ?? false,
    expiring: reservation.state === "expiring",
  }));
}

/** Text equal for classes that get equal instance types: the key under which resolved types are shared. */
export const classFactsKey = (facts: ClassFacts): string =>
  JSON.stringify(facts, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
