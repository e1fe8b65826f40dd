import { awsAnnotations, awsLabels, driftReasons, type EC2NodeClass, labels, type NodeClaim } from "../api/index.ts";
import type { InstanceType } from "../core/index.ts";
import { ProviderFault } from "../provider/index.ts";
import type { Instance } from "./instances/instance.ts";
import { unmanagedTemplateOf } from "./launch-templates/unmanaged.ts";
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
  if (unmanagedTemplateOf(nodeClass) !== undefined) return undefined;
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

/** What the live instance is measured against, beside the class' status. */
export interface LiveDrift {
  readonly claim: NodeClaim;
  readonly instance: Instance;
  /** Id of the class' placement group, empty when it has none. */
  readonly placementGroupId: string;
  /** The instance as EC2 has it now, past the cache. */
  readonly reread: () => Promise<Instance | undefined>;
}

/**
 * Drift of the live instance: groups, subnet, reservation, placement group; all are looked at before the first counts, and
 * empty status lists are errors, not drift (spec: aws 3.11).
 */
export async function liveDrift(live: LiveDrift, nodeClass: EC2NodeClass): Promise<string | undefined> {
  const { instance, claim, placementGroupId } = live;
  const found = [
    securityGroupDrift(instance, nodeClass),
    subnetDrift(instance, nodeClass),
    await reservationDrift(live, nodeClass),
    (claim.metadata.labels?.[awsLabels.placementGroupId] ?? "") === placementGroupId
      ? undefined
      : driftReasons.placementGroup,
  ];
  return found.find((reason) => reason !== undefined);
}

function securityGroupDrift({ securityGroupIds }: Instance, nodeClass: EC2NodeClass): string | undefined {
  if (unmanagedTemplateOf(nodeClass) !== undefined) return undefined;
  const { metadata, status } = nodeClass;
  const groups = status?.securityGroups ?? [];
  if (groups.length === 0)
    throw new ProviderFault("NoSecurityGroups", `no security groups in the status of ${metadata.name}`);
  const wanted = new Set(groups.map(({ id }) => id));
  const had = new Set(securityGroupIds);
  return wanted.size !== had.size || [...wanted].some((id) => !had.has(id)) ? driftReasons.securityGroup : undefined;
}

function subnetDrift({ subnetId }: Instance, { metadata, status }: EC2NodeClass): string | undefined {
  const subnets = status?.subnets ?? [];
  if (subnets.length === 0) throw new ProviderFault("NoSubnets", `no subnets in the status of ${metadata.name}`);
  return subnets.some(({ id }) => id === subnetId) ? undefined : driftReasons.subnet;
}

/** An instance whose reservation has ended may run on as on-demand: then it has drifted from nothing. */
async function reservationDrift({ instance, reread }: LiveDrift, { status }: EC2NodeClass) {
  const isKnown = (id: string | undefined): boolean =>
    id === undefined || (status?.capacityReservations ?? []).some((reservation) => reservation.id === id);
  if (isKnown(instance.reservation?.id)) return undefined;
  return isKnown((await reread())?.reservation?.id) ? undefined : driftReasons.capacityReservation;
}
