import { awsLabels, labels, normaliseLabelKey, type Provisioner, type RequirementSpec } from "../../api/index.ts";
import { intersects, type InstanceType } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { hasAccelerator, isMetal } from "../facts/types.ts";
import { listText, overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

const instanceKeys: readonly string[] = [
  labels.instanceType,
  awsLabels.instanceFamily,
  awsLabels.instanceCategory,
  awsLabels.instanceGeneration,
];

/** v1alpha5 1.3 b: any constraint of these, even one that only excludes, switches the default categories off. */
export const acceleratorsAllowed: Rule = {
  id: "KBP142",
  name: "accelerators-allowed",
  severity: "warning",
  requirements: ["R24", "R54", "R55"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A Provisioner without taints may launch accelerator or metal types, only because a constraint of its own switched off the default categories c, m and r.",
    why: "A NotIn that was to keep some types out lets all others in.",
    fix: "Add instance-category In [c, m, r] and instance-generation Gt [2], or require instance-gpu-count DoesNotExist.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter(({ era }) => era === "v1alpha5"),
      (pool) => {
        if (pool.taints.length > 0) return undefined;
        const index = pool.written.findIndex(isExcluding);
        if (index < 0 || pool.written.some(choosesTypes)) return undefined;
        const types = facts.typesOf(pool).filter((type) => hasAccelerator(type) || isMetal(type));
        if (types.length === 0) return undefined;
        return poolProblem(pool, [...pool.paths.requirements, index], {
          message: `${pool.title} allows ${types.length} accelerator and metal types${excludesNothing(facts, pool)}`,
          evidence: listText(types.map(({ name }) => name)),
        });
      },
    ),
};

const isInstanceKey = ({ key }: RequirementSpec): boolean => instanceKeys.includes(normaliseLabelKey(key));
const isExcluding = (spec: RequirementSpec): boolean => isInstanceKey(spec) && spec.operator !== "In";
const choosesTypes = (spec: RequirementSpec): boolean => isInstanceKey(spec) && spec.operator === "In";

/** Excluded types of another architecture than the pool's would not have been launched anyway. */
function excludesNothing(facts: Facts, pool: Pool): string {
  const excluded = new Set(
    pool.written
      .filter(({ key, operator }) => normaliseLabelKey(key) === labels.instanceType && operator === "NotIn")
      .flatMap(({ values = [] }) => values),
  );
  const named = facts.types.filter(({ name }) => excluded.has(name));
  const arch = pool.required.get(labels.arch);
  if (named.length === 0 || arch === undefined || named.some((type) => allows(type, pool))) return "";
  const fallback = isWritten(pool) ? "" : " (the default)";
  return `; its exclusions exclude nothing while ${labels.arch} is ${[...arch.values].join(", ")}${fallback}`;
}

const allows = (type: InstanceType, { required }: Pool): boolean => {
  const arch = required.get(labels.arch);
  return arch === undefined || intersects(type.requirements, new Map([[labels.arch, arch]]));
};

const isWritten = ({ entry }: Pool): boolean =>
  (entry.object as Provisioner).spec?.requirements?.some(({ key }) => normaliseLabelKey(key) === labels.arch) === true;
