/**
 * Every label, annotation, taint, finalizer and resource name that the product reads or writes (spec: api 5).
 * Wire strings live here once; no other room spells them.
 */

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

export const capacityTypes = Object.freeze({ reserved: "reserved", spot: "spot", onDemand: "on-demand" });

export const annotations = Object.freeze({
  doNotDisrupt: "karpenter.sh/do-not-disrupt",
  nodePoolHash: "karpenter.sh/nodepool-hash",
  nodePoolHashVersion: "karpenter.sh/nodepool-hash-version",
  terminationTimestamp: "karpenter.sh/nodeclaim-termination-timestamp",
  minValuesRelaxed: "karpenter.sh/nodeclaim-min-values-relaxed",
  podDeletionCost: "controller.kubernetes.io/pod-deletion-cost",
});

export const taints = Object.freeze({
  unregistered: { key: "karpenter.sh/unregistered", effect: "NoExecute" },
  disrupted: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
} as const);

export const terminationFinalizer = "karpenter.sh/termination";

/** Key of the label that names a claim's node class: `<group>/<kind in lower case>` (api 5.1). */
export function nodeClassLabelKey(ref: { readonly group: string; readonly kind: string }): string {
  return `${ref.group}/${ref.kind.toLowerCase()}`;
}
