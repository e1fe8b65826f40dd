import {
  annotations,
  labels as labelKeys,
  type NodeClaim,
  nodePoolHashVersion,
  type RequirementSpec,
} from "../../api/index.ts";
import type { PoolView } from "../cluster/views.ts";
import { addResources } from "../quantity/arithmetic.ts";
import { formatResources } from "../quantity/format-resources.ts";
import type { Resources } from "../quantity/resources.ts";
import { anyValueOf, type Requirements } from "../requirements/requirement.ts";
import { requirementsSpecs } from "../requirements/requirement-specs.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Choices } from "./priced-types.ts";
import { simulationKeys, type Template } from "./template.ts";

export interface NodeClaimContents {
  readonly template: Template;
  readonly choices: Choices;
  readonly requests: Resources;
  readonly overhead: Resources;
  readonly minValuesRelaxed: boolean;
}

/** The object to create (scheduling 6.4). No name: the server generates it from the pool's. */
export function buildNodeClaim(contents: NodeClaimContents, options: ResolvedOptions): NodeClaim {
  const { template } = contents;
  const { pool } = template.view;
  const grace = pool.spec.template.spec.terminationGracePeriod ?? options.defaultTerminationGracePeriod;
  const { taints, startupTaints, nodeClassRef, expireAfter } = pool.spec.template.spec;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      generateName: `${template.name}-`,
      labels: { ...template.labels, ...contents.choices.customLabels },
      annotations: claimAnnotations(contents),
      ownerReferences: [ownerReference(template.view)],
    },
    spec: {
      ...(taints === undefined ? {} : { taints }),
      ...(startupTaints === undefined ? {} : { startupTaints }),
      nodeClassRef,
      requirements: contents.choices.specs,
      resources: { requests: formatResources(addResources(contents.requests, contents.overhead)) },
      ...(expireAfter === undefined ? {} : { expireAfter }),
      ...(grace === undefined ? {} : { terminationGracePeriod: grace }),
    },
  };
}

function claimAnnotations({
  template: { view, hash },
  minValuesRelaxed,
  choices: { overlaid },
}: NodeClaimContents): Readonly<Record<string, string>> {
  return {
    ...view.pool.spec.template.metadata?.annotations,
    [annotations.nodePoolHash]: hash,
    [annotations.nodePoolHashVersion]: nodePoolHashVersion,
    [annotations.minValuesRelaxed]: String(minValuesRelaxed),
    ...(overlaid.price ? { [annotations.priceOverlayApplied]: "true" } : {}),
    ...(overlaid.capacity ? { [annotations.capacityOverlayApplied]: "true" } : {}),
  };
}

function ownerReference({ pool }: PoolView) {
  return {
    apiVersion: pool.apiVersion,
    kind: pool.kind,
    name: pool.metadata.name ?? "",
    uid: pool.metadata.uid ?? "",
    blockOwnerDeletion: true,
  };
}

/** One value of each key that is the user's own; the provider fills well-known keys from what it launched. */
export function customLabels(
  requirements: Requirements,
  { labelRules }: ResolvedOptions,
): Readonly<Record<string, string>> {
  const chosen: Record<string, string> = {};
  for (const key of [...requirements.keys()].sort()) {
    if (labelRules.wellKnown.has(key) || labelRules.restrictedLabels.has(key) || simulationKeys.has(key)) continue;
    const requirement = requirements.get(key);
    const value = requirement === undefined ? undefined : anyValueOf(requirement);
    if (value !== undefined) chosen[key] = value;
  }
  return chosen;
}

export function claimRequirements(
  requirements: Requirements,
  { instanceTypes, capacityTypes }: Pick<Choices, "instanceTypes" | "capacityTypes">,
): readonly RequirementSpec[] {
  const hidden = new Set([...simulationKeys, labelKeys.hostname, labelKeys.instanceType]);
  if (capacityTypes.length > 0) hidden.add(labelKeys.capacityType);
  const kept = new Map([...requirements].filter(([key]) => !hidden.has(key)));
  const specs = [...requirementsSpecs(kept), listed(labelKeys.instanceType, instanceTypes, requirements)];
  if (capacityTypes.length > 0) specs.push(listed(labelKeys.capacityType, capacityTypes, requirements));
  return specs.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function listed(key: string, values: readonly string[], requirements: Requirements): RequirementSpec {
  const minValues = requirements.get(key)?.minValues;
  return { key, operator: "In", values, ...(minValues === undefined ? {} : { minValues }) };
}
