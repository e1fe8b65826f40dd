/**
 * Drift hash of an EC2NodeClass: spec, resolved AMI family, cluster CA bundle and kubelet settings, joined by xor
 * (spec: api 0.5). Names and order of the fields are Go's, for the values have to agree with a running cluster's.
 */
import type { BlockDevice, BlockDeviceMapping, EC2NodeClass, EC2NodeClassSpec } from "../aws/ec2-node-class.ts";
import { resolveAmiFamily } from "../aws/ami-alias.ts";
import { canonicalQuantity } from "../kubernetes/quantity-text.ts";
import { plainBool, plainInt32, plainString, pointerString, stringMap, whenPresent } from "./fields.ts";
import type { Hash } from "./fnv.ts";
import { hashBool, hashInt32, hashInt64, hashList, hashString, hashStruct } from "./fnv.ts";
import { goJson } from "./go-json.ts";

export const ec2NodeClassHashVersion = "v6";

/** Decimal text for the annotation `karpenter.k8s.aws/ec2nodeclass-hash`. `caBundle` is empty when there is none. */
export function ec2NodeClassHash(nodeClass: Pick<EC2NodeClass, "spec">, caBundle: string): string {
  const { spec } = nodeClass;
  const kubelet = spec.kubelet !== undefined && Object.keys(spec.kubelet).length > 0 ? goJson(spec.kubelet) : "null";
  const parts = [
    hashSpec(spec),
    hashString(resolveAmiFamily(spec) ?? "Custom"),
    hashString(caBundle),
    hashString(kubelet),
  ];
  return parts.reduce((all, part) => all ^ part, 0n).toString();
}

function hashSpec(spec: EC2NodeClassSpec): Hash {
  return hashStruct("EC2NodeClassSpec", [
    ["PlacementGroupSelector", whenPresent(spec.placementGroupSelector, hashPlacementGroupSelector)],
    ["AssociatePublicIPAddress", whenPresent(spec.associatePublicIPAddress, hashBool)],
    ["UserData", pointerString(spec.userData)],
    ["Role", plainString(spec.role)],
    ["InstanceProfile", pointerString(spec.instanceProfile)],
    ["Tags", stringMap(spec.tags)],
    ["BlockDeviceMappings", whenPresent(spec.blockDeviceMappings, (list) => hashList(list, hashBlockDeviceMapping))],
    ["InstanceStorePolicy", pointerString(spec.instanceStorePolicy)],
    ["NetworkInterfaces", whenPresent(spec.networkInterfaces, (list) => hashList(list, hashNetworkInterface))],
    ["DetailedMonitoring", whenPresent(spec.detailedMonitoring, hashBool)],
    ["MetadataOptions", whenPresent(spec.metadataOptions, hashMetadataOptions)],
    ["ConnectionTracking", whenPresent(spec.connectionTracking, hashConnectionTracking)],
    ["Context", pointerString(spec.context)],
    ["CPUOptions", whenPresent(spec.cpuOptions, hashCpuOptions)],
  ]);
}

function hashPlacementGroupSelector(selector: NonNullable<EC2NodeClassSpec["placementGroupSelector"]>): Hash {
  return hashStruct("PlacementGroupSelector", [
    ["Name", plainString(selector.name)],
    ["ID", plainString(selector.id)],
  ]);
}

function hashBlockDeviceMapping(mapping: BlockDeviceMapping): Hash {
  return hashStruct("BlockDeviceMapping", [
    ["DeviceName", pointerString(mapping.deviceName)],
    ["EBS", whenPresent(mapping.ebs, hashBlockDevice)],
    ["RootVolume", plainBool(mapping.rootVolume, hashBool)],
  ]);
}

function hashBlockDevice(device: BlockDevice): Hash {
  return hashStruct("BlockDevice", [
    ["DeleteOnTermination", whenPresent(device.deleteOnTermination, hashBool)],
    ["Encrypted", whenPresent(device.encrypted, hashBool)],
    ["IOPS", whenPresent(device.iops, hashInt64)],
    ["KMSKeyID", pointerString(device.kmsKeyID)],
    ["SnapshotID", pointerString(device.snapshotID)],
    ["Throughput", whenPresent(device.throughput, hashInt64)],
    ["VolumeInitializationRate", whenPresent(device.volumeInitializationRate, hashInt32)],
    ["VolumeSize", whenPresent(device.volumeSize, (size) => hashString(canonicalQuantity(size)))],
    ["VolumeType", pointerString(device.volumeType)],
  ]);
}

function hashNetworkInterface(item: NonNullable<EC2NodeClassSpec["networkInterfaces"]>[number]): Hash {
  return hashStruct("NetworkInterface", [
    ["NetworkCardIndex", plainInt32(item.networkCardIndex)],
    ["DeviceIndex", plainInt32(item.deviceIndex)],
    ["InterfaceType", plainString(item.interfaceType)],
  ]);
}

function hashMetadataOptions(options: NonNullable<EC2NodeClassSpec["metadataOptions"]>): Hash {
  return hashStruct("MetadataOptions", [
    ["HTTPEndpoint", pointerString(options.httpEndpoint)],
    ["HTTPProtocolIPv6", pointerString(options.httpProtocolIPv6)],
    ["HTTPPutResponseHopLimit", whenPresent(options.httpPutResponseHopLimit, hashInt64)],
    ["HTTPTokens", pointerString(options.httpTokens)],
  ]);
}

function hashConnectionTracking(tracking: NonNullable<EC2NodeClassSpec["connectionTracking"]>): Hash {
  return hashStruct("ConnectionTracking", [
    ["TCPEstablishedTimeout", whenPresent(tracking.tcpEstablishedTimeout, hashInt32)],
    ["UDPStreamTimeout", whenPresent(tracking.udpStreamTimeout, hashInt32)],
    ["UDPTimeout", whenPresent(tracking.udpTimeout, hashInt32)],
  ]);
}

function hashCpuOptions(options: NonNullable<EC2NodeClassSpec["cpuOptions"]>): Hash {
  return hashStruct("CPUOptions", [["NestedVirtualization", pointerString(options.nestedVirtualization)]]);
}
