/** What EC2 states about one machine type, in a flat form: all that requirements, capacity and overhead are made from. */
export interface MachineFacts {
  readonly name: string;
  /** EC2's words: `x86_64`, `arm64`, `i386`, in EC2's order. */
  readonly architectures: readonly string[];
  /** `on-demand`, `spot`, `capacity-block`. */
  readonly usageClasses: readonly string[];
  /** `nitro`, `xen`, or empty for bare metal. */
  readonly hypervisor: string;
  readonly bareMetal: boolean;
  readonly vcpus: number;
  readonly cpuManufacturer?: string;
  /** 0 when processor facts exist without a speed. */
  readonly clockMhz: number;
  readonly cpuFeatures: readonly string[];
  readonly memoryMib: number;
  /** Maximum EBS bandwidth, only where EBS optimisation is on by default. */
  readonly ebsMbps?: number;
  /** Total instance storage in decimal gigabytes. */
  readonly storageGb?: number;
  /** NVMe support of the instance storage is not `unsupported`. */
  readonly storageNvme: boolean;
  readonly gpus: readonly GpuFacts[];
  readonly neuronDevices: readonly NeuronFacts[];
  readonly accelerators: readonly AcceleratorFacts[];
  readonly enaSupported: boolean;
  readonly encryptionInTransit: boolean;
  readonly defaultNetworkCard: number;
  /** Maximum network interfaces of each card, by card index. */
  readonly cardInterfaces: readonly number[];
  readonly ipv4PerInterface: number;
  readonly efaInterfaces: number;
  /** Sum of the baseline bandwidth of all cards in Mbit/s; absent when unknown. */
  readonly networkMbps?: number;
  readonly placementStrategies: readonly string[];
  readonly nitroEnclaves: boolean;
  readonly currentGeneration: boolean;
}

export interface GpuFacts {
  readonly name: string;
  readonly manufacturer: string;
  readonly count: number;
  readonly memoryMib: number;
}

export interface NeuronFacts {
  readonly name: string;
  readonly count: number;
  readonly coresPerDevice: number;
}

export interface AcceleratorFacts {
  readonly name: string;
  readonly manufacturer: string;
  readonly count: number;
}

/** The VPC resource controller's limits of a type: no API states them (spec: aws 2.2). */
export interface NetworkLimits {
  readonly ipv4PerInterface: number;
  readonly trunking: boolean;
  readonly branchInterfaces: number;
}
