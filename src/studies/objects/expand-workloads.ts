/** Workloads of manifests as the pods that Kubernetes' controllers would make of them. */
import type { CronJob, Deployment, Job, KubeObject, PersistentVolumeClaim, Pod, StatefulSet } from "../../api/index.ts";
import { statefulClaims, statefulLabels, statefulVolumes } from "../../core/index.ts";
import { createOwnedPods, type OwnedPods } from "./owned-pods.ts";
import { pendingPod, templateHash } from "./pending-pod.ts";
import { createReplicas, type Replicas, type Scale, scaleOf } from "./replicas.ts";

export interface Expansion {
  /** Pods that the input does not have yet; in the order of their workloads. */
  readonly pods: readonly Pod[];
  /** Claims that StatefulSets make for them. */
  readonly claims: readonly PersistentVolumeClaim[];
}

interface Context {
  readonly replicas: Replicas;
  readonly owned: OwnedPods;
  readonly scale: Scale;
}

/**
 * Pods of Deployments, ReplicaSets, ReplicationControllers, StatefulSets and Jobs, and one run of each CronJob. What runs
 * already (pods of the input that name their owner) is not made again. DaemonSets are the engine's: they come with nodes.
 */
export function expandWorkloads(objects: readonly KubeObject[], scale: Scale): Expansion {
  const context: Context = { replicas: createReplicas(objects, scale), owned: createOwnedPods(objects), scale };
  const pods: Pod[] = [];
  const claims: PersistentVolumeClaim[] = [];
  for (const object of objects) {
    if (context.owned.isHeld(object)) continue;
    pods.push(...podsOf(object, context));
    if (object.kind === "StatefulSet") claims.push(...claimsOf(object as StatefulSet, context));
  }
  return { pods, claims };
}

function podsOf(object: KubeObject, context: Context): readonly Pod[] {
  switch (object.kind) {
    case "Deployment":
      return replicated(object as Deployment, context, "ReplicaSet");
    case "ReplicaSet":
    case "ReplicationController":
      return replicated(object as Deployment, context, object.kind);
    case "StatefulSet":
      return stateful(object as StatefulSet, context);
    case "Job":
      return jobPods(object, (object as Job).spec, context);
    case "CronJob": {
      const { spec } = object as CronJob;
      return spec.suspend === true ? [] : jobPods(object, spec.jobTemplate.spec, context);
    }
    default:
      return [];
  }
}

function replicated(workload: Deployment, { replicas, owned }: Context, ownerKind: string): readonly Pod[] {
  const { template } = workload.spec;
  const name = workload.metadata.name ?? "";
  const hash = templateHash(template);
  const isDeployment = workload.kind === "Deployment";
  const base = isDeployment ? `${name}-${hash}` : name;
  const owner = {
    apiVersion: ownerKind === "ReplicationController" ? "v1" : "apps/v1",
    kind: ownerKind,
    name: base,
  };
  const there = owned.of(workload).length;
  return numbers(replicas(workload) - there).map((at) =>
    pendingPod(workload, template, {
      name: `${base}-${there + at + 1}`,
      owner,
      ...(isDeployment ? { labels: { "pod-template-hash": hash } } : {}),
    }),
  );
}

function stateful(set: StatefulSet, { replicas, owned }: Context): readonly Pod[] {
  const there = new Set(owned.of(set).map(({ metadata }) => metadata.name));
  const owner = { apiVersion: "apps/v1", kind: "StatefulSet", name: set.metadata.name ?? "" };
  return numbers(replicas(set)).flatMap((ordinal) => {
    const name = statefulPodName(set, ordinal);
    if (there.has(name)) return [];
    const volumes = statefulVolumes(set, set.spec.template, name);
    const labels = statefulLabels(name, ordinal);
    const spec = volumes.length === 0 ? {} : { volumes };
    return [pendingPod(set, set.spec.template, { name, owner, labels, spec })];
  });
}

const claimsOf = (set: StatefulSet, { replicas, owned }: Context): readonly PersistentVolumeClaim[] =>
  numbers(replicas(set))
    .flatMap((ordinal) => statefulClaims(set, statefulPodName(set, ordinal)))
    .filter(({ metadata: { namespace = "default", name = "" } }) => !owned.hasClaim(`${namespace}/${name}`));

const statefulPodName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name ?? ""}-${ordinal}`;

function jobPods(workload: KubeObject, spec: Job["spec"], { owned, scale }: Context): readonly Pod[] {
  if (spec.suspend === true || isFinished(workload as Job)) return [];
  const { parallelism = 1 } = spec;
  const left = (spec.completions ?? parallelism) - ((workload as Job).status?.succeeded ?? 0);
  const wanted = scaleOf(workload, scale) ?? Math.min(parallelism, Math.max(0, left));
  const there = owned.of(workload).length;
  const name = workload.metadata.name ?? "";
  const owner = { apiVersion: "batch/v1", kind: "Job", name };
  return numbers(wanted - there).map((at) =>
    pendingPod(workload, spec.template, {
      name: `${name}-job-${there + at + 1}`,
      owner,
      labels: { "batch.kubernetes.io/job-name": name, "job-name": name },
    }),
  );
}

const isFinished = ({ status }: Job): boolean =>
  status?.conditions?.some(
    ({ type, status: state }) => (type === "Complete" || type === "Failed") && state === "True",
  ) === true;

const numbers = (count: number): readonly number[] => Array.from({ length: Math.max(0, count) }, (_, at) => at);
