import {
  annotations,
  labels as labelKeys,
  type NodeClaim,
  nodePoolHash,
  nodePoolHashVersion,
  nodeClassLabelKey,
} from "../../api/index.ts";
import type { PoolView } from "../cluster/views.ts";
import { anyValueOf } from "../requirements/requirement.ts";
import { requirementsSpecs } from "../requirements/requirement-specs.ts";
import { addRequirements, labelRequirements, specRequirements } from "../requirements/requirements.ts";

/**
 * A claim of a static pool, made from its template as it stands: no types and capacity types are listed, the provider picks
 * (scheduling 6.4, 7.4). `isWellKnown` labels are filled by the provider.
 */
export function staticClaim({ pool, key }: PoolView, isWellKnown: (label: string) => boolean): NodeClaim {
  const { template } = pool.spec;
  const { taints, startupTaints, nodeClassRef, expireAfter, terminationGracePeriod } = template.spec;
  const labels = {
    ...template.metadata?.labels,
    [labelKeys.nodePool]: key.name,
    [nodeClassLabelKey(nodeClassRef)]: nodeClassRef.name,
  };
  const requirements = addRequirements(specRequirements(template.spec.requirements), labelRequirements(labels));
  const custom = [...requirements.values()]
    .filter((requirement) => !isWellKnown(requirement.key))
    .flatMap((requirement) => {
      const value = anyValueOf(requirement);
      return value === undefined ? [] : [[requirement.key, value] as const];
    });
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      generateName: `${key.name}-`,
      labels: { ...labels, ...Object.fromEntries(custom) },
      annotations: {
        ...template.metadata?.annotations,
        [annotations.nodePoolHash]: nodePoolHash(pool),
        [annotations.nodePoolHashVersion]: nodePoolHashVersion,
      },
      ownerReferences: [
        {
          apiVersion: pool.apiVersion,
          kind: pool.kind,
          name: key.name,
          uid: pool.metadata.uid ?? "",
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      nodeClassRef,
      requirements: requirementsSpecs(requirements),
      ...(taints === undefined ? {} : { taints }),
      ...(startupTaints === undefined ? {} : { startupTaints }),
      ...(expireAfter === undefined ? {} : { expireAfter }),
      ...(terminationGracePeriod === undefined ? {} : { terminationGracePeriod }),
    },
  };
}
