import type { InstanceType } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { workloadsOf } from "../facts/serving.ts";
import { isBoundedInSize } from "../facts/size-bounds.ts";
import type { Workload } from "../facts/workloads.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const noExclusion: Rule = {
  id: "KBP140",
  name: "no-exclusion",
  severity: "info",
  requirements: ["R24"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A pool may launch types with more than 8 times the cpu or memory of its largest pod, and nothing bounds them.",
    why: "A large machine is cheap only while it is full; with few pods on it, its loss or its rest costs more.",
    fix: "Exclude types with instance-type NotIn, or bound instance-cpu, instance-memory or instance-size, or set limits.",
  },
  check: (facts) =>
    overEach(facts.pools, (pool) => {
      if (Object.keys(pool.limits).length > 0 || isBoundedInSize(pool)) return undefined;
      const pods = workloadsOf(facts, pool);
      if (pods.length === 0) return undefined;
      const type = largestBeyond(facts, pool, pods);
      if (type === undefined) return undefined;
      return poolProblem(pool, pool.paths.requirements, {
        message: `${pool.title} may launch up to ${type.name} while its largest pod asks for ${askText(pods)}`,
        evidence: `${type.name}: ${(type.capacity["cpu"] ?? 0) / 1000} vCPU, ${gibibytes(type.capacity["memory"])} GiB`,
      });
    }),
};

const most = (pods: readonly Workload[], resource: string): number =>
  Math.max(...pods.map(({ requests }) => requests[resource] ?? 0));

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

const gibibytes = (bytes = 0): number => Math.round((bytes / 2 ** 30) * 10) / 10;

const askText = (pods: readonly Workload[]): string =>
  `${most(pods, "cpu") / 1000} vCPU and ${gibibytes(most(pods, "memory"))} GiB`;
