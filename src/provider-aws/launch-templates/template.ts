import { capacityReservationTypes, type EC2NodeClass } from "../../api/index.ts";
import { ok, type Result } from "../../core/index.ts";
import { amiFamilies, amiFamilyOf, type PlacementGroupScope } from "../catalogue/index.ts";
import type {
  CreateLaunchTemplateRequest,
  LaunchTemplateBlockDevice,
  LaunchTemplateData,
  LaunchTemplateInterface,
} from "../contract/index.ts";
import { tagList } from "../tags.ts";
import type { UserDataFailure } from "../user-data/amazon-linux.ts";
import { type BootstrapInput, isIpv6 } from "../user-data/input.ts";
import { renderUserData } from "../user-data/render.ts";
import { volumeSizeGib } from "./volume-size.ts";
import { stableHash } from "./stable-hash.ts";

/** What one launch template stands for; its name is the hash of all of it (spec: aws 3.7). */
export interface TemplateInput {
  readonly nodeClass: EC2NodeClass;
  readonly region: string;
  readonly imageId: string;
  readonly capacityType: string;
  readonly tenancy: "default" | "dedicated";
  readonly tags: Readonly<Record<string, string>>;
  readonly bootstrap: BootstrapInput;
  /** Interfaces of type `efa` to create; 0 for an ordinary machine. */
  readonly efaCount: number;
  readonly enclave: boolean;
  /** Gate ReservedCapacity. */
  readonly reservedCapacity: boolean;
  readonly reservation?: ReservationTarget;
  readonly placementGroup?: PlacementGroupScope;
}

/** The reservation that a launch is to use up. */
export interface ReservationTarget {
  readonly id: string;
  /** `default` or `capacity-block`. */
  readonly type: string;
  readonly interruptible: boolean;
}

export const launchTemplatePrefix = "karpenter.k8s.aws/";

export function launchTemplateName(input: TemplateInput): string {
  const { nodeClass, ...rest } = input;
  const { spec, status, metadata } = nodeClass;
  const hashed = {
    ...rest,
    nodeClass: metadata.name,
    instanceProfile: status?.instanceProfile,
    securityGroups: status?.securityGroups?.map(({ id }) => id),
    blockDevices: spec.blockDeviceMappings,
    metadataOptions: spec.metadataOptions,
    cpuOptions: spec.cpuOptions,
    monitoring: spec.detailedMonitoring,
    networkInterfaces: spec.networkInterfaces,
    publicAddress: spec.associatePublicIPAddress,
    prefixes: spec.ipPrefixCount,
    connectionTracking: spec.connectionTracking,
  };
  return `${launchTemplatePrefix}${stableHash(hashed)}`;
}

/** The request that creates the template; fails when the class' user data cannot be merged. */
export function launchTemplateRequest(input: TemplateInput): Result<CreateLaunchTemplateRequest, UserDataFailure> {
  const userData = renderUserData(input.bootstrap);
  if (!userData.ok) return userData;
  const tags = tagList(input.tags);
  return ok({
    LaunchTemplateName: launchTemplateName(input),
    LaunchTemplateData: templateData(input, userData.value),
    TagSpecifications: [{ ResourceType: "launch-template", Tags: tags }],
  });
}

function templateData(input: TemplateInput, userData: string | undefined): LaunchTemplateData {
  const { spec, status } = input.nodeClass;
  const devices = blockDevices(input.nodeClass);
  const profile = status?.instanceProfile;
  const tags = tagList(input.tags);
  const tagged =
    input.capacityType === "spot" ? ["network-interface", "spot-instances-request"] : ["network-interface"];
  return {
    ...(devices.length === 0 ? {} : { BlockDeviceMappings: devices }),
    ...(spec.cpuOptions?.nestedVirtualization === undefined
      ? {}
      : { CpuOptions: { NestedVirtualization: spec.cpuOptions.nestedVirtualization } }),
    ...(profile === undefined ? {} : { IamInstanceProfile: { Name: profile } }),
    Monitoring: { Enabled: spec.detailedMonitoring ?? false },
    ImageId: input.imageId,
    ...(userData === undefined ? {} : { UserData: userData }),
    MetadataOptions: metadataOptions(input),
    NetworkInterfaces: networkInterfaces(input),
    TagSpecifications: tagged.map((ResourceType) => ({ ResourceType, Tags: tags })),
    Placement: placement(input),
    EnclaveOptions: { Enabled: input.enclave },
    ...reservationOptions(input),
  };
}

function placement({ tenancy, placementGroup: group }: TemplateInput): NonNullable<LaunchTemplateData["Placement"]> {
  return {
    Tenancy: tenancy,
    ...(group === undefined ? {} : { GroupId: group.id }),
    ...(group?.partition === undefined ? {} : { PartitionNumber: Number(group.partition) }),
  };
}

/** Without a reservation of ours an open one of somebody else must not be used up (spec: aws 3.7). */
function reservationOptions({
  reservedCapacity,
  reservation,
}: TemplateInput): Pick<LaunchTemplateData, "CapacityReservationSpecification" | "InstanceMarketOptions"> {
  if (!reservedCapacity) return {};
  if (reservation === undefined) return { CapacityReservationSpecification: { CapacityReservationPreference: "none" } };
  const specification = {
    CapacityReservationPreference: "capacity-reservations-only",
    CapacityReservationTarget: { CapacityReservationId: reservation.id },
  } as const;
  const market = marketOf(reservation);
  return {
    CapacityReservationSpecification: specification,
    ...(market === undefined ? {} : { InstanceMarketOptions: { MarketType: market } }),
  };
}

