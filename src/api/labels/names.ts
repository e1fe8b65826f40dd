/**
 * Names of labels on nodes, claims and pools (spec: api 5.1). Wire strings live in this folder once; no other room
 * spells them.
 */

/** Labels of Kubernetes and of Karpenter's core. */
export const labels = Object.freeze({
  zone: "topology.kubernetes.io/zone",
  region: "topology.kubernetes.io/region",
  instanceType: "node.kubernetes.io/instance-type",
  arch: "kubernetes.io/arch",
  os: "kubernetes.io/os",
  windowsBuild: "node.kubernetes.io/windows-build",
  hostname: "kubernetes.io/hostname",
  nodePool: "karpenter.sh/nodepool",
  provisionerName: "karpenter.sh/provisioner-name",
  capacityType: "karpenter.sh/capacity-type",
  registered: "karpenter.sh/registered",
  initialized: "karpenter.sh/initialized",
  doNotSyncTaints: "karpenter.sh/do-not-sync-taints",
  excludeFromExternalLoadBalancers: "node.kubernetes.io/exclude-from-external-load-balancers",
  zoneId: "topology.k8s.aws/zone-id",
});

/** Labels of the AWS provider. `ec2NodeClass` is the only one that is not well-known. */
export const awsLabels = Object.freeze({
  ec2NodeClass: "karpenter.k8s.aws/ec2nodeclass",
  instanceCategory: "karpenter.k8s.aws/instance-category",
  instanceGeneration: "karpenter.k8s.aws/instance-generation",
  instanceFamily: "karpenter.k8s.aws/instance-family",
  instanceSize: "karpenter.k8s.aws/instance-size",
  instanceCapabilityFlex: "karpenter.k8s.aws/instance-capability-flex",
  instanceCpu: "karpenter.k8s.aws/instance-cpu",
  instanceCpuManufacturer: "karpenter.k8s.aws/instance-cpu-manufacturer",
  instanceCpuSustainedClockSpeedMhz: "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz",
  instanceMemory: "karpenter.k8s.aws/instance-memory",
  instanceEbsBandwidth: "karpenter.k8s.aws/instance-ebs-bandwidth",
  instanceNetworkBandwidth: "karpenter.k8s.aws/instance-network-bandwidth",
  instanceHypervisor: "karpenter.k8s.aws/instance-hypervisor",
  instanceEncryptionInTransitSupported: "karpenter.k8s.aws/instance-encryption-in-transit-supported",
  nitroSandbox: "karpenter.k8s.aws/nitro-sandbox",
  instanceLocalNvme: "karpenter.k8s.aws/instance-local-nvme",
  instanceGpuName: "karpenter.k8s.aws/instance-gpu-name",
  instanceGpuManufacturer: "karpenter.k8s.aws/instance-gpu-manufacturer",
  instanceGpuCount: "karpenter.k8s.aws/instance-gpu-count",
  instanceGpuMemory: "karpenter.k8s.aws/instance-gpu-memory",
  instanceAcceleratorName: "karpenter.k8s.aws/instance-accelerator-name",
  instanceAcceleratorManufacturer: "karpenter.k8s.aws/instance-accelerator-manufacturer",
  instanceAcceleratorCount: "karpenter.k8s.aws/instance-accelerator-count",
  instanceTenancy: "karpenter.k8s.aws/instance-tenancy",
  capacityReservationId: "karpenter.k8s.aws/capacity-reservation-id",
  capacityReservationType: "karpenter.k8s.aws/capacity-reservation-type",
  capacityReservationInterruptible: "karpenter.k8s.aws/capacity-reservation-interruptible",
  placementGroupId: "karpenter.k8s.aws/placement-group-id",
  placementGroupPartition: "karpenter.k8s.aws/placement-group-partition",
  zoneId: labels.zoneId,
});

/** Labels of the KWOK provider; the last three are for its own bookkeeping and are not well-known. */
export const kwokLabels = Object.freeze({
  instanceSize: "karpenter.kwok.sh/instance-size",
  instanceFamily: "karpenter.kwok.sh/instance-family",
  instanceCpu: "karpenter.kwok.sh/instance-cpu",
  instanceMemory: "karpenter.kwok.sh/instance-memory",
  node: "kwok.x-k8s.io/node",
  instancePrice: "eks-node-viewer/instance-price",
  partition: "kwok-partition",
});

/** Values of `karpenter.sh/capacity-type`. */
export const capacityTypes = Object.freeze({ reserved: "reserved", spot: "spot", onDemand: "on-demand" });

/** Capacity types, most preferred first. */
export const capacityTypePreference: readonly string[] = Object.freeze([
  capacityTypes.reserved,
  capacityTypes.spot,
  capacityTypes.onDemand,
]);

/** Values of `karpenter.k8s.aws/instance-tenancy`. */
export const tenancies = Object.freeze({ default: "default", dedicated: "dedicated" });

/** Values of `karpenter.k8s.aws/capacity-reservation-type`. */
export const capacityReservationTypes = Object.freeze({ default: "default", capacityBlock: "capacity-block" });

/** Values of `node.kubernetes.io/windows-build`, by AMI family. */
export const windowsBuilds = Object.freeze({
  Windows2019: "10.0.17763",
  Windows2022: "10.0.20348",
  Windows2025: "10.0.26100",
});

/** Value of `node.kubernetes.io/exclude-from-external-load-balancers` on a node that is being drained. */
export const excludedFromLoadBalancersBy = "karpenter";

/** Value of `kwok.x-k8s.io/node`, as label and as annotation. */
export const kwokNodeValue = "fake";

/** Key of the label that names a claim's node class: `<group>/<kind in lower case>` (api 5.1). */
export function nodeClassLabelKey(ref: { readonly group: string; readonly kind: string }): string {
  return `${ref.group}/${ref.kind.toLowerCase()}`;
}
