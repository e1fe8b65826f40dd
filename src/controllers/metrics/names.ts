import type { Resources } from "../../core/index.ts";

/** `karpenter.k8s.aws/instance-cpu` as a metric label: `instance_cpu` (spec: operations 1.1). */
export const labelNameOf = (key: string): string =>
  key
    .slice(key.lastIndexOf("/") + 1)
    .toLowerCase()
    .replaceAll("-", "_");

/** `ephemeral-storage` as a `resource_type`: `ephemeral_storage`. */
export const resourceTypeOf = (resource: string): string => resource.toLowerCase().replaceAll("-", "_");

/** Cores for cpu, the plain amount for everything else; in order of name. */
export const amountsOf = (resources: Resources): readonly (readonly [string, number])[] =>
  Object.keys(resources)
    .sort()
    .map((name) => [resourceTypeOf(name), name === "cpu" ? (resources[name] ?? 0) / 1000 : (resources[name] ?? 0)]);
