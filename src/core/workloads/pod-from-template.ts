import type { KubeObject, OwnerReference, Pod, PodSpec, PodTemplateSpec } from "../../api/index.ts";

/** What a controller gives a pod of its template on its way. */
export interface PodIdentity {
  readonly name: string;
  /** The reference that marks the managing owner. */
  readonly owner: OwnerReference;
  readonly uid?: string;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly spec?: Partial<PodSpec>;
}

/**
 * A pod of a workload, as Kubernetes' own controllers make it: in the workload's namespace, with what the template says and
 * on top what the controller adds. The one place for it: the embedded cluster creates such pods, offline answers plan them.
 */
export function podFromTemplate(workload: KubeObject, template: PodTemplateSpec, identity: PodIdentity): Pod {
  const { labels, annotations, finalizers = [] } = template.metadata ?? {};
  const allFinalizers = [...finalizers, ...(identity.finalizers ?? [])];
  const hasAnnotations = annotations !== undefined || identity.annotations !== undefined;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: identity.name,
      namespace: workload.metadata.namespace ?? "default",
      ...(identity.uid === undefined ? {} : { uid: identity.uid }),
      ...(identity.generateName === undefined ? {} : { generateName: identity.generateName }),
      labels: { ...labels, ...identity.labels },
      ...(hasAnnotations ? { annotations: { ...annotations, ...identity.annotations } } : {}),
      ...(allFinalizers.length === 0 ? {} : { finalizers: allFinalizers }),
      ownerReferences: [identity.owner],
    },
    spec: { ...template.spec, ...identity.spec },
  };
}
