/** Workloads of both worlds, files and clusters, with their pod template. */
import type {
  Container,
  CronJob,
  Deployment,
  Job,
  KubeObject,
  ObjectMeta,
  Pod,
  PodSpec,
  PodTemplateSpec,
} from "../../api/index.ts";
import {
  podRequests,
  requiredTerms,
  type Resources,
  strictPodRequirements,
  termRequirements,
} from "../../core/index.ts";
import { addRequirements, labelRequirements, type Requirements } from "../../core/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import type { ValuePath } from "../model/place.ts";

export interface Workload {
  readonly entry: ManifestObject;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** Absent for kinds without replicas, and where an autoscaler sets them. */
  readonly replicas?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the pods, not of the object. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
  /** Path of the pod's metadata and of its spec inside the object. */
  readonly metadataPath: ValuePath;
  readonly specPath: ValuePath;
  /** What the pods ask for, with limits standing in for absent requests as the API server does it. */
  readonly requests: Resources;
  /** What the pods ask of labels: each entry is one alternative. */
  readonly alternatives: readonly Requirements[];
  readonly job?: Job["spec"];
}

/** Undefined for objects that are no workload, and for pods that another workload owns. */
export function workloadOf(entry: ManifestObject): Workload | undefined {
  const { object } = entry;
  if (object.metadata.ownerReferences?.some(({ controller }) => controller === true) === true) return undefined;
  const form = formOf(object);
  if (form === undefined || !isPodSpec(form.template.spec)) return undefined;
  const { path, replicas, job } = form;
  const { labels = {}, annotations = {} } = form.template.metadata ?? {};
  const spec = withDefaultedRequests(form.template.spec);
  return {
    entry,
    kind: object.kind,
    ...namesOf(object.metadata),
    ...(replicas === undefined ? {} : { replicas }),
    labels,
    annotations,
    spec,
    metadataPath: [...path, "metadata"],
    specPath: [...path, "spec"],
    requests: podRequests({ spec }),
    alternatives: alternativesOf(spec),
    ...(job === undefined ? {} : { job }),
  };
}

const namesOf = ({ name, generateName = "", namespace = "default" }: ObjectMeta) => ({
  name: name ?? generateName,
  namespace,
});

interface Form {
  readonly template: PodTemplateSpec;
  readonly path: ValuePath;
  readonly replicas?: number;
  readonly job?: Job["spec"];
}

const replicated: readonly string[] = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

function formOf(object: KubeObject): Form | undefined {
  const spec = (object as { readonly spec?: unknown }).spec;
  if (typeof spec !== "object" || spec === null) return undefined;
  if (object.kind === "Pod") return { template: object as Pod & { metadata: ObjectMeta }, path: [] };
  if (object.kind === "CronJob") {
    const job = (spec as Partial<CronJob["spec"]>).jobTemplate?.spec;
    return job === undefined ? undefined : templated(job, ["spec", "jobTemplate", "spec", "template"], { job });
  }
  if (object.kind === "Job") return templated(spec, ["spec", "template"], { job: spec as Job["spec"] });
  if (object.kind === "DaemonSet") return templated(spec, ["spec", "template"]);
  if (!replicated.includes(object.kind)) return undefined;
  const { replicas } = spec as Partial<Deployment["spec"]>;
  return templated(spec, ["spec", "template"], { replicas: replicas ?? 1 });
}

function templated(
  spec: { readonly template?: PodTemplateSpec },
  path: ValuePath,
  more: Pick<Form, "replicas" | "job"> = {},
): Form | undefined {
  return spec.template === undefined || spec.template === null ? undefined : { template: spec.template, path, ...more };
}

/** A file may hold anything: rules see only templates that have containers. */
const isPodSpec = (spec: unknown): boolean =>
  typeof spec === "object" &&
  spec !== null &&
  "containers" in spec &&
  Array.isArray(spec.containers) &&
  spec.containers.length > 0;

function withDefaultedRequests(spec: PodSpec): PodSpec {
  return {
    ...spec,
    containers: spec.containers.map(withLimitsAsRequests),
    ...(Array.isArray(spec.initContainers) ? { initContainers: spec.initContainers.map(withLimitsAsRequests) } : {}),
  };
}

function withLimitsAsRequests(container: Container): Container {
  const { limits, requests } = container.resources ?? {};
  if (limits === undefined) return container;
  return { ...container, resources: { ...container.resources, requests: { ...limits, ...requests } } };
}

function alternativesOf(spec: PodSpec): readonly Requirements[] {
  const terms = requiredTerms({ spec });
  if (terms.length < 2) return [strictPodRequirements({ spec })];
  const selected = labelRequirements(spec.nodeSelector);
  return terms.map((term) => addRequirements(selected, termRequirements(term)));
}

/** App containers, then init containers, each with its path. */
export function containersOf(
  workload: Workload,
): readonly { readonly container: Container; readonly path: ValuePath; readonly init: boolean }[] {
  const { spec, specPath } = workload;
  const list = (field: "containers" | "initContainers", containers: readonly Container[]) =>
    containers.map((container, index) => ({
      container,
      path: [...specPath, field, index],
      init: field === "initContainers",
    }));
  return [...list("containers", spec.containers), ...list("initContainers", spec.initContainers ?? [])];
}
