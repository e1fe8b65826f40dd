/** Provisionable pods that are left out of a pass all the same, with the reason (scheduling 1.3). */
import {
  awsLabelRules,
  type LabelRules,
  labels,
  type NodeSelectorRequirement,
  type NodeSelectorTerm,
  type Pod,
  requirementProblems,
  type ResourceQuantities,
} from "../../api/index.ts";
import type { Reason } from "../provisioning/plan.ts";
import { parseResources } from "../quantity/parse-resources.ts";
import { podRequirements, requiredTerms } from "../requirements/pod-requirements.ts";
import { operatorOf } from "../requirements/requirement.ts";
import { requirementText } from "../requirements/requirement-text.ts";
import { type StorageObjects, type StorageRules, volumesProblem } from "./volumes.ts";

export interface PodRefusal {
  readonly reasons: readonly Reason[];
  /** `ignoring pod, ...`: the decision as it is recorded. */
  readonly text: string;
  /** The pod says that it wants no Karpenter node: that is a choice, not a failure, so no event is due. */
  readonly quiet: boolean;
}

export interface ValidationScope {
  readonly objects: StorageObjects;
  readonly storage?: StorageRules;
  /** Labels that mark nodes as ours; a pod that wants all of them absent wants none of our nodes. */
  readonly ownerLabels?: readonly string[];
}

const v1OwnerLabels: readonly string[] = [labels.nodePool];

/** Pods may name their Provisioner, which no pool may set (v1alpha5 5.6 step 4). */
const podLabelRules: LabelRules = Object.freeze({
  ...awsLabelRules,
  wellKnown: new Set([...awsLabelRules.wellKnown, labels.provisionerName]),
});

/** Undefined when the pod may be planned for. */
export function podRefusal(pod: Pod, scope: ValidationScope): PodRefusal | undefined {
  const reasons = [
    ...aversionReasons(pod, scope.ownerLabels ?? v1OwnerLabels),
    ...selectorReasons(pod),
    ...affinityReasons(pod),
    ...volumeReasons(pod, scope),
    ...quantityReasons(pod),
  ];
  if (reasons.length === 0) return undefined;
  const text = `ignoring pod, ${reasons.map((reason) => reason.text).join("; ")}`;
  return { reasons, text, quiet: reasons.some((reason) => reason.code === "avoids-our-nodes") };
}

function aversionReasons(pod: Pod, ownerLabels: readonly string[]): readonly Reason[] {
  const requirements = podRequirements(pod);
  const averse = ownerLabels.map((label) => requirements.get(label));
  if (!averse.every((requirement) => requirement !== undefined && operatorOf(requirement) === "DoesNotExist"))
    return [];
  const text = averse.map((requirement) => (requirement === undefined ? "" : requirementText(requirement))).join(", ");
  return [reason("avoids-our-nodes", `configured to not run on a Karpenter provisioned node (requirement=${text})`)];
}

function selectorReasons(pod: Pod): readonly Reason[] {
  return Object.entries(pod.spec.nodeSelector ?? {}).flatMap(([key, value]) =>
    requirementProblems({ key, operator: "In", values: [value] }, podLabelRules).map((text) =>
      reason("node-selector", text),
    ),
  );
}

/** Only required terms; a preference that cannot be met is dropped later anyway. */
function affinityReasons(pod: Pod): readonly Reason[] {
  return requiredTerms(pod).flatMap((term) => termReasons(term));
}

function termReasons(term: NodeSelectorTerm): readonly Reason[] {
  const fields = (term.matchFields?.length ?? 0) > 0;
  return [
    ...reasonsOf("node-affinity", fields ? "node selector term with matchFields is not supported" : undefined),
    ...(term.matchExpressions ?? [])
      .flatMap((expression) => [...requirementProblems(expression, podLabelRules), ...emptyListProblems(expression)])
      .map((text) => reason("node-affinity", text)),
  ];
}

/** Scheduling 3.8; for pools the API server has seen to it. */
function emptyListProblems({ key, operator, values = [] }: NodeSelectorRequirement): readonly string[] {
  return operator === "In" && values.length === 0 ? [`key ${key} with operator In must have a value defined`] : [];
}

function volumeReasons(pod: Pod, scope: ValidationScope): readonly Reason[] {
  return reasonsOf("volumes", volumesProblem(pod, scope.objects, scope.storage));
}

/** An API server refuses these; files and foreign servers may not (product 8). */
function quantityReasons(pod: Pod): readonly Reason[] {
  const { containers, initContainers = [], overhead, resources } = pod.spec;
  const maps: (ResourceQuantities | undefined)[] = [overhead, resources?.requests];
  for (const container of [...containers, ...initContainers]) maps.push(container.resources?.requests);
  return maps.flatMap((map) => {
    const parsed = parseResources(map);
    return parsed.ok ? [] : parsed.failure.map((failure) => reason("quantity", failure.message));
  });
}

const reasonsOf = (code: string, text: string | undefined): readonly Reason[] =>
  text === undefined ? [] : [reason(code, text)];

const reason = (code: string, text: string): Reason => ({ layer: "pod", code, text });
