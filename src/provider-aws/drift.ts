import { awsAnnotations, driftReasons, type EC2NodeClass, labels, type NodeClaim } from "../api/index.ts";
import type { InstanceType } from "../core/index.ts";
import { ProviderFault } from "../provider/index.ts";
import type { Instance } from "./instances/instance.ts";
import { imageFor } from "./launch/template-groups.ts";

/** Static drift: the class' hash differs from the one at launch; compared only under equal versions (spec: aws 3.11). */
export function staticDrift(claim: NodeClaim, nodeClass: EC2NodeClass): string | undefined {
  const at = claim.metadata.annotations ?? {};
  const now = nodeClass.metadata.annotations ?? {};
  const hashes = [at[awsAnnotations.ec2NodeClassHash], now[awsAnnotations.ec2NodeClassHash]];
  const versions = [at[awsAnnotations.ec2NodeClassHashVersion], now[awsAnnotations.ec2NodeClassHashVersion]];
  if ([...hashes, ...versions].includes(undefined) || versions[0] !== versions[1]) return undefined;
  return hashes[0] === hashes[1] ? undefined : driftReasons.nodeClass;
}

/** The claim's image is not the one that its type would get now. */
export function imageDrift(
  claim: NodeClaim,
  nodeClass: EC2NodeClass,
  types: readonly InstanceType[],
): string | undefined {
  const name = claim.metadata.labels?.[labels.instanceType];
  const type = types.find((candidate) => candidate.name === name);
  if (type === undefined)
    throw new ProviderFault("InstanceTypeUnknown", `finding node instance type ${name ?? "(none)"}`);
  if ((nodeClass.status?.amis ?? []).length === 0)
    throw new ProviderFault("NoAMIs", `no amis exist for EC2NodeClass ${nodeClass.metadata.name}`);
  if (claim.status?.imageID === undefined || claim.status.imageID === "")
    throw new ProviderFault("NoImageID", `NodeClaim ${claim.metadata.name} has no image in its status`);
  // Any type may be served by several images; the one that a launch would take now is the measure.
  return imageFor(nodeClass, { type }) === claim.status.imageID ? undefined : driftReasons.ami;
}

/** Drift of the live instance: groups before subnet. Empty status lists are errors, not drift. */
export function networkDrift(instance: Instance, { metadata, status }: EC2NodeClass): string | undefined {
  const groups = status?.securityGroups ?? [];
  const subnets = status?.subnets ?? [];
  if (groups.length === 0)
    throw new ProviderFault("NoSecurityGroups", `no security groups in the status of ${metadata.name}`);
  if (subnets.length === 0) throw new ProviderFault("NoSubnets", `no subnets in the status of ${metadata.name}`);
  const wanted = new Set(groups.map(({ id }) => id));
  const had = new Set(instance.securityGroupIds);
  if (wanted.size !== had.size || [...wanted].some((id) => !had.has(id))) return driftReasons.securityGroup;
  return subnets.some(({ id }) => id === instance.subnetId) ? undefined : driftReasons.subnet;
}
