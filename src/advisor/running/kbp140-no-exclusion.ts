import { most, oversizedType } from "../facts/oversized.ts";
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
      const beyond = oversizedType(facts, pool);
      if (beyond === undefined) return undefined;
      const { type, pods } = beyond;
      return poolProblem(pool, pool.paths.requirements, {
        message: `${pool.title} may launch up to ${type.name} while its largest pod asks for ${askText(pods)}`,
        evidence: `${type.name}: ${(type.capacity["cpu"] ?? 0) / 1000} vCPU, ${gibibytes(type.capacity["memory"])} GiB`,
      });
    }),
};

const gibibytes = (bytes = 0): number => Math.round((bytes / 2 ** 30) * 10) / 10;

const askText = (pods: readonly Workload[]): string =>
  `${most(pods, "cpu") / 1000} vCPU and ${gibibytes(most(pods, "memory"))} GiB`;
