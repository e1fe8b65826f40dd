import type { LabelSelector, Pod } from "../../api/index.ts";
import type { DefaultConstraint } from "./config.ts";
import { deduceSelector, type SelectingObjects } from "./selecting-objects.ts";

export interface SpreadDefaults {
  readonly constraints: readonly DefaultConstraint[];
  readonly objects: SelectingObjects;
}

/**
 * Pods with the default constraints where they declare none of their own; the others are the very same objects. In memory
 * only, for one pass (scheduling 5.9).
 */
export function withSpreadDefaults(pods: readonly Pod[], defaults: SpreadDefaults | undefined): readonly Pod[] {
  if (defaults === undefined || defaults.constraints.length === 0) return pods;
  const selectors = new Map<string, LabelSelector | undefined>();
  return pods.map((pod) => {
    if ((pod.spec.topologySpreadConstraints?.length ?? 0) > 0) return pod;
    const key = lookupKey(pod);
    if (!selectors.has(key)) selectors.set(key, deduceSelector(pod, defaults.objects));
    const labelSelector = selectors.get(key);
    if (labelSelector === undefined) return pod;
    const topologySpreadConstraints = defaults.constraints.map((constraint) => ({ ...constraint, labelSelector }));
    return { ...pod, spec: { ...pod.spec, topologySpreadConstraints } };
  });
}

/** Pods of one owner, namespace and labels are looked up once. */
function lookupKey({ metadata }: Pod): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return JSON.stringify([
    metadata.namespace,
    owner?.apiVersion,
    owner?.kind,
    owner?.name,
    Object.entries(metadata.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}
