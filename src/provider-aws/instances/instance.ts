import { capacityTypes } from "../../api/index.ts";
import type { Ec2Instance, InstanceNetworkInterface } from "../contract/index.ts";
import { tagMap } from "../tags.ts";

/** An instance as the provider knows it, from a launch or from EC2 (spec: aws 3.3). */
export interface Instance {
  readonly id: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly zoneId?: string;
  readonly capacityType: string;
  readonly imageId: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly state: string;
  /** Epoch milliseconds. */
  readonly launchedAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly tenancy: string;
  readonly efaCount: number;
  readonly reservationId?: string;
}

export function instanceOf(described: Ec2Instance): Instance | undefined {
  const { InstanceId: id, InstanceType: instanceType, CapacityReservationId: reservationId } = described;
  if (id === undefined || instanceType === undefined) return undefined;
  return {
    id,
    instanceType,
    ...placeOf(described),
    capacityType: isSpot(described) ? capacityTypes.spot : capacityTypes.onDemand,
    imageId: described.ImageId ?? "",
    state: described.State?.Name ?? "",
    launchedAt: described.LaunchTime?.getTime() ?? 0,
    tags: tagMap(described.Tags),
    efaCount: (described.NetworkInterfaces ?? []).filter(isEfa).length,
    ...(reservationId === undefined ? {} : { reservationId }),
  };
}

const isEfa = ({ InterfaceType }: InstanceNetworkInterface): boolean => InterfaceType?.startsWith("efa") === true;

const placeOf = ({ Placement, SubnetId, SecurityGroups = [] }: Ec2Instance) => ({
  zone: Placement?.AvailabilityZone ?? "",
  tenancy: Placement?.Tenancy ?? "default",
  subnetId: SubnetId ?? "",
  securityGroupIds: SecurityGroups.flatMap(({ GroupId }) => (GroupId === undefined ? [] : [GroupId])),
});

const isSpot = ({ SpotInstanceRequestId, InstanceLifecycle }: Ec2Instance): boolean =>
  (SpotInstanceRequestId !== undefined && SpotInstanceRequestId !== "") || InstanceLifecycle === "spot";

export const isTerminating = ({ state }: Instance): boolean => state === "shutting-down" || state === "terminated";

export const providerIdOf = ({ zone, id }: { readonly zone: string; readonly id: string }): string =>
  `aws:///${zone}/${id}`;

/** Zone and instance of a provider id; undefined for what no EC2 instance has (spec: aws 0.1). */
export function parseProviderId(providerId: string): { readonly zone: string; readonly id: string } | undefined {
  const match = /^.*:\/\/\/(.+)\/(.+)$/.exec(providerId);
  const [, zone, id] = match ?? [];
  return zone === undefined || id === undefined ? undefined : { zone, id };
}
