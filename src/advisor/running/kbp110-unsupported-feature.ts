import type { Event, NodeSelectorTerm } from "../../api/index.ts";
import { isAbout, isFromEngine, waitingPods } from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import type { Workload } from "../facts/workloads.ts";
import { titleOf, workloadProblem } from "../model/judging.ts";
import { nameText, objectNameOf, placeOf, type ValuePath } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const unsupportedFeature: Rule = {
  id: "KBP110",
  name: "unsupported-feature",
  severity: "warning",
  requirements: ["R15"],
  needs: ["objects"],
  document: {
    what: "Pods need a feature that the engine does not have: node affinity by field, or devices by a resource claim that no driver of the cluster describes.",
    why: "The engine passes them over; they stay pending until another autoscaler or a node group takes them.",
    fix: "Rewrite them with labels and extended resources, or serve them by a node group.",
  },
  check(facts): Verdict {
    if (facts.workloads.length === 0 && facts.pods.length === 0) return undefined;
    if (facts.pools.length === 0) return undefined;
    const written = facts.workloads.filter(({ kind }) => kind !== "DaemonSet").flatMap(judge);
    return [...written, ...refusedPods(facts)];
  },
};

interface Feature {
  readonly name: string;
  readonly path: ValuePath;
}

const judge = (workload: Workload): readonly Problem[] =>
  featuresOf(workload).map(({ name, path }) =>
    workloadProblem(workload, [...workload.specPath, ...path], {
      message: `${titleOf(workload)} needs ${name}, which is not supported`,
      evidence: path.join("."),
    }),
  );

function featuresOf({ spec }: Workload): readonly Feature[] {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms: readonly NodeSelectorTerm[] = required?.nodeSelectorTerms ?? [];
  const index = terms.findIndex(({ matchFields }) => Array.isArray(matchFields) && matchFields.length > 0);
  const path = [
    "affinity",
    "nodeAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms",
    index,
  ];
  // One such term is enough: the whole pod is passed over.
  return index >= 0 ? [{ name: "node affinity by matchFields", path: [...path, "matchFields"] }] : [];
}

/** What the engine says in the event of a pod that it passes over. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/matchFields|node selector term with matchFields/i, "node affinity by matchFields"],
  [/in-?tree|volume limits? .*not supported/i, "limits of in-tree volumes"],
  [/resource ?claim|DRA|dynamic resource/i, "devices by a resource claim"],
];

function refusedPods(facts: Facts): readonly Problem[] {
  const { now, thresholds, events } = facts;
  return waitingPods(facts).flatMap(({ pod, since }) => {
    if (now === undefined || since === undefined || now - since < thresholds.unsupportedSeconds * 1000) return [];
    const told = events.find(({ object }) => isFromEngine(object) && isAbout(object, pod.object) && featureIn(object));
    const feature = told === undefined ? undefined : featureIn(told.object);
    if (feature === undefined) return [];
    return {
      place: placeOf(pod),
      message: `${nameText(objectNameOf(pod))} needs ${feature}, which is not supported`,
      evidence: told?.object.message ?? "",
    };
  });
}

const featureIn = ({ reason, message = "" }: Event): string | undefined =>
  reason === "FailedScheduling" ? refusals.find(([pattern]) => pattern.test(message))?.[1] : undefined;
