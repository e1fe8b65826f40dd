/** What admission fills in for a namespace (v1alpha5 6.4: LimitRange defaulting is simulated for files). */
import type { KubeObject, QuantityText, ResourceQuantities } from "../../api/index.ts";
import type { Facts } from "./facts.ts";

interface LimitRange extends KubeObject {
  readonly spec?: {
    readonly limits?: readonly {
      readonly type?: string;
      readonly default?: ResourceQuantities;
      readonly defaultRequest?: ResourceQuantities;
    }[];
  };
}

export interface NamespaceDefaults {
  readonly requests: ResourceQuantities;
  readonly limits: ResourceQuantities;
}

export function namespaceDefaults(facts: Facts, namespace: string): NamespaceDefaults {
  const ranges = facts.remembered(facts, "limit ranges", () =>
    facts.objects.filter(({ object }) => object.kind === "LimitRange"),
  );
  const entries = ranges
    .filter(({ object }) => (object.metadata.namespace ?? "default") === namespace)
    .flatMap(({ object }) => (object as LimitRange).spec?.limits ?? [])
    .filter(({ type }) => type === "Container");
  const limits = merged(entries.map((entry) => entry.default));
  // A limit of the range without a request of its own is the request as well.
  return { requests: { ...limits, ...merged(entries.map((entry) => entry.defaultRequest)) }, limits };
}

const merged = (parts: readonly (ResourceQuantities | undefined)[]): Record<string, QuantityText> =>
  Object.assign({}, ...parts) as Record<string, QuantityText>;
