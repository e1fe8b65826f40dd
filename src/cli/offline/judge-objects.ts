/** What of an input cannot be used, and why: the rest is still processed (product 8). */
import { admissionCauses, type KubeObject } from "../../api/index.ts";
import {
  findDuplicates,
  type ManifestObject,
  type ManifestSet,
  objectName,
  positionText,
} from "../../manifests/index.ts";

export interface JudgedInput {
  readonly objects: readonly ManifestObject[];
  /** Objects that are left out because they break a rule, one line each. */
  readonly refusals: readonly string[];
  /** Kinds that nothing here knows, `monitoring.coreos.com/v1 ServiceMonitor (3)`. */
  readonly unknownKinds: readonly string[];
}

export function judgeObjects({ objects }: ManifestSet): JudgedInput {
  const duplicates = findDuplicates(objects);
  const second = new Set(duplicates.map((duplicate) => duplicate.second));
  const refusals = duplicates.map(
    ({ first, second: later, name }) =>
      `${positionText(later.position)}: ${name}: is defined twice; the first, at ${positionText(first.position)}, stands`,
  );
  const kept: ManifestObject[] = [];
  const unknown = new Map<string, number>();
  for (const entry of objects) {
    if (second.has(entry)) continue;
    const faults = faultsOf(entry);
    refusals.push(...faults);
    if (faults.length > 0) continue;
    kept.push(entry);
    if (isForeign(entry.object)) countIn(unknown, `${entry.object.apiVersion} ${entry.object.kind}`);
  }
  return { objects: kept, refusals, unknownKinds: [...unknown].map(([kind, count]) => `${kind} (${count})`) };
}

const countIn = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

const withTemplate: ReadonlySet<string> = new Set([
  "Deployment",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
  "DaemonSet",
  "Job",
]);

function faultsOf(entry: ManifestObject): readonly string[] {
  const { object } = entry;
  const at = (path: readonly (string | number)[], text: string): string =>
    `${positionText(entry.positionOf(path))}: ${objectName(entry)}: ${path.join(".")}: ${text}`;
  const own = admissionCauses(object).map(
    ({ field, message }) =>
      `${positionText(entry.positionOf(stepsOf(field)))}: ${objectName(entry)}: ${field}: ${message}`,
  );
  if (own.length > 0) return own;
  const spec = (object as { readonly spec?: unknown }).spec;
  if (object.kind === "Pod") return isPodSpec(spec) ? [] : [at(["spec", "containers"], expectedContainers)];
  const template = templatePathOf(object.kind);
  if (template === undefined) return [];
  const replicas = isMapping(spec) ? spec["replicas"] : undefined;
  if (replicas !== undefined && replicas !== null && !isCount(replicas))
    return [at(["spec", "replicas"], `found ${JSON.stringify(replicas)}, expected a whole number of 0 or more`)];
  const podSpec = template.reduce<unknown>((value, step) => (isMapping(value) ? value[step] : undefined), object);
  return isPodSpec(podSpec) ? [] : [at([...template, "containers"], expectedContainers)];
}

const expectedContainers = "expected a list of containers";

function templatePathOf(kind: string): readonly string[] | undefined {
  if (kind === "CronJob") return ["spec", "jobTemplate", "spec", "template", "spec"];
  return withTemplate.has(kind) ? ["spec", "template", "spec"] : undefined;
}

const isCount = (value: unknown): boolean => typeof value === "number" && Number.isInteger(value) && value >= 0;

const isPodSpec = (value: unknown): boolean =>
  isMapping(value) && Array.isArray(value["containers"]) && value["containers"].every(isMapping);

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const stepsOf = (field: string): readonly (string | number)[] =>
  field
    .split(/[.[\]]+/)
    .filter((step) => step !== "")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** Kubernetes' own groups have no dot or end in `k8s.io`; the product's kinds are known. */
function isForeign({ apiVersion }: KubeObject): boolean {
  const slash = apiVersion.lastIndexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  return group.includes(".") && !group.endsWith(".k8s.io") && !group.endsWith("karpenter.sh") && !ownGroups.has(group);
}

const ownGroups: ReadonlySet<string> = new Set(["karpenter.sh", "karpenter.k8s.aws"]);
