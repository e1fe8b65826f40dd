import type { EbsInfo, InstanceStorageInfo, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { SelectorFacts } from "../../src/provider-aws/catalogue/index.ts";

/** What EC2 states beside the facts that decisions are made from (spec: operations 6.2). */
export function selectorFactsOf(info: InstanceTypeInfo): SelectorFacts {
  const { InstanceType: name = "", EbsInfo: ebs = {}, InstanceStorageInfo: storage = {} } = info;
  const { SupportedRootDeviceTypes: rootDevices = [], SupportedVirtualizationTypes: virtualizations = [] } = info;
  return {
    name,
    rootDevices,
    virtualizations,
    ...answersOf(info),
    ...diskFacts(ebs, storage),
    ...baselineOf(ebs),
  };
}

const answersOf = (info: InstanceTypeInfo) => ({
  burstable: info.BurstablePerformanceSupported === true,
  fpga: info.FpgaInfo !== undefined,
  hibernation: info.HibernationSupported === true,
  ipv6: info.NetworkInfo?.Ipv6Supported === true,
  freeTier: info.FreeTierEligible === true,
  autoRecovery: info.AutoRecoverySupported === true,
  dedicatedHosts: info.DedicatedHostsSupported === true,
});

const isSupported = (text: string | undefined): boolean => text !== undefined && text !== "unsupported";

const diskFacts = (ebs: EbsInfo, storage: InstanceStorageInfo) => ({
  diskType: storage.Disks?.[0]?.Type ?? "",
  nvme: isSupported(ebs.NvmeSupport) || isSupported(storage.NvmeSupport),
  diskEncryption: isSupported(ebs.EncryptionSupport) || isSupported(storage.EncryptionSupport),
  ebsOptimized: isSupported(ebs.EbsOptimizedSupport),
});

function baselineOf({ EbsOptimizedInfo: info }: EbsInfo): Pick<SelectorFacts, "ebsBaseline"> {
  if (info === undefined) return {};
  const { BaselineBandwidthInMbps: mbps, BaselineThroughputInMBps: megabytes, BaselineIops: iops } = info;
  return mbps === undefined || megabytes === undefined || iops === undefined
    ? {}
    : { ebsBaseline: { mbps, megabytes, iops } };
}
