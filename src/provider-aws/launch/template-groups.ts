import {
  awsResourceNames,
  capacityTypes,
  type EC2NodeClass,
  type NodeClaim,
  resourceNames,
  tenancies,
  awsLabels,
} from "../../api/index.ts";
import { failed, intersects, ok, requirementFor, type Result, specRequirements } from "../../core/index.ts";
import { amiFamilyOf, type PlacementGroupScope } from "../catalogue/index.ts";
import type { ReservationTarget, TemplateInput } from "../launch-templates/template.ts";
import type { TemplateStore } from "../launch-templates/template-store.ts";
import { unmanagedTemplateOf } from "../launch-templates/unmanaged.ts";
import type { AwsProviderOptions } from "../options.ts";
import type { ReservedByType } from "../types/type-list.ts";
import { kubeletFor, nodeLabels, nodeTaints } from "../user-data/input.ts";
import { type Candidate, type LaunchDemand, usable } from "./candidates.ts";
import type { TemplateGroup } from "./fleet-request.ts";
import { reservationOf } from "./reserved-filters.ts";

export interface TemplatePlan {
  readonly claim: NodeClaim;
  readonly nodeClass: EC2NodeClass;
  readonly demand: LaunchDemand;
  readonly candidates: readonly Candidate[];
  readonly capacityType: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly clusterCidr: string | undefined;
  readonly placementGroup: PlacementGroupScope | undefined;
  /** What reserved resources come to on each type, where the class states them as expressions. */
  readonly reserved: ReservedByType;
}

/** Templates that a launch needs: one for each image, pod count, EFA count and reserve among its candidates (spec: aws 3.7). */
export async function ensureTemplates(
  plan: TemplatePlan,
  deps: { readonly templates: TemplateStore; readonly options: AwsProviderOptions; readonly signal: AbortSignal },
): Promise<Result<readonly TemplateGroup[], { readonly message: string }>> {
  const unmanaged = unmanagedTemplateOf(plan.nodeClass);
  if (unmanaged !== undefined) return ok([{ templateName: unmanaged, candidates: plan.candidates }]);
  const { status } = plan.nodeClass;
  if ((status?.securityGroups ?? []).length === 0)
    return failed({ message: "no security groups are present in the status" });
  if ((status?.amis ?? []).length === 0) return failed({ message: "no amis exist given constraints" });
  const groups = groupCandidates(plan);
  if (groups.size === 0) return failed({ message: "no instance types satisfy requirements of amis" });
  const made: TemplateGroup[] = [];
  for (const group of groups.values()) {
    const input = templateInput(plan, group, deps.options);
    const name = await deps.templates.ensure(input, { signal: deps.signal });
    if (!name.ok) return name;
    const { candidates, reservation } = group;
    const reserved = reservation === undefined ? {} : { reservation };
    made.push({ templateName: name.value, imageId: input.imageId, candidates, ...reserved });
  }
  return ok(made);
}

interface CandidateGroup {
  readonly candidates: readonly Candidate[];
  readonly reservation?: ReservationTarget;
}

/** A reservation has a template of its own, which names it. */
function groupCandidates(plan: TemplatePlan): Map<string, CandidateGroup> {
  const groups = new Map<string, CandidateGroup>();
  for (const candidate of plan.candidates.flatMap((each) => byReservation(plan, each))) {
    const image = imageFor(plan.nodeClass, candidate);
    if (image === undefined) continue;
    const { reservation } = candidate;
    const pods = candidate.type.capacity[resourceNames.pods];
    const reserve = plan.reserved(candidate.type.name);
    const key = JSON.stringify([image, pods, efaCount(plan, candidate), reservation?.id, reserve]);
    const candidates = [...(groups.get(key)?.candidates ?? []), candidate];
    groups.set(key, { candidates, ...(reservation === undefined ? {} : { reservation }) });
  }
  return groups;
}

