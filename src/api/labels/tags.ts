/** Cloud tags (spec: api 5.6). */
import { awsLabels, labels } from "./names.ts";

export const cloudTags = Object.freeze({
  eksClusterName: "eks:eks-cluster-name",
  nodePool: labels.nodePool,
  nodeClaim: "karpenter.sh/nodeclaim",
  ec2NodeClass: awsLabels.ec2NodeClass,
  region: labels.region,
  name: "Name",
  /** A convention of the documentation; the product gives it no meaning. */
  discovery: "karpenter.sh/discovery",
});

/** Value of the cluster ownership tag. */
export const ownedTagValue = "owned";

/** `kubernetes.io/cluster/<cluster>`. */
export const clusterTagKey = (clusterName: string): string => `kubernetes.io/cluster/${clusterName}`;

const restrictedKeys: ReadonlySet<string> = new Set([
  cloudTags.eksClusterName,
  cloudTags.nodePool,
  cloudTags.nodeClaim,
  cloudTags.ec2NodeClass,
]);

/** EKS cluster names: letters, digits, `-` and `_`, starting with a letter or digit, at most 100 characters. */
const clusterOwnershipTag = /^kubernetes\.io\/cluster\/[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/;

/** Refused in `spec.tags` at runtime (condition reason `TagValidationFailed`). */
export function isRestrictedTagAtRuntime(key: string): boolean {
  return restrictedKeys.has(key) || clusterOwnershipTag.test(key);
}

/** Refused in `spec.tags` at admission: the same keys, and any key that starts with `kubernetes.io/cluster` (api 4.1). */
export function isRestrictedTagAtAdmission(key: string): boolean {
  return restrictedKeys.has(key) || key.startsWith("kubernetes.io/cluster");
}
