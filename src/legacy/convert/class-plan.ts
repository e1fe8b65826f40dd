/**
 * Which node classes are needed: kubelet settings move from the pool to the class, so pools that share a template but not
 * their kubelet settings need a class each (spec: v1alpha5 5.1).
 */
import type { EC2NodeClassSpec, KubeObject } from "../../api/index.ts";

export type Kubelet = EC2NodeClassSpec["kubelet"];

/** A pool as far as its class is concerned. */
export interface ClassUser {
  readonly pool: string;
  readonly template: string;
  readonly kubelet: Kubelet;
}

export interface ClassVariant {
  readonly name: string;
  readonly kubelet: Kubelet;
}

export interface ClassPlan {
  /** Classes to make of a template; one without kubelet settings when nobody uses it. */
  variantsOf(template: string): readonly ClassVariant[];
  /** The class that a pool refers to. */
  classOf(user: ClassUser): string;
}

/** The first pool's settings keep the template's name; each further set adds the name of the pool that brought it. */
export function planClasses(users: readonly ClassUser[]): ClassPlan {
  const variants = new Map<string, Map<string, ClassVariant>>();
  for (const { template, kubelet, pool } of users) {
    const known = variants.get(template) ?? new Map<string, ClassVariant>();
    variants.set(template, known);
    const key = kubeletKey(kubelet);
    if (!known.has(key)) known.set(key, { name: known.size === 0 ? template : `${template}-${pool}`, kubelet });
  }
  return {
    variantsOf: (template) => {
      const known = variants.get(template);
      return known === undefined ? [{ name: template, kubelet: undefined }] : [...known.values()];
    },
    classOf: ({ template, kubelet }) => variants.get(template)?.get(kubeletKey(kubelet))?.name ?? template,
  };
}

/** Equal settings in any order of writing are equal. */
function kubeletKey(kubelet: Kubelet): string {
  return JSON.stringify(kubelet ?? {}, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

export const nameOf = (object: KubeObject): string => object.metadata.name ?? "";
