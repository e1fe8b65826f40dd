/** A Provisioner in the shape of a NodePool (spec: v1alpha5 5.6 step 1). Pure; the stored object is never changed. */
import {
  annotations,
  type DisruptionBudget,
  eraAnnotations,
  type EraDefaults,
  type NodePool,
  type NodePoolDisruption,
  type ObjectMeta,
  type Provisioner,
  type ProvisionerSpec,
  withProvisionerDefaults,
} from "../../api/index.ts";
import { addressOf } from "../../core/index.ts";
import { provisionerClassAddress } from "./class-view.ts";

/** Nearest to the old loop: all empty nodes at once, everything else one at a time (5.1). */
export const eraBudgets: readonly DisruptionBudget[] = Object.freeze([
  { nodes: "100%", reasons: ["Empty"] },
  { nodes: "1", reasons: ["Underutilized", "Drifted"] },
]);

export interface PoolViewOptions {
  readonly defaults?: EraDefaults;
}

/** Named by its address; its status is not part of the view. */
export function poolViewOfProvisioner(provisioner: Provisioner, options: PoolViewOptions = {}): NodePool {
  const { spec = {}, metadata } = withProvisionerDefaults(provisioner, options.defaults);
  const name = metadata.name ?? "";
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { ...viewMetadata(metadata), name: addressOf({ kind: "Provisioner", name }) },
    spec: {
      template: {
        metadata: { labels: spec.labels ?? {}, annotations: spec.annotations ?? {} },
        spec: {
          ...(spec.taints === undefined ? {} : { taints: spec.taints }),
          ...(spec.startupTaints === undefined ? {} : { startupTaints: spec.startupTaints }),
          requirements: spec.requirements ?? [],
          nodeClassRef: {
            group: "karpenter.k8s.aws",
            kind: "EC2NodeClass",
            name: provisionerClassAddress(name),
          },
          // The forceful expiry of v1 is not the era's: nodes of Provisioners are replaced first (4.7.2).
          expireAfter: "Never",
        },
      },
      disruption: { ...eraDisruption(spec), budgets: eraBudgets },
      ...(spec.limits?.resources === undefined ? {} : { limits: spec.limits.resources }),
      ...(spec.weight === undefined ? {} : { weight: spec.weight }),
    },
  };
}

/** Consolidation wins where a stored object has both (4.7.5); neither means that nothing is consolidated. */
export function eraDisruption({
  consolidation,
  ttlSecondsAfterEmpty,
}: Pick<ProvisionerSpec, "consolidation" | "ttlSecondsAfterEmpty">): NodePoolDisruption {
  if (consolidation?.enabled === true) {
    return { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "0s" };
  }
  const consolidateAfter = ttlSecondsAfterEmpty === undefined ? "Never" : `${ttlSecondsAfterEmpty}s`;
  return { consolidationPolicy: "WhenEmpty", consolidateAfter };
}

/** Annotations of the era under the names of today, and the reverse. */
const annotationPairs: readonly (readonly [era: string, today: string])[] = [
  [eraAnnotations.provisionerHash, annotations.nodePoolHash],
  [eraAnnotations.provisionerHashVersion, annotations.nodePoolHashVersion],
];

function viewMetadata(metadata: ObjectMeta): ObjectMeta {
  const renamed = Object.entries(metadata.annotations ?? {}).map(([key, value]) => [
    annotationPairs.find(([era]) => era === key)?.[1] ?? key,
    value,
  ]);
  return { ...metadata, annotations: Object.fromEntries(renamed) };
}
