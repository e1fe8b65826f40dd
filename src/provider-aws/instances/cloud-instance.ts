import { awsAnnotations, awsLabels, awsResourceNames, cloudTags, type EC2NodeClass, labels } from "../../api/index.ts";
import {
  allocatableOf,
  epochMillisOf,
  formatResources,
  type InstanceType,
  type Resources,
  singleValueOf,
  poolKeyAt,
} from "../../core/index.ts";
import type { CloudInstance } from "../../provider/index.ts";
import { type Instance, isTerminating, providerIdOf } from "./instance.ts";

export interface CloudInstanceDetails {
  /** Absent when the class or the type is not known any more; labels and amounts are then few. */
  readonly type?: InstanceType | undefined;
  readonly nodeClass?: EC2NodeClass | undefined;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly price?: number | undefined;
}

/** The port's view of an instance (spec: aws 3.0 "Instance → NodeClaim conversion"). */
export function cloudInstanceOf(instance: Instance, details: CloudInstanceDetails): CloudInstance {
  const poolName = instance.tags[cloudTags.nodePool];
  const { type, price } = details;
  return {
    providerId: providerIdOf(instance),
    instanceType: instance.instanceType,
    zone: instance.zone,
    capacityType: instance.capacityType,
    imageId: instance.imageId,
    launchedAt: epochMillisOf(instance.launchedAt),
    terminating: isTerminating(instance),
    labels: labelsOf(instance, details),
    annotations: details.annotations ?? {},
    capacity: type === undefined ? {} : formatResources(reported(type.capacity, instance)),
    allocatable: type === undefined ? {} : formatResources(reported(allocatableOf(type), instance)),
    ...(poolName === undefined || poolName === "" ? {} : { poolName }),
    ...(price === undefined ? {} : { price }),
  };
}

/** What a type may be, not what an instance is: the instance itself says these. */
const ownLabels: ReadonlySet<string> = new Set([
  awsLabels.capacityReservationId,
  awsLabels.capacityReservationType,
  awsLabels.capacityReservationInterruptible,
  awsLabels.placementGroupId,
  awsLabels.placementGroupPartition,
]);

/** Every single-valued requirement of the type, then what the instance itself settles. */
function labelsOf(instance: Instance, { type, nodeClass }: CloudInstanceDetails): Readonly<Record<string, string>> {
  const { status } = nodeClass ?? {};
  const zoneId = instance.zoneId ?? status?.subnets?.find(({ zone }) => zone === instance.zone)?.zoneID;
  const pool = instance.tags[cloudTags.nodePool];
  return {
    ...typeLabels(type),
    [labels.instanceType]: instance.instanceType,
    [labels.zone]: instance.zone,
    ...(zoneId === undefined ? {} : { [labels.zoneId]: zoneId }),
    [labels.capacityType]: instance.capacityType,
    [awsLabels.instanceTenancy]: instance.tenancy,
    ...reservationLabelsOf(instance),
    ...placementLabelsOf(instance, type?.requirements.has(awsLabels.placementGroupPartition)),
    ...ownerLabel(pool),
  };
}

const reservationLabelsOf = ({ reservation }: Instance): Readonly<Record<string, string>> =>
  reservation === undefined
    ? {}
    : {
        [awsLabels.capacityReservationId]: reservation.id,
        [awsLabels.capacityReservationType]: reservation.type,
        [awsLabels.capacityReservationInterruptible]: String(reservation.interruptible),
      };

/** The partition is empty text while EC2 has not told it. */
function placementLabelsOf(
  { placementGroup }: Instance,
  partitioned: boolean | undefined,
): Readonly<Record<string, string>> {
  if (placementGroup === undefined) return {};
  return {
    [awsLabels.placementGroupId]: placementGroup.id,
    ...(partitioned === true ? { [awsLabels.placementGroupPartition]: placementGroup.partition ?? "" } : {}),
  };
}

function typeLabels(type: InstanceType | undefined): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [key, requirement] of type?.requirements ?? []) {
    const value = singleValueOf(requirement);
    if (value !== undefined && !ownLabels.has(key)) result[key] = value;
  }
  return result;
}

/** Without zeros; EFA only when the instance has such interfaces. */
function reported(resources: Resources, { efaCount }: Instance): Resources {
  return Object.fromEntries(
    Object.entries(resources).filter(([name, amount]) => amount > 0 && (name !== awsResourceNames.efa || efaCount > 0)),
  );
}

/** Annotations of a claim after its launch: what drift is measured against later. */
export const launchAnnotations = (
  hash: string,
  version: string,
  profile: string | undefined,
): Readonly<Record<string, string>> => ({
  [awsAnnotations.ec2NodeClassHash]: hash,
  [awsAnnotations.ec2NodeClassHashVersion]: version,
  ...(profile === undefined ? {} : { [awsAnnotations.instanceProfileName]: profile }),
});

/** The pool's tag holds its address: NodePools and Provisioners each have a label of their own. */
function ownerLabel(address = ""): Readonly<Record<string, string>> {
  if (address === "") return {};
  const { kind, name } = poolKeyAt(address);
  return { [kind === "NodePool" ? labels.nodePool : labels.provisionerName]: name };
}
