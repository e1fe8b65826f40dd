import type { EbsInfo, InstanceStorageInfo, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { SelectorFacts } from "../../src/provider-aws/catalogue/index.ts";

/** What EC2 states beside the facts that decisions are made from (spec: operations 6.2). */
export function selectorFactsOf(info: InstanceTypeInfo): SelectorFacts {
  const { EbsInfo: ebs, InstanceStorageInfo: storage, NetworkInfo: network } = info;
  return {
    name: info.InstanceType ?? "",
    rootDevices: info.SupportedRootDeviceTypes ?? [],
    virtualizations: info.SupportedVirtualizationTypes ?? [],
    diskType: storage?.Disks?.[0]?.Type ?? "",
    burstable: info.BurstablePerformanceSupported ?? false,
    fpga: (info.FpgaInfo?.Fpgas ?? []).length > 0,
    hibernation: info.HibernationSupported ?? false,
    ipv6: network?.Ipv6Supported ?? false,
    freeTier: info.FreeTierEligible ?? false,
    autoRecovery: info.AutoRecoverySupported ?? false,
    dedicatedHosts: info.DedicatedHostsSupported ?? false,
    ...diskFacts(ebs ?? {}, storage ?? {}),
    ...baselineOf(ebs ?? {}),
  };
}

const isSupported = (text: string | undefined): boolean => text !== undefined && text !== "unsupported";

const diskFacts = (ebs: EbsInfo, storage: InstanceStorageInfo) => ({
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
