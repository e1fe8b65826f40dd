import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { requirementPath } from "../facts/pools.ts";
import { overPools, poolProblem } from "../model/judging.ts";
import type { Problem, Rule } from "../model/rule.ts";
import { acceptsAbsence, requirementText } from "../../core/index.ts";

export const unsatisfiable: Rule = {
  id: "KBP144",
  name: "unsatisfiable",
  severity: "error",
  requirements: ["R62"],
  needs: ["objects"],
  document: {
    what: "The requirements and labels of a pool contradict each other, or leave no machine type.",
    why: "The pool can never launch anything, and pods that only it could serve stay pending.",
    fix: "Correct the requirement that is named.",
  },
  check: (facts) => overPools(facts, (pool) => contradiction(pool) ?? noTypes(facts, pool)),
};

/** A key whose entries meet in no value, though none of them says DoesNotExist. */
function contradiction(pool: Pool): Problem | undefined {
  for (const key of [...pool.requirements.keys()].toSorted()) {
    const requirement = pool.requirements.get(key);
    if (requirement === undefined || requirement.complement || requirement.values.size > 0) continue;
    const entries = pool.written.filter((spec) => spec.key === key);
    if (entries.length > 0 && entries.every(({ operator }) => operator === "DoesNotExist") && !(key in pool.labels))
      continue;
    return poolProblem(pool, requirementPath(pool, key), {
      message: `${pool.title} can never launch: ${key} has no possible value`,
      evidence: entries.map(({ operator, values = [] }) => `${operator} [${values.join(" ")}]`).join(" and "),
    });
  }
  return undefined;
}

function noTypes(facts: Facts, pool: Pool): Problem | undefined {
  if (!facts.has.has("catalogue") || !pool.isEc2) return undefined;
  if (facts.typesOf(pool).length > 0 || !isOfCatalogue(facts, pool)) return undefined;
  const texts = [...pool.required.values()].filter((requirement) => !acceptsAbsence(requirement)).map(requirementText);
  return poolProblem(pool, pool.paths.requirements, {
    message: `${pool.title} can never launch: no machine type of ${facts.region} satisfies its requirements`,
    evidence: texts.toSorted().join(", "),
  });
}

/** A pool of another region, or of another cloud, is not judged by this catalogue. */
function isOfCatalogue({ types }: Facts, pool: Pool): boolean {
  const zone = pool.required.get("topology.kubernetes.io/zone");
  const zones = new Set(types.flatMap(({ offerings }) => offerings.map((offering) => offering.zone)));
  return zone === undefined || zone.complement || [...zone.values].some((value) => zones.has(value));
}
