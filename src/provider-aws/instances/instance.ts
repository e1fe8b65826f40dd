import { capacityReservationTypes, capacityTypes } from "../../api/index.ts";
import type { PlacementGroupScope } from "../catalogue/index.ts";
import type { Ec2Instance, InstanceNetworkInterface } from "../contract/index.ts";
import type { ReservationTarget } from "../launch-templates/template.ts";
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
  readonly reservation?: ReservationTarget;
  /** Group, and partition once EC2 has told it. */
  readonly placementGroup?: PlacementGroupScope;
}

/** An instance as EC2 describes it; `reservedCapacity` is the gate of that name. */
export function instanceOf(
  described: Ec2Instance,
  { reservedCapacity }: { readonly reservedCapacity: boolean },
): Instance | undefined {
  const { InstanceId: id, InstanceType: instanceType } = described;
  const reservation = reservedCapacity ? reservationIn(described) : undefined;
  if (id === undefined || instanceType === undefined) return undefined;
  return {
    id,
    instanceType,
    ...placeOf(described),
    capacityType: capacityTypeOf(described, reservation),
    imageId: described.ImageId ?? "",
    state: described.State?.Name ?? "",
    launchedAt: described.LaunchTime?.getTime() ?? 0,
    tags: tagMap(described.Tags),
    efaCount: (described.NetworkInterfaces ?? []).filter(isEfa).length,
    ...(reservation === undefined ? {} : { reservation }),
    ...placementGroupOf(described),
  };
}

function capacityTypeOf(described: Ec2Instance, reservation: ReservationTarget | undefined): string {
  if (isSpot(described)) return capacityTypes.spot;
  return reservation === undefined ? capacityTypes.onDemand : capacityTypes.reserved;
}

/** Only an instance that may run nowhere else counts as reserved (spec: aws 3.3). */
function reservationIn(described: Ec2Instance): ReservationTarget | undefined {
  const { CapacityReservationId: id, CapacityReservationSpecification, InstanceLifecycle: lifecycle } = described;
  const preference = CapacityReservationSpecification?.CapacityReservationPreference;
  if (id === undefined || preference !== "capacity-reservations-only") return undefined;
  const isBlock = lifecycle === capacityReservationTypes.capacityBlock;
  return {
    id,
    type: isBlock ? capacityReservationTypes.capacityBlock : capacityReservationTypes.default,
    interruptible: lifecycle === "interruptible-capacity-reservation",
  };
}

function placementGroupOf({ Placement }: Ec2Instance): Pick<Instance, "placementGroup"> {
  const { GroupId: id, PartitionNumber: number = 0 } = Placement ?? {};
  if (id === undefined || id === "") return {};
  return { placementGroup: { id, ...(number === 0 ? {} : { partition: String(number) }) } };
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
