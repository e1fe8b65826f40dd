import type { InstanceTypeInfo, NetworkInfo } from "../contract/index.ts";
import type { MachineFacts } from "./facts.ts";

/** Facts of an EC2 answer; undefined when the answer lacks what a machine cannot be without (name, vCPUs, memory). */
export function factsOf(info: InstanceTypeInfo): MachineFacts | undefined {
  const name = info.InstanceType;
  const vcpus = info.VCpuInfo?.DefaultVCpus;
  const memoryMib = info.MemoryInfo?.SizeInMiB;
  if (name === undefined || vcpus === undefined || memoryMib === undefined) return undefined;
  return {
    name,
    vcpus,
    memoryMib,
    ...kindFacts(info),
    ...processorFacts(info),
    ...storageFacts(info),
    ...deviceFacts(info),
    ...networkFacts(info.NetworkInfo ?? {}),
  };
}

function kindFacts(info: InstanceTypeInfo) {
  return {
    usageClasses: info.SupportedUsageClasses ?? [],
    hypervisor: info.Hypervisor ?? "",
    bareMetal: info.BareMetal ?? false,
    placementStrategies: info.PlacementGroupInfo?.SupportedStrategies ?? [],
    nitroEnclaves: info.NitroEnclavesSupport === "supported",
    currentGeneration: info.CurrentGeneration ?? false,
  };
}

function processorFacts({ ProcessorInfo: processor }: InstanceTypeInfo) {
  const manufacturer = processor?.Manufacturer;
  return {
    architectures: processor?.SupportedArchitectures ?? [],
    ...(manufacturer === undefined ? {} : { cpuManufacturer: manufacturer }),
    clockMhz: Math.round((processor?.SustainedClockSpeedInGhz ?? 0) * 1000),
    cpuFeatures: processor?.SupportedFeatures ?? [],
  };
}

function storageFacts({ EbsInfo: ebs, InstanceStorageInfo: storage }: InstanceTypeInfo) {
  const ebsMbps = ebs?.EbsOptimizedSupport === "default" ? ebs.EbsOptimizedInfo?.MaximumBandwidthInMbps : undefined;
  const storageGb = storage?.TotalSizeInGB;
  return {
    ...(ebsMbps === undefined ? {} : { ebsMbps }),
    ...(storageGb === undefined ? {} : { storageGb }),
    storageNvme: storage?.NvmeSupport !== undefined && storage.NvmeSupport !== "unsupported",
  };
}

function deviceFacts(info: InstanceTypeInfo) {
  return {
    gpus: (info.GpuInfo?.Gpus ?? []).map((gpu) => ({
      name: gpu.Name ?? "",
      manufacturer: gpu.Manufacturer ?? "",
      count: gpu.Count ?? 0,
      memoryMib: gpu.MemoryInfo?.SizeInMiB ?? 0,
    })),
    neuronDevices: (info.NeuronInfo?.NeuronDevices ?? []).map((device) => ({
      name: device.Name ?? "",
      count: device.Count ?? 0,
      coresPerDevice: device.CoreInfo?.Count ?? 0,
    })),
    accelerators: (info.InferenceAcceleratorInfo?.Accelerators ?? []).map((accelerator) => ({
      name: accelerator.Name ?? "",
      manufacturer: accelerator.Manufacturer ?? "",
      count: accelerator.Count ?? 0,
    })),
  };
}

function networkFacts(network: NetworkInfo) {
  const cards = (network.NetworkCards ?? []).toSorted((a, b) => (a.NetworkCardIndex ?? 0) - (b.NetworkCardIndex ?? 0));
  const gigabits = cards.map((card) => card.BaselineBandwidthInGbps);
  const known = gigabits.length > 0 && gigabits.every((value) => value !== undefined);
  return {
    enaSupported: network.EnaSupport !== undefined && network.EnaSupport !== "unsupported",
    encryptionInTransit: network.EncryptionInTransitSupported ?? false,
    defaultNetworkCard: network.DefaultNetworkCardIndex ?? 0,
    cardInterfaces: cards.map((card) => card.MaximumNetworkInterfaces ?? 0),
    ipv4PerInterface: network.Ipv4AddressesPerInterface ?? 0,
    efaInterfaces: network.EfaInfo?.MaximumEfaInterfaces ?? 0,
    ...(known ? { networkMbps: Math.round(gigabits.reduce((sum, value) => sum + value, 0) * 1000) } : {}),
  };
}