function byReservation(
  { capacityType, demand }: TemplatePlan,
  candidate: Candidate,
): readonly (Candidate & { readonly reservation?: ReservationTarget })[] {
  if (capacityType !== capacityTypes.reserved) return [candidate];
  return usable(candidate, demand).flatMap((offering) => {
    const reservation = reservationOf(offering);
    return reservation === undefined ? [] : [{ ...candidate, offerings: [offering], reservation }];
  });
}

/** The first image, in the order of the status, that serves the type (spec: aws 3.4). */
export function imageFor({ status }: EC2NodeClass, { type }: Pick<Candidate, "type">): string | undefined {
  return status?.amis?.find(({ requirements }) => intersects(type.requirements, specRequirements(requirements)))?.id;
}

function efaCount({ demand }: TemplatePlan, { type }: Candidate): number {
  return (demand.requests[awsResourceNames.efa] ?? 0) > 0 ? (type.capacity[awsResourceNames.efa] ?? 0) : 0;
}

function templateInput(
  plan: TemplatePlan,
  { candidates, reservation }: CandidateGroup,
  options: AwsProviderOptions,
): TemplateInput {
  const [first] = candidates as readonly [Candidate, ...Candidate[]];
  const { claim, nodeClass, capacityType } = plan;
  const family = amiFamilyOf(nodeClass.spec);
  return {
    nodeClass,
    region: options.region,
    imageId: imageFor(nodeClass, first) ?? "",
    capacityType,
    tenancy: tenancyOf(plan.demand),
    tags: plan.tags,
    efaCount: efaCount(plan, first),
    reservedCapacity: options.reservedCapacity,
    ...(reservation === undefined ? {} : { reservation }),
    ...(plan.placementGroup === undefined ? {} : { placementGroup: plan.placementGroup }),
    enclave: (plan.demand.requests[awsResourceNames.nitroSandbox] ?? 0) > 0,
    bootstrap: {
      family,
      cluster: { ...options.cluster, ...(plan.clusterCidr === undefined ? {} : { cidr: plan.clusterCidr }) },
      labels: nodeLabels(claim.metadata.labels ?? {}, { family, capacityType }),
      taints: nodeTaints(claim.spec),
      kubelet: kubeletFor(nodeClass.spec, {
        maxPods: first.type.capacity[resourceNames.pods] ?? 0,
        dns: options.cluster.dns,
        reserved: plan.reserved(first.type.name),
      }),
      raid0: nodeClass.spec.instanceStorePolicy === "RAID0",
      ...(nodeClass.spec.userData === undefined ? {} : { customUserData: nodeClass.spec.userData }),
      ...imageVersionOf(nodeClass),
    },
  };
}

/** Shared machines if the claim allows them, else dedicated ones (spec: aws 3.1). */
export function tenancyOf({ requirements }: LaunchDemand): "default" | "dedicated" {
  const allowed = requirementFor(requirements, awsLabels.instanceTenancy);
  const allows = (name: string): boolean => allowed.values.has(name) !== allowed.complement;
  return !allows(tenancies.default) && allows(tenancies.dedicated) ? "dedicated" : "default";
}

const versionSegment = (name: string): string | undefined =>
  name.split(/[-_/]/).find((segment) => /^v.*\./.test(segment));

/** Version of Bottlerocket's image: from the alias, else from names of terms and images (spec: aws 3.6). */
function imageVersionOf({ spec, status }: EC2NodeClass): { readonly imageVersion?: string } {
  const alias = spec.amiSelectorTerms.find((term) => term.alias !== undefined)?.alias;
  const terms = spec.amiSelectorTerms.flatMap(({ name }) => name ?? []);
  const named = new Map((status?.amis ?? []).map(({ id, name = "" }) => [id, name]));
  const byId = spec.amiSelectorTerms.flatMap(({ id }) => named.get(id ?? "") ?? []);
  const images = [...byId, ...named.values()].filter((name) => name.includes("bottlerocket"));
  const version = alias === undefined ? [...terms, ...images].map(versionSegment).find(Boolean) : alias.split("@")[1];
  return version === undefined ? {} : { imageVersion: version };
}
