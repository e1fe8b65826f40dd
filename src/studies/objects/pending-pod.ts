/** Pods as the API server and the controllers would make them from templates. */
import type {
  Container,
  KubeObject,
  OwnerReference,
  Pod,
  PodSpec,
  PodTemplateSpec,
  PriorityClass,
} from "../../api/index.ts";
import { podFromTemplate } from "../../core/index.ts";

/** Priorities by name of their class, the two of Kubernetes' own included. */
export type Priorities = ReadonlyMap<string, number>;

export function prioritiesOf(objects: readonly KubeObject[]): Priorities {
  const priorities = new Map([
    ["system-cluster-critical", 2_000_000_000],
    ["system-node-critical", 2_000_001_000],
  ]);
  for (const object of objects) {
    if (object.kind !== "PriorityClass") continue;
    const { value, globalDefault } = object as PriorityClass;
    priorities.set(object.metadata.name ?? "", value);
    if (globalDefault === true) priorities.set("", value);
  }
  return priorities;
}

/** Admission: requests from limits, priority from its class. */
export function admittedSpec(spec: PodSpec, priorities: Priorities): PodSpec {
  const priority = spec.priority ?? priorities.get(spec.priorityClassName ?? "");
  return {
    ...spec,
    containers: spec.containers.map(withRequests),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withRequests) }),
    ...(priority === undefined ? {} : { priority }),
  };
}

function withRequests(container: Container): Container {
  const { limits, requests } = container.resources ?? {};
  if (limits === undefined) return container;
  return { ...container, resources: { ...container.resources, requests: { ...limits, ...requests } } };
}

/** A pod that waits for a node: known by its name, as nobody has given it an identifier. */
export function pendingPod(
  workload: KubeObject,
  template: PodTemplateSpec,
  identity: {
    readonly name: string;
    readonly owner: Omit<OwnerReference, "uid">;
    readonly labels?: Readonly<Record<string, string>>;
    readonly spec?: Partial<PodSpec>;
  },
): Pod {
  const { name, owner } = identity;
  const namespace = workload.metadata.namespace ?? "default";
  return podFromTemplate(workload, template, {
    ...identity,
    uid: `${namespace}/${name}`,
    owner: { ...owner, uid: `${owner.kind}/${namespace}/${owner.name}`, controller: true },
  });
}

/** The pod with what the scheduler says of one that it has no node for, so that the engine plans for it. */
export function markedUnschedulable(pod: Pod): Pod {
  if (pod.spec.nodeName !== undefined || (pod.spec.schedulingGates ?? []).length > 0) return pod;
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const unscheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable" } as const;
  return { ...pod, status: { ...pod.status, phase: "Pending", conditions: [...conditions, unscheduled] } };
}

/** FNV-1a in Kubernetes' alphabet of safe characters: equal templates get equal hashes. */
export function templateHash(template: PodTemplateSpec): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(template)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  let left = hash >>> 0;
  let text = "";
  for (let digit = 0; digit < 6; digit++) {
    text += alphabet[left % alphabet.length] ?? "";
    left = Math.floor(left / alphabet.length);
  }
  return text;
}
