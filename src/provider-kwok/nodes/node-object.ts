import {
  kwokLabels,
  kwokNodeClassType,
  kwokNodeValue,
  labels,
  type Node,
  type NodeClaim,
  nodeClassLabelKey,
  parseTimestamp,
  taints,
} from "../../api/index.ts";
import {
  allocatableOf,
  anyValueOf,
  type EpochMillis,
  epochMillisOf,
  formatResources,
  intersectRequirement,
  requirementFor,
  specRequirements,
} from "../../core/index.ts";
import type { CloudInstance } from "../../provider/index.ts";
import type { Choice } from "./choose-offering.ts";

const scheme = "kwok://";

/** Label that every Node of this provider has, and no other fake node: its value names the class. */
export const classLabel = nodeClassLabelKey(kwokNodeClassType);

export const providerIdOf = (nodeName: string): string => `${scheme}${nodeName}`;

/** Name of the Node behind a provider id; undefined when it is none of this provider. */
export function nodeNameOf(providerId: string): string | undefined {
  const name = providerId.startsWith(scheme) ? providerId.slice(scheme.length) : "";
  return /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) ? name : undefined;
}

/** What is launched for a claim, before there is a Node of it. */
export function instanceOfChoice(
  choice: Choice,
  launch: { readonly nodeName: string; readonly claim: NodeClaim; readonly now: EpochMillis },
): CloudInstance {
  const { type, offering } = choice;
  const { zone, capacityType, price } = offering;
  const poolName = launch.claim.metadata.labels?.[labels.nodePool];
  return {
    providerId: providerIdOf(launch.nodeName),
    instanceType: type.name,
    zone,
    capacityType,
    launchedAt: launch.now,
    terminating: false,
    labels: labelsOf(choice, launch.claim),
    annotations: { [kwokLabels.node]: kwokNodeValue },
    capacity: formatResources(type.capacity),
    allocatable: formatResources(allocatableOf(type)),
    price,
    ...(poolName === undefined ? {} : { poolName }),
  };
}

/** One value for each requirement of the type, within what the claim allows; the offering settles zone and capacity type. */
function labelsOf({ type, offering }: Choice, { spec }: NodeClaim): Readonly<Record<string, string>> {
  const wanted = specRequirements(spec.requirements);
  const result: Record<string, string> = {};
  for (const [key, requirement] of [...type.requirements, ...offering.requirements]) {
    const allowed = intersectRequirement(requirement, requirementFor(wanted, key));
    const value = allowed.complement ? undefined : anyValueOf(allowed);
    if (value !== undefined) result[key] = value;
  }
  return {
    ...result,
    [classLabel]: spec.nodeClassRef.name,
    [kwokLabels.node]: kwokNodeValue,
    [kwokLabels.instancePrice]: String(offering.price),
  };
}

/** The Node that the launched claim becomes: not registered and not ready, for kwok or a stand-in kubelet to play. */
export function computeNode(instance: CloudInstance, claim: NodeClaim): Node {
  const name = nodeNameOf(instance.providerId) ?? "";
  const { taints: own = [], startupTaints = [] } = claim.spec;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { ...instance.labels, ...claim.metadata.labels, [labels.hostname]: name },
      annotations: { ...instance.annotations },
    },
    spec: { providerID: instance.providerId, taints: [...own, ...startupTaints, taints.unregistered] },
    status: { capacity: instance.capacity, allocatable: instance.allocatable, phase: "Pending" },
  };
}

/** What a Node tells of the instance that it is; undefined for a Node of somebody else. */
export function instanceOfNode(node: Node): CloudInstance | undefined {
  const { metadata, spec, status } = node;
  const own = metadata.labels ?? {};
  if (own[classLabel] === undefined || spec.providerID !== providerIdOf(metadata.name ?? "")) return undefined;
  return instanceOfLabels(own, {
    providerId: spec.providerID,
    launchedAt: epochMillisOf(parseTimestamp(metadata.creationTimestamp ?? "") ?? 0),
    terminating: metadata.deletionTimestamp !== undefined,
    capacity: status?.capacity ?? {},
    allocatable: status?.allocatable ?? {},
  });
}

/** What a claim tells of the instance that was launched for it and has no Node yet; undefined when there is none. */
export function instanceOfClaim({ metadata, status }: NodeClaim): CloudInstance | undefined {
  const providerId = status?.providerID ?? "";
  if (nodeNameOf(providerId) === undefined) return undefined;
  return instanceOfLabels(metadata.labels ?? {}, {
    providerId,
    launchedAt: epochMillisOf(parseTimestamp(metadata.creationTimestamp ?? "") ?? 0),
    terminating: false,
    capacity: status?.capacity ?? {},
    allocatable: status?.allocatable ?? {},
  });
}

function instanceOfLabels(
  own: Readonly<Record<string, string>>,
  facts: Pick<CloudInstance, "providerId" | "launchedAt" | "terminating" | "capacity" | "allocatable">,
): CloudInstance {
  const poolName = own[labels.nodePool];
  const price = Number(own[kwokLabels.instancePrice] ?? Number.NaN);
  return {
    ...facts,
    instanceType: own[labels.instanceType] ?? "",
    zone: own[labels.zone] ?? "",
    capacityType: own[labels.capacityType] ?? "",
    labels: own,
    annotations: { [kwokLabels.node]: kwokNodeValue },
    ...(poolName === undefined || poolName === "" ? {} : { poolName }),
    ...(Number.isFinite(price) ? { price } : {}),
  };
}
