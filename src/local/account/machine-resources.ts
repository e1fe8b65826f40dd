import { type AmiFamily, awsResourceNames, type ResourceQuantities } from "../../api/index.ts";
import { computeAllocatable, formatResources, type Resources } from "../../core/index.ts";
import {
  type ClassFacts,
  defaultResolutionSettings,
  type MachineFacts,
  machineCapacity,
  machineOverhead,
  type NetworkLimits,
  readKubeletSettings,
} from "../../provider-aws/catalogue/index.ts";
import { type LaunchTemplateData, ServiceError } from "../../provider-aws/contract/index.ts";
import type { AccountImage } from "./images.ts";
import type { Registration } from "./user-data.ts";

/** What the node of a machine says it has, reckoned on the machine itself from what it was launched with. */
export function machineResources(
  facts: MachineFacts,
  launch: {
    readonly data: LaunchTemplateData;
    readonly image: AccountImage;
    readonly registration: Registration;
    readonly limits: NetworkLimits | undefined;
  },
): { readonly capacity: ResourceQuantities; readonly allocatable: ResourceQuantities } {
  const classFacts = factsOfLaunch(launch);
  const efa = launch.data.NetworkInterfaces.filter(
    ({ InterfaceType }) => InterfaceType?.startsWith("efa") === true,
  ).length;
  const computed = machineCapacity(facts, classFacts, defaultResolutionSettings, launch.limits);
  const capacity = withEfa(computed, efa);
  const { kubeReserved, systemReserved, evictionThreshold } = machineOverhead(facts, classFacts, capacity);
  const allocatable = computeAllocatable(capacity, [kubeReserved, systemReserved, evictionThreshold]);
  return { capacity: formatResources(capacity), allocatable: formatResources(allocatable) };
}

/** A node has as many EFA devices as it was launched with, whatever its type could carry. */
function withEfa(resources: Resources, count: number): Resources {
  const { [awsResourceNames.efa]: _, ...others } = resources;
  return count === 0 ? others : { ...others, [awsResourceNames.efa]: count };
}

function factsOfLaunch(launch: Parameters<typeof machineResources>[1]): ClassFacts {
  const { data, image, registration } = launch;
  const kubelet = readKubeletSettings(registration.kubelet);
  if (!kubelet.ok) throw new ServiceError("InvalidUserData.Malformed", kubelet.failure.message);
  return {
    amiFamily: familyOf(image),
    zones: [],
    kubelet: kubelet.value,
    blockDevices: (data.BlockDeviceMappings ?? []).map(({ DeviceName = "", Ebs }) => ({
      deviceName: DeviceName,
      ...(Ebs?.VolumeSize === undefined ? {} : { ebs: { volumeSize: `${Ebs.VolumeSize}Gi` } }),
    })),
    raid0: registration.raid0,
    networkInterfaces: [],
    ipPrefixCount: 0,
    reservations: [],
    connectionTracking: false,
    nestedVirtualization: false,
  };
}

function familyOf({ name, os }: AccountImage): AmiFamily {
  if (os === "windows") return "Windows2022";
  if (name.startsWith("bottlerocket")) return "Bottlerocket";
  return name.includes("al2023") ? "AL2023" : "AL2";
}
