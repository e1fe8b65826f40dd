import type { KubeObject, Pod, PodSpec, PodTemplateSpec } from "../../api/index.ts";
import { controllerReference } from "../stand-ins/ownership.ts";

/** A pod of `owner` from its template. Names are chosen here, so that an own creation is known before the cache shows it. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplateSpec,
  identity: {
    readonly name: string;
    readonly generateName?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly spec?: Partial<PodSpec>;
  },
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const { name, generateName } = identity;
  const allFinalizers = [...(finalizers ?? []), ...(identity.finalizers ?? [])];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? "",
      ...(generateName === undefined ? {} : { generateName }),
      labels: { ...labels, ...identity.labels },
      ...(annotations === undefined && identity.annotations === undefined
        ? {}
        : { annotations: { ...annotations, ...identity.annotations } }),
      ...(allFinalizers.length === 0 ? {} : { finalizers: allFinalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...template.spec, ...identity.spec },
  };
}

/** Kubernetes cuts the base of a generated name so that the suffix fits into 63 characters. */
export const generatedName = (base: string, suffix: string): string => `${base.slice(0, 63 - suffix.length)}${suffix}`;