/** The EC2 answer that carries these facts; `factsOf` of it gives them back. */
export function instanceTypeInfoOf(facts: MachineFacts): InstanceTypeInfo {
  return {
    InstanceType: facts.name,
    CurrentGeneration: facts.currentGeneration,
    SupportedUsageClasses: facts.usageClasses,
    SupportedVirtualizationTypes: ["hvm"],
    BareMetal: facts.bareMetal,
    ...(facts.hypervisor === "" ? {} : { Hypervisor: facts.hypervisor }),
    ProcessorInfo: {
      SupportedArchitectures: facts.architectures,
      SustainedClockSpeedInGhz: facts.clockMhz === 0 ? undefined : facts.clockMhz / 1000,
      ...(facts.cpuFeatures.length === 0 ? {} : { SupportedFeatures: facts.cpuFeatures }),
      Manufacturer: facts.cpuManufacturer,
    },
    VCpuInfo: { DefaultVCpus: facts.vcpus },
    MemoryInfo: { SizeInMiB: facts.memoryMib },
    ...storageInfoOf(facts),
    ...deviceInfoOf(facts),
    NetworkInfo: networkInfoOf(facts),
    PlacementGroupInfo: { SupportedStrategies: facts.placementStrategies },
    NitroEnclavesSupport: facts.nitroEnclaves ? "supported" : "unsupported",
  };
}

function storageInfoOf({ ebsMbps, storageGb, storageNvme }: MachineFacts): InstanceTypeInfo {
  return {
    EbsInfo:
      ebsMbps === undefined
        ? { EbsOptimizedSupport: "unsupported" }
        : { EbsOptimizedSupport: "default", EbsOptimizedInfo: { MaximumBandwidthInMbps: ebsMbps } },
    ...(storageGb === undefined
      ? {}
      : { InstanceStorageInfo: { TotalSizeInGB: storageGb, NvmeSupport: storageNvme ? "required" : "unsupported" } }),
  };
}

function deviceInfoOf({ gpus, accelerators, neuronDevices }: MachineFacts): InstanceTypeInfo {
  const info: { -readonly [K in keyof InstanceTypeInfo]: InstanceTypeInfo[K] } = {};
  if (gpus.length > 0)
    info.GpuInfo = {
      Gpus: gpus.map(({ name, manufacturer, count, memoryMib }) => ({
        Name: name,
        Manufacturer: manufacturer,
        Count: count,
        MemoryInfo: { SizeInMiB: memoryMib },
      })),
    };
  if (accelerators.length > 0)
    info.InferenceAcceleratorInfo = {
      Accelerators: accelerators.map(({ name, manufacturer, count }) => ({
        Name: name,
        Manufacturer: manufacturer,
        Count: count,
      })),
    };
  if (neuronDevices.length > 0)
    info.NeuronInfo = {
      NeuronDevices: neuronDevices.map(({ name, count, coresPerDevice }) => ({
        Name: name,
        Count: count,
        CoreInfo: { Count: coresPerDevice },
      })),
    };
  return info;
}

function networkInfoOf(facts: MachineFacts): NetworkInfo {
  const share = facts.networkMbps === undefined ? undefined : facts.networkMbps / 1000 / facts.cardInterfaces.length;
  return {
    EnaSupport: facts.enaSupported ? "required" : "unsupported",
    EncryptionInTransitSupported: facts.encryptionInTransit,
    DefaultNetworkCardIndex: facts.defaultNetworkCard,
    NetworkCards: facts.cardInterfaces.map((interfaces, index) => ({
      NetworkCardIndex: index,
      MaximumNetworkInterfaces: interfaces,
      BaselineBandwidthInGbps: share,
    })),
    Ipv4AddressesPerInterface: facts.ipv4PerInterface,
    ...(facts.efaInterfaces === 0 ? {} : { EfaInfo: { MaximumEfaInterfaces: facts.efaInterfaces } }),
  };
}
