import type { MachineFacts, SelectorFacts } from "../../src/provider-aws/catalogue/index.ts";

/**
 * Types that the founding document names and the emulator lacks. Sources: EC2 documentation, "Accelerated computing
 * instance type specifications" (vCPUs, memory, accelerators, network and EBS bandwidth), and the VPC resource
 * controller's table (interfaces, addresses). Their zones are those of p3dn.24xlarge, the one P3 type whose offerings
 * EC2 still lists.
 */
export const supplement: readonly MachineFacts[] = [
  p3("p3.2xlarge", {
    vcpus: 8,
    memoryGib: 61,
    gpus: 1,
    interfaces: 4,
    addresses: 15,
    ebsMbps: 1750,
    networkMbps: 2500,
  }),
  p3("p3.8xlarge", {
    vcpus: 32,
    memoryGib: 244,
    gpus: 4,
    interfaces: 8,
    addresses: 30,
    ebsMbps: 7000,
    networkMbps: 10_000,
  }),
  p3("p3.16xlarge", {
    vcpus: 64,
    memoryGib: 488,
    gpus: 8,
    interfaces: 8,
    addresses: 30,
    ebsMbps: 14_000,
    networkMbps: 25_000,
  }),
];

/**
 * What people choose those types by. Sources: EC2 documentation, "Amazon EBS-optimized instance types" (baseline figures),
 * "Prerequisites for EC2 instance hibernation" and "Dedicated Hosts" (families); the rest as EC2 says of p3dn.24xlarge
 * without its disks.
 */
export const selectorSupplement: readonly SelectorFacts[] = [
  p3Selector("p3.2xlarge", { mbps: 1750, megabytes: 218.75, iops: 10_000 }),
  p3Selector("p3.8xlarge", { mbps: 7000, megabytes: 875, iops: 40_000 }),
  p3Selector("p3.16xlarge", { mbps: 14_000, megabytes: 1750, iops: 80_000 }),
];

function p3Selector(name: string, ebsBaseline: SelectorFacts["ebsBaseline"] & object): SelectorFacts {
  return {
    name,
    rootDevices: ["ebs"],
    virtualizations: ["hvm"],
    diskType: "",
    burstable: false,
    fpga: false,
    hibernation: false,
    ipv6: true,
    nvme: false,
    diskEncryption: true,
    ebsOptimized: true,
    freeTier: false,
    autoRecovery: true,
    dedicatedHosts: true,
    ebsBaseline,
  };
}

export const supplementZones: Readonly<Record<string, readonly string[]>> = {
  "us-east-1": ["us-east-1c", "us-east-1d"],
};

interface P3Size {
  readonly vcpus: number;
  readonly memoryGib: number;
  readonly gpus: number;
  readonly interfaces: number;
  readonly addresses: number;
  readonly ebsMbps: number;
  readonly networkMbps: number;
}

function p3(name: string, size: P3Size): MachineFacts {
  return {
    name,
    architectures: ["x86_64"],
    usageClasses: ["on-demand", "spot"],
    hypervisor: "xen",
    bareMetal: false,
    vcpus: size.vcpus,
    cpuManufacturer: "Intel",
    clockMhz: 2700,
    cpuFeatures: [],
    memoryMib: size.memoryGib * 1024,
    ebsMbps: size.ebsMbps,
    storageNvme: false,
    gpus: [{ name: "V100", manufacturer: "NVIDIA", count: size.gpus, memoryMib: 16_384 }],
    neuronDevices: [],
    accelerators: [],
    enaSupported: true,
    encryptionInTransit: false,
    defaultNetworkCard: 0,
    cardInterfaces: [size.interfaces],
    ipv4PerInterface: size.addresses,
    efaInterfaces: 0,
    networkMbps: size.networkMbps,
    placementStrategies: ["cluster", "partition", "spread"],
    nitroEnclaves: false,
    currentGeneration: true,
  };
}
