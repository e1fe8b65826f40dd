import type { Event, NodeSelectorTerm, PodSpec } from "../../api/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import { isAbout, isFromEngine, waitingPods } from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import { unknownFieldsOf } from "../facts/unknown-fields.ts";
import type { Workload } from "../facts/workloads.ts";
import { titleOf, workloadProblem } from "../model/judging.ts";
import { nameText, objectNameOf, pathText, placeOf, type ValuePath } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const unsupportedFeature: Rule = {
  id: "KBP110",
  name: "unsupported-feature",
  severity: "warning",
  requirements: ["R15"],
  needs: ["objects"],
  document: {
    what: "Pods need a feature that the engine does not have: node affinity by field, devices by a resource claim, volumes of a plug-in inside Kubernetes; or a pool or class has a field that no schema of it knows.",
    why: "The engine passes such pods over, so that they stay pending until another autoscaler or a node group takes them; it does not count such volumes, so that a node may get more than it can attach. An unknown field is dropped when the object is written.",
    fix: "Rewrite them with labels, extended resources and claims, or serve them by a node group; correct the field's name.",
  },
  check(facts): Verdict {
    const misnamed = facts.objects.flatMap(judgeFields);
    if (facts.pools.length === 0) return misnamed.length === 0 ? undefined : misnamed;
    const written = facts.workloads.filter(({ kind }) => kind !== "DaemonSet").flatMap(judge);
    return [...misnamed, ...written, ...refusedPods(facts)];
  },
};

const judgeFields = (entry: ManifestObject): readonly Problem[] =>
  unknownFieldsOf(entry.object).map(({ path, meant }) => ({
    place: placeOf(entry, path),
    message: `${nameText(objectNameOf(entry))} needs field ${pathText(path)}, which is not supported${meant === undefined ? "" : ` (did you mean ${meant}?)`}`,
    evidence: `no schema of ${entry.object.apiVersion} ${entry.object.kind} has it`,
  }));

interface Feature {
  readonly name: string;
  readonly path: ValuePath;
}

const judge = (workload: Workload): readonly Problem[] =>
  featuresOf(workload).map(({ name, path }) =>
    workloadProblem(workload, [...workload.specPath, ...path], {
      message: `${titleOf(workload)} needs ${name}, which is not supported`,
      evidence: pathText(path),
    }),
  );

/** One of a kind is enough: the whole pod is passed over. */
const featuresOf = ({ spec }: Workload): readonly Feature[] => [
  ...fieldTerm(spec),
  ...((spec.resourceClaims?.length ?? 0) > 0
    ? [{ name: "devices by a resource claim", path: ["resourceClaims"] }]
    : []),
  ...inTreeVolume(spec),
];

function fieldTerm({ affinity }: PodSpec): readonly Feature[] {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms: readonly NodeSelectorTerm[] = required?.nodeSelectorTerms ?? [];
  const index = terms.findIndex(({ matchFields }) => Array.isArray(matchFields) && matchFields.length > 0);
  const path = [
    "affinity",
    "nodeAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms",
    index,
  ];
  return index >= 0 ? [{ name: "node affinity by matchFields", path: [...path, "matchFields"] }] : [];
}

/** Attached to the machine, and counted by nobody: only claims lead to a driver. */
const inTreeSources: readonly string[] = [
  "awsElasticBlockStore",
  "azureDisk",
  "cinder",
  "gcePersistentDisk",
  "portworxVolume",
  "vsphereVolume",
];

function inTreeVolume({ volumes = [] }: PodSpec): readonly Feature[] {
  for (const [index, volume] of volumes.entries()) {
    const source = inTreeSources.find((each) => volume[each] !== undefined);
    if (source !== undefined)
      return [{ name: `limits of in-tree volumes (${source})`, path: ["volumes", index, source] }];
  }
  return [];
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
