/**
 * A Machine in the shape of a NodeClaim, and what is written to it back in its own (spec: v1alpha5 5.6 step 5). Nothing is
 * lost on the way: fields that no side knows stay where they are, since writes are merge patches.
 */
import {
  awsLabels,
  type Condition,
  type EraKubeletConfiguration,
  eraAnnotations,
  labels,
  type Machine,
  type NodeClaim,
  type ObjectMeta,
  type OwnerReference,
  type Provisioner,
  type RequirementSpec,
} from "../../api/index.ts";
import { addressOf, claimKeyAt, poolKeyAt } from "../../core/index.ts";
import { provisionerClassAddress } from "../views/class-view.ts";
import { annotationNames, eraConditions, eraKeys, todaysConditions, todaysKeys } from "./rename.ts";

export function claimViewOfMachine(machine: Machine): NodeClaim {
  const { spec = {}, status, metadata } = machine;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: viewMetadata(metadata),
    spec: {
      ...(spec.taints === undefined ? {} : { taints: spec.taints }),
      ...(spec.startupTaints === undefined ? {} : { startupTaints: spec.startupTaints }),
      requirements: spec.requirements ?? [],
      ...(spec.resources === undefined ? {} : { resources: spec.resources }),
      nodeClassRef: {
        group: "karpenter.k8s.aws",
        kind: "EC2NodeClass",
        name: provisionerClassAddress(metadata.labels?.[labels.provisionerName] ?? ""),
      },
      expireAfter: "Never",
    },
    ...(status === undefined
      ? {}
      : { status: { ...status, ...(status.conditions && { conditions: todaysConditions(status.conditions) }) } }),
  };
}

function viewMetadata(metadata: ObjectMeta): ObjectMeta {
  return {
    ...metadata,
    name: addressOf({ kind: "Machine", name: metadata.name ?? "" }),
    annotations: todaysKeys(annotationNames, metadata.annotations ?? {}),
    ...(metadata.ownerReferences && { ownerReferences: metadata.ownerReferences.map(viewReference) }),
  };
}

/** Most instance types of a Machine's requirement (4.5). */
const mostInstanceTypes = 100;

/** The Machine to create for a claim that was planned for a Provisioner. */
export function machineOfClaim(claim: NodeClaim, provisioner: Provisioner | undefined): Machine {
  const { nodeClassRef: _, expireAfter: _expiry, requirements, terminationGracePeriod: _grace, ...spec } = claim.spec;
  const owner = provisioner?.spec;
  return {
    apiVersion: "karpenter.sh/v1alpha5",
    kind: "Machine",
    metadata: { ...wireMetadata(claim.metadata), ...machineAnnotations(claim.metadata, provisioner) },
    spec: {
      ...spec,
      requirements: machineRequirements(requirements),
      ...kubeletPart(owner?.kubeletConfiguration),
      ...(owner?.provider === undefined ? { machineTemplateRef: templateRef(owner?.providerRef?.name) } : {}),
    },
  };
}

const kubeletPart = (kubelet: EraKubeletConfiguration | undefined) => (kubelet === undefined ? {} : { kubelet });

const templateRef = (name: string | undefined) => ({
  apiVersion: "karpenter.k8s.aws/v1alpha1",
  kind: "AWSNodeTemplate",
  name: name ?? "default",
});

/** Keys that hold pools and their views apart while planning; a claim knows its owner by label. */
const ownerKeys: ReadonlySet<string> = new Set([labels.nodePool, labels.provisionerName, awsLabels.ec2NodeClass]);

/** In the words of the era, which knew neither inclusive bounds nor `minValues`; every label value of machines is at least 0. */
export const machineRequirements = (requirements: readonly RequirementSpec[]): readonly RequirementSpec[] =>
  requirements.filter(({ key }) => !ownerKeys.has(key)).map(({ minValues: _, ...requirement }) => eraForm(requirement));

function eraForm(requirement: RequirementSpec): RequirementSpec {
  const { key, operator, values = [] } = requirement;
  const bound = Number(values[0]);
  if (operator === "Gte") {
    return bound <= 0 ? { key, operator: "Exists" } : { key, operator: "Gt", values: [String(bound - 1)] };
  }
  if (operator === "Lte") return { key, operator: "Lt", values: [String(bound + 1)] };
  const many = key === labels.instanceType && operator === "In";
  return many ? { ...requirement, values: values.slice(0, mostInstanceTypes) } : requirement;
}

function machineAnnotations(
  metadata: ObjectMeta,
  provisioner: Provisioner | undefined,
): Pick<ObjectMeta, "annotations"> {
  const provider = provisioner?.spec?.provider;
  return {
    annotations: {
      ...eraKeys(annotationNames, metadata.annotations ?? {}),
      ...(provider === undefined ? {} : { [eraAnnotations.provider]: JSON.stringify(provider) }),
    },
  };
}

/** Names and owners as the API server knows them. */
export function wireMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, ownerReferences, labels: own, ...rest } = metadata;
  return {
    ...rest,
    ...(name === undefined ? {} : { name: claimKeyAt(name).name }),
    ...(own === undefined ? {} : { labels: wireLabels(own) }),
    ...(ownerReferences && { ownerReferences: ownerReferences.map(wireReference) }),
  };
}

/** A class of the era has no label: its address is no label value. */
export const wireLabels = <V>(map: Readonly<Record<string, V>>): Readonly<Record<string, V>> =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => typeof value !== "string" || !value.includes("/")));

/** An owner by the name of its own kind. */
export function wireReference(reference: OwnerReference): OwnerReference {
  const pool = poolKeyAt(reference.name);
  const claim = claimKeyAt(reference.name);
  const era = pool.kind === "Provisioner" ? pool : claim.kind === "Machine" ? claim : undefined;
  return era === undefined ? reference : { ...reference, apiVersion: "karpenter.sh/v1alpha5", ...era };
}

function viewReference(reference: OwnerReference): OwnerReference {
  if (reference.kind !== "Provisioner") return reference;
  const name = addressOf({ kind: "Provisioner", name: reference.name });
  return { ...reference, apiVersion: "karpenter.sh/v1", kind: "NodePool", name };
}

/** What of a NodeClaim's patch a Machine takes, in its words. */
export interface ClaimPatch {
  readonly metadata?: ObjectMeta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> & { readonly conditions?: readonly Condition[] | null };
}

export function machinePatch(patch: ClaimPatch): ClaimPatch {
  const { metadata, status } = patch;
  return {
    ...patch,
    ...(metadata === undefined ? {} : { metadata: patchMetadata(metadata) }),
    ...(Array.isArray(status?.conditions)
      ? { status: { ...status, conditions: eraConditions(status.conditions) } }
      : {}),
  };
}

function patchMetadata(metadata: ObjectMeta): ObjectMeta {
  const renamed =
    metadata.annotations === undefined ? {} : { annotations: eraKeys(annotationNames, metadata.annotations) };
  return { ...wireMetadata(metadata), ...renamed };
}
