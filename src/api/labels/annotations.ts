/** Names of annotations and the values they take (spec: api 5.2). */
import { parseDurationMillis } from "../kubernetes/duration.ts";

export const annotations = Object.freeze({
  doNotDisrupt: "karpenter.sh/do-not-disrupt",
  nodePoolHash: "karpenter.sh/nodepool-hash",
  nodePoolHashVersion: "karpenter.sh/nodepool-hash-version",
  terminationTimestamp: "karpenter.sh/nodeclaim-termination-timestamp",
  minValuesRelaxed: "karpenter.sh/nodeclaim-min-values-relaxed",
  requestedDraDrivers: "karpenter.sh/requested-dra-drivers",
  priceOverlayApplied: "karpenter.sh/price-overlay-applied",
  capacityOverlayApplied: "karpenter.sh/capacity-overlay-applied",
  capacityBufferFakePod: "karpenter.sh/capacity-buffer-fake-pod",
  capacityBufferName: "karpenter.sh/capacity-buffer-name",
  capacityBufferNamespace: "karpenter.sh/capacity-buffer-namespace",
  /** Declared upstream and never used; kept so that it is recognised as Karpenter's own. */
  compatibilityProvider: "compatibility.karpenter.sh/provider",
  podDeletionCost: "controller.kubernetes.io/pod-deletion-cost",
});

export const awsAnnotations = Object.freeze({
  ec2NodeClassHash: "karpenter.k8s.aws/ec2nodeclass-hash",
  ec2NodeClassHashVersion: "karpenter.k8s.aws/ec2nodeclass-hash-version",
  tagged: "karpenter.k8s.aws/tagged",
  clusterNameTagged: "compatibility.karpenter.k8s.aws/cluster-name-tagged",
  instanceProfileName: "karpenter.k8s.aws/instance-profile-name",
  /** Left by old versions; read by nothing. */
  kubeletDriftHash: "compatibility.karpenter.k8s.aws/kubelet-drift-hash",
});

/** Annotations of this product alone; absent, everything is as upstream. */
export const productAnnotations = Object.freeze({
  /** On a NodePool: when its nodes may be disrupted, expiry included; JSON, see `core/windows`. */
  disruptionWindows: "karpenter-ts.dev/disruption-windows",
  /** On a NodeClaim that replaces others: which command made it, JSON (lifecycle O19). */
  disruptionCommand: "karpenter-ts.dev/disruption-command",
  /** On a pod of a Deployment with one replica: `true` brings its replacement up before it is evicted. */
  surge: "karpenter-ts.dev/surge",
  /** On the template of such a Deployment: UID of the pod that its last rollout was for. */
  surgedFor: "karpenter-ts.dev/surged-for",
  /** On a NodePool: `replace` makes a spot rebalance recommendation a reason to replace the node (lifecycle O21). */
  onRebalance: "karpenter-ts.dev/on-rebalance",
  /** On a NodeClaim: when the cloud recommended to move, RFC 3339. */
  rebalanceRecommended: "karpenter-ts.dev/rebalance-recommended",
});

/** What `karpenter.sh/do-not-disrupt` says on a pod. `invalid` is ignored, but deserves a warning event. */
export type PodDisruptionGuard =
  | { readonly kind: "none" }
  | { readonly kind: "always" }
  | { readonly kind: "for"; readonly millis: number }
  | { readonly kind: "invalid"; readonly value: string };

/**
 * Reads the annotation of a pod: `true`, or a positive Go duration counted from `status.startTime`. Everything else
 * (`false`, `0s`, negatives, other text) protects nothing. On a Node only the exact text `true` counts.
 */
export function podDisruptionGuard(value: string | undefined): PodDisruptionGuard {
  if (value === undefined) return { kind: "none" };
  if (value === "true") return { kind: "always" };
  const millis = parseDurationMillis(value);
  return millis !== undefined && millis > 0 ? { kind: "for", millis } : { kind: "invalid", value };
}
