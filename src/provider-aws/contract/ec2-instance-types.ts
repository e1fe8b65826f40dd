/**
 * Shapes of DescribeInstanceTypes and DescribeInstanceTypeOfferings as in the AWS SDK for JavaScript v3, narrowed to the
 * fields that are read (spec: aws 1.5, 2.2). `| undefined` lets the SDK's own values be passed without copying.
 */
import type { Filter } from "./request.ts";

export interface InstanceTypeInfo {
  readonly InstanceType?: string | undefined;
  readonly SupportedUsageClasses?: readonly string[] | undefined;
  readonly SupportedVirtualizationTypes?: readonly string[] | undefined;
  readonly BareMetal?: boolean | undefined;
  readonly Hypervisor?: string | undefined;
  readonly CurrentGeneration?: boolean | undefined;
  readonly ProcessorInfo?: ProcessorInfo | undefined;
  readonly VCpuInfo?: { readonly DefaultVCpus?: number | undefined } | undefined;
  readonly MemoryInfo?: MemorySize | undefined;
  readonly InstanceStorageInfo?: InstanceStorageInfo | undefined;
  readonly EbsInfo?: EbsInfo | undefined;
  readonly NetworkInfo?: NetworkInfo | undefined;
  readonly GpuInfo?: { readonly Gpus?: readonly GpuDevice[] | undefined } | undefined;
  readonly InferenceAcceleratorInfo?:
    | { readonly Accelerators?: readonly InferenceAccelerator[] | undefined }
    | undefined;
  readonly NeuronInfo?: { readonly NeuronDevices?: readonly NeuronDevice[] | undefined } | undefined;
  readonly PlacementGroupInfo?: { readonly SupportedStrategies?: readonly string[] | undefined } | undefined;
  readonly NitroEnclavesSupport?: string | undefined;
}

export interface ProcessorInfo {
  readonly SupportedArchitectures?: readonly string[] | undefined;
  readonly SustainedClockSpeedInGhz?: number | undefined;
  readonly SupportedFeatures?: readonly string[] | undefined;
  readonly Manufacturer?: string | undefined;
}

export interface MemorySize {
  readonly SizeInMiB?: number | undefined;
}

export interface InstanceStorageInfo {
  readonly TotalSizeInGB?: number | undefined;
  readonly NvmeSupport?: string | undefined;
}

export interface EbsInfo {
  readonly EbsOptimizedSupport?: string | undefined;
  readonly EbsOptimizedInfo?: { readonly MaximumBandwidthInMbps?: number | undefined } | undefined;
}

export interface NetworkInfo {
  readonly EnaSupport?: string | undefined;
  readonly EncryptionInTransitSupported?: boolean | undefined;
  readonly DefaultNetworkCardIndex?: number | undefined;
  readonly NetworkCards?: readonly NetworkCardInfo[] | undefined;
  readonly Ipv4AddressesPerInterface?: number | undefined;
  readonly EfaInfo?: { readonly MaximumEfaInterfaces?: number | undefined } | undefined;
}

export interface NetworkCardInfo {
  readonly NetworkCardIndex?: number | undefined;
  readonly MaximumNetworkInterfaces?: number | undefined;
  readonly BaselineBandwidthInGbps?: number | undefined;
}

export interface GpuDevice {
  readonly Name?: string | undefined;
  readonly Manufacturer?: string | undefined;
  readonly Count?: number | undefined;
  readonly MemoryInfo?: MemorySize | undefined;
}

export interface InferenceAccelerator {
  readonly Name?: string | undefined;
  readonly Manufacturer?: string | undefined;
  readonly Count?: number | undefined;
}

export interface NeuronDevice {
  readonly Name?: string | undefined;
  readonly Count?: number | undefined;
  readonly CoreInfo?: { readonly Count?: number | undefined } | undefined;
}

export interface DescribeInstanceTypesRequest {
  readonly DryRun?: boolean;
  readonly Filters?: readonly Filter[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface DescribeInstanceTypesResult {
  readonly InstanceTypes?: readonly InstanceTypeInfo[] | undefined;
  readonly NextToken?: string | undefined;
}

export interface InstanceTypeOffering {
  readonly InstanceType?: string | undefined;
  readonly Location?: string | undefined;
}

export interface DescribeInstanceTypeOfferingsRequest {
  readonly LocationType?: "availability-zone";
  readonly Filters?: readonly Filter[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface DescribeInstanceTypeOfferingsResult {
  readonly InstanceTypeOfferings?: readonly InstanceTypeOffering[] | undefined;
  readonly NextToken?: string | undefined;
}
