/** Which pool can serve which workload, and what stands in the way (v1alpha5 6.4). */
import { awsLabelRules, capacityTypes, labels } from "../../api/index.ts";
import {
  acceptsAbsence,
  hasValue,
  intersects,
  isCompatible,
  type Requirements,
  toleratesAll,
} from "../../core/index.ts";
import type { Facts } from "./facts.ts";
import { allowsSpot, type Pool } from "./pools.ts";
import { holds } from "./types.ts";
import type { Workload } from "./workloads.ts";

export const tolerates = (workload: Pick<Workload, "spec">, pool: Pool): boolean =>
  toleratesAll(
    pool.taints.filter(({ effect }) => effect !== "PreferNoSchedule"),
    workload.spec.tolerations,
  );

/** Labels alone: what the pool says against what the pods ask. */
export const selects = ({ alternatives }: Pick<Workload, "alternatives">, pool: Pool): boolean =>
  alternatives.some(
    (wanted) => !asksForToday(pool, wanted) && isCompatible(pool.requirements, wanted, awsLabelRules.wellKnown),
  );

/** Nodes of a Provisioner have no label of a NodePool, though the key is well known. */
const asksForToday = ({ era }: Pool, wanted: Requirements): boolean => {
  const requirement = era === "v1" ? undefined : wanted.get(labels.nodePool);
  return requirement !== undefined && !acceptsAbsence(requirement);
};

/** The pool may use spot, and the pods do not insist on something else. */
export const mayRunOnSpot = ({ alternatives }: Pick<Workload, "alternatives">, pool: Pool): boolean =>
  allowsSpot(pool) &&
  alternatives.some((wanted) => {
    const requirement = wanted.get(labels.capacityType);
    return requirement === undefined || hasValue(requirement, capacityTypes.spot);
  });

/** Labels and taints, and, where the catalogue is there, a type that holds one pod. */
export function serves(facts: Facts, pool: Pool, workload: Workload): boolean {
  return tolerates(workload, pool) && selects(workload, pool) && hasType(facts, pool, workload);
}

/** True where no catalogue tells the pool's machines: nothing speaks against it. */
export function hasType(
  facts: Facts,
  pool: Pool,
  { alternatives, requests }: Pick<Workload, "alternatives" | "requests">,
): boolean {
  if (!facts.has.has("catalogue") || !pool.isEc2) return true;
  return facts
    .typesOf(pool)
    .some((type) => alternatives.some((wanted) => agrees(type.requirements, wanted)) && holds(type, requests));
}

/** Keys that only one side names decide nothing here: the pool's labels have been compared before. */
const agrees = (type: Requirements, wanted: Requirements): boolean => intersects(type, wanted);

export const poolsFor = (facts: Facts, workload: Workload): readonly Pool[] =>
  facts.remembered(workload, "pools", () => facts.pools.filter((pool) => serves(facts, pool, workload)));

export const workloadsOf = (facts: Facts, pool: Pool): readonly Workload[] =>
  facts.workloads.filter((workload) => workload.kind !== "DaemonSet" && poolsFor(facts, workload).includes(pool));