function marketOf({ type, interruptible }: ReservationTarget) {
  if (type === capacityReservationTypes.capacityBlock) return "capacity-block" as const;
  return interruptible ? ("interruptible-capacity-reservation" as const) : undefined;
}

function blockDevices({ spec }: EC2NodeClass): readonly LaunchTemplateBlockDevice[] {
  if (spec.blockDeviceMappings === undefined)
    return amiFamilies[amiFamilyOf(spec)].defaultVolumes.map(({ device, sizeGib }) => ({
      DeviceName: device,
      Ebs: { DeleteOnTermination: true, Encrypted: true, VolumeSize: sizeGib, VolumeType: "gp3" },
    }));
  return spec.blockDeviceMappings.map(({ deviceName, ebs }) => ({
    ...(deviceName === undefined ? {} : { DeviceName: deviceName }),
    ...(ebs === undefined ? {} : { Ebs: ebsOf(ebs) }),
  }));
}

type Ebs = NonNullable<NonNullable<EC2NodeClass["spec"]["blockDeviceMappings"]>[number]["ebs"]>;

function ebsOf(ebs: Ebs): NonNullable<LaunchTemplateBlockDevice["Ebs"]> {
  return defined({
    DeleteOnTermination: ebs.deleteOnTermination,
    Encrypted: ebs.encrypted,
    Iops: ebs.iops === 0 ? undefined : ebs.iops,
    Throughput: ebs.throughput === 0 ? undefined : ebs.throughput,
    KmsKeyId: ebs.kmsKeyID,
    SnapshotId: ebs.snapshotID,
    VolumeInitializationRate: ebs.volumeInitializationRate,
    VolumeSize: ebs.volumeSize === undefined ? undefined : volumeSizeGib(ebs.volumeSize),
    VolumeType: ebs.volumeType,
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the members that are undefined. */
const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;

/** Regions whose EC2 does not know the field. */
const withoutIpv6Metadata: ReadonlySet<string> = new Set([
  "us-iso-east-1",
  "us-iso-west-1",
  "us-isob-east-1",
  "us-isob-west-1",
  "us-isof-south-1",
  "us-isof-east-1",
]);

function metadataOptions({
  nodeClass,
  region,
  bootstrap,
}: TemplateInput): NonNullable<LaunchTemplateData["MetadataOptions"]> {
  const options = nodeClass.spec.metadataOptions;
  const ipv6 = options?.httpProtocolIPv6 ?? (isIpv6(bootstrap.cluster.dns) ? "enabled" : "disabled");
  return {
    HttpEndpoint: options?.httpEndpoint ?? "disabled",
    ...(withoutIpv6Metadata.has(region) ? {} : { HttpProtocolIpv6: ipv6 }),
    HttpPutResponseHopLimit: options?.httpPutResponseHopLimit ?? 2,
    HttpTokens: options?.httpTokens ?? "required",
    InstanceMetadataTags: "disabled",
  };
}

function networkInterfaces(input: TemplateInput): readonly LaunchTemplateInterface[] {
  const Groups = (input.nodeClass.status?.securityGroups ?? []).map(({ id }) => id);
  const listed = input.nodeClass.spec.networkInterfaces ?? [];
  if (listed.length > 0)
    return listed.map(({ networkCardIndex, deviceIndex, interfaceType }) => ({
      NetworkCardIndex: networkCardIndex,
      DeviceIndex: deviceIndex,
      InterfaceType: interfaceType,
      Groups,
      ...(interfaceType === "efa-only" ? {} : addressing(input)),
    }));
  if (input.efaCount > 0)
    return Array.from({ length: input.efaCount }, (_, card) => ({
      NetworkCardIndex: card,
      DeviceIndex: card === 0 ? 0 : 1,
      InterfaceType: "efa",
      Groups,
      ...addressing(input),
    }));
  return [{ DeviceIndex: 0, Groups, ...addressing(input) }];
}

function addressing({ nodeClass, bootstrap }: TemplateInput): Partial<LaunchTemplateInterface> {
  const { associatePublicIPAddress, ipPrefixCount, connectionTracking } = nodeClass.spec;
  const ipv6 = isIpv6(bootstrap.cluster.dns);
  return {
    ...(associatePublicIPAddress === undefined ? {} : { AssociatePublicIpAddress: associatePublicIPAddress }),
    ...(ipPrefixCount === undefined
      ? {}
      : ipv6
        ? { Ipv6PrefixCount: ipPrefixCount }
        : { Ipv4PrefixCount: ipPrefixCount }),
    ...(ipv6 ? { PrimaryIpv6: true, Ipv6AddressCount: 1 } : {}),
    ...(connectionTracking === undefined
      ? {}
      : {
          ConnectionTrackingSpecification: defined({
            TcpEstablishedTimeout: connectionTracking.tcpEstablishedTimeout,
            UdpStreamTimeout: connectionTracking.udpStreamTimeout,
            UdpTimeout: connectionTracking.udpTimeout,
          }),
        }),
  };
}
