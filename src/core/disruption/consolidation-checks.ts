/** Who may be consolidated at all (lifecycle 3.3), in the order in which the reasons are told. */
import { labels } from "../../api/index.ts";
import { isStaticPool } from "../cluster/views.ts";
import { type Candidate, isEmptyCandidate } from "./candidate.ts";
import { isConsolidatable, neverConsolidates } from "./consolidatable.ts";
import { doNotConsolidate } from "./do-not-consolidate.ts";
import type { MethodCheck } from "./method.ts";

const checksWith = (isEmpty: (candidate: Candidate) => boolean): readonly MethodCheck[] => [
  {
    code: "static-pool",
    refusal: ({ pool }) => (isStaticPool(pool) ? "its pool has a fixed number of replicas" : undefined),
  },
  {
    code: "type-unknown",
    event: "Unconsolidatable",
    refusal: ({ instanceType, node }) =>
      instanceType === undefined
        ? `its instance type "${node.labels[labels.instanceType] ?? ""}" is not among those of its pool`
        : undefined,
  },
  {
    code: "no-capacity-type",
    event: "Unconsolidatable",
    refusal: ({ capacityType }) =>
      capacityType === undefined ? `it lacks the label ${labels.capacityType}` : undefined,
  },
  {
    code: "no-zone",
    event: "Unconsolidatable",
    refusal: ({ zone }) => (zone === undefined ? `it lacks the label ${labels.zone}` : undefined),
  },
  {
    code: "consolidation-off",
    event: "Unconsolidatable",
    refusal: ({ pool }) =>
      neverConsolidates(pool)
        ? `consolidation is off for ${pool.key.kind} "${pool.key.name}" (consolidateAfter: Never)`
        : undefined,
  },
  doNotConsolidate,
  {
    code: "left-to-emptiness",
    refusal: (candidate) => (isEmpty(candidate) ? "it is empty, and removed as such" : undefined),
  },
  {
    code: "only-when-empty",
    event: "Unconsolidatable",
    refusal: ({ pool }) =>
      pool.pool.spec.disruption?.consolidationPolicy === "WhenEmpty"
        ? `${pool.key.kind} "${pool.key.name}" consolidates only nodes that are empty (consolidationPolicy: WhenEmpty)`
        : undefined,
  },
  {
    code: "not-quiet",
    refusal: ({ claim }) => (isConsolidatable(claim) ? undefined : "its pods changed too recently (consolidateAfter)"),
  },
];

/** Upstream's: nodes whose pods cost nothing to move are emptiness' own. */
export const consolidationChecks = Object.freeze(checksWith(isEmptyCandidate));

/** Ours: nodes without pods are (lifecycle 8, O22). */
export const repackingChecks = Object.freeze(checksWith(({ pods }) => pods.length === 0));
