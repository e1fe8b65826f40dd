/** Machines far larger than any pod of their pool asks for (KBP140), and those that would do (KBP406). */
import type { InstanceType } from "../../core/index.ts";
import type { Facts } from "./facts.ts";
import type { Pool } from "./pools.ts";
import { workloadsOf } from "./serving.ts";
import { shapeOf, type Suggestion, typesOfShape } from "./similar-types.ts";
import { isBoundedInSize } from "./size-bounds.ts";
import { hasAccelerator, holds, isMetal } from "./types.ts";
import type { Workload } from "./workloads.ts";

export const most = (pods: readonly Workload[], resource: string): number =>
  Math.max(...pods.map(({ requests }) => requests[resource] ?? 0));

/** The largest type that is beyond all reason for the pods that the pool serves; undefined where something bounds it. */
export function oversizedType(
  facts: Facts,
  pool: Pool,
): { readonly type: InstanceType; readonly pods: readonly Workload[] } | undefined {
  if (Object.keys(pool.limits).length > 0 || isBoundedInSize(pool)) return undefined;
  const pods = workloadsOf(facts, pool);
  const type = pods.length === 0 ? undefined : largestBeyond(facts, pool, pods);
  return type === undefined ? undefined : { type, pods };
}

function largestBeyond(facts: Facts, pool: Pool, pods: readonly Workload[]): InstanceType | undefined {
  const factor = facts.thresholds.oversizeFactor;
  const beyond = (resource: string, { capacity }: InstanceType): boolean => {
    const asked = most(pods, resource);
    return asked > 0 && (capacity[resource] ?? 0) > asked * factor;
  };
  return facts
    .typesOf(pool)
    .filter((type) => beyond("cpu", type) || beyond("memory", type))
    .toSorted(
      (a, b) => size(b, "cpu") - size(a, "cpu") || size(b, "memory") - size(a, "memory") || (a.name < b.name ? -1 : 1),
    )[0];
}

const size = ({ capacity }: InstanceType, resource: string): number => capacity[resource] ?? 0;

/** Types of the smallest shape of the pool that holds each of its pods; undefined where the pool is not oversized. */
export function fittingTypes(facts: Facts, pool: Pool): Suggestion | undefined {
  const pods = oversizedType(facts, pool)?.pods;
  if (pods === undefined) return undefined;
  const smallest = facts
    .typesOf(pool)
    .filter((type) => !hasAccelerator(type) && !isMetal(type) && pods.every(({ requests }) => holds(type, requests)))
    .toSorted(
      (a, b) => size(a, "cpu") - size(b, "cpu") || size(a, "memory") - size(b, "memory") || (a.name < b.name ? -1 : 1),
    )[0];
  if (smallest === undefined) return undefined;
  const shape = shapeOf(smallest);
  const allowed = new Set(facts.typesOf(pool).map(({ name }) => name));
  return { shape, names: typesOfShape(facts.types, shape).filter((name) => allowed.has(name)) };
}
