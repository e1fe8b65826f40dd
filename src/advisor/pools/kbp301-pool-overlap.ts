import { awsLabelRules, labels, type Taint } from "../../api/index.ts";
import { intersects, type Requirements, requirementsText } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { serves } from "../facts/serving.ts";
import { offeringsFor } from "../facts/types.ts";
import { poolProblem } from "../model/judging.ts";
import type { Problem, Rule, Severity } from "../model/rule.ts";

/** R43, R44; v1alpha5 6.4 "Overlap". */
export const poolOverlap: Rule = {
  id: "KBP301",
  name: "pool-overlap",
  severity: "warning",
  requirements: ["R43", "R44"],
  needs: ["objects", "catalogue"],
  document: {
    what: "Two pools of equal weight can serve the same pod.",
    why: "Which of them gets the pod is then a matter of their names, and so are its price, taints and labels.",
    fix: "Make the pools exclusive by a taint, a label that pods select, or a requirement, or give them weights.",
  },
  check(facts) {
    // A pool that goes launches nothing more.
    const pools = facts.pools.filter(({ entry }) => entry.object.metadata.deletionTimestamp === undefined);
    if (pools.length < 2) return undefined;
    return pools.flatMap((a, index) => pools.slice(index + 1).flatMap((b) => overlap(facts, a, b)));
  },
};

function overlap(facts: Facts, a: Pool, b: Pool): readonly Problem[] {
  // One pool that two files have, one for each environment.
  if (a.title === b.title) return [];
  if (a.weight !== b.weight || !canHoldBoth(facts, a, b)) return [];
  const plain = hard(a).length === 0 && hard(b).length === 0;
  const pod = facts.workloads.find(
    (workload) => workload.kind !== "DaemonSet" && serves(facts, a, workload) && serves(facts, b, workload),
  );
  const witness = witnessOf(plain, pod?.name, a, b);
  return [
    poolProblem(b, b.paths.weight, {
      message: `${a.title} and ${b.title} overlap (witness: ${witness}); choice is arbitrary`,
      evidence: `both have weight ${a.weight}`,
      severity: severityOf(plain, pod !== undefined && differ(a, b), pod !== undefined),
    }),
  ];
}

/** Plain pod: warning. Only one that tolerates both: info. A workload of the input raises by one level. */
function severityOf(plain: boolean, served: boolean, exists: boolean): Severity {
  if (plain) return served ? "error" : "warning";
  return exists ? "warning" : "info";
}

const hard = ({ taints }: Pool): readonly Taint[] => taints.filter(({ effect }) => effect !== "PreferNoSchedule");

const differ = (a: Pool, b: Pool): boolean =>
  JSON.stringify([a.taints, a.labels, a.entry.object.kind]) !==
  JSON.stringify([b.taints, b.labels, b.entry.object.kind]);

/** A label of the user's that one pool has and the other lacks keeps apart only the pods that select it. */
function canHoldBoth(facts: Facts, a: Pool, b: Pool): boolean {
  if (!intersects(plainOf(a.requirements), plainOf(b.requirements))) return false;
  return facts.typesOf(a).some((type) => facts.typesOf(b).includes(type) && shareOffering(a, b, type));
}

const shareOffering = (a: Pool, b: Pool, type: Parameters<typeof offeringsFor>[1]): boolean =>
  offeringsFor(a, type).some((offering) => offeringsFor(b, type).includes(offering));

/** Without keys of the user's own: a pod that names none of them fits on both sides. */
const plainOf = (requirements: Requirements): Requirements =>
  new Map([...requirements].filter(([key]) => awsLabelRules.wellKnown.has(key) && key !== labels.nodePool));

function witnessOf(plain: boolean, pod: string | undefined, a: Pool, b: Pool): string {
  if (pod !== undefined) return `the pods of ${pod}`;
  const custom = requirementsText(new Map([...a.requirements, ...b.requirements].filter(([key]) => isCustom(key))));
  if (plain) return custom === "" ? "a pod without selectors" : `a pod that selects none of ${custom}`;
  return `a pod that tolerates ${[...hard(a), ...hard(b)].map(({ key, effect }) => `${key}:${effect}`).join(", ")}`;
}

const isCustom = (key: string): boolean => !awsLabelRules.wellKnown.has(key) && !key.startsWith("karpenter.sh/");
