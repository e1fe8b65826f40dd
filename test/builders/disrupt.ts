/** One pass of disruption methods over a layout, in the words that tests compare. */
import {
  type ClusterSnapshot,
  type DisruptionMethod,
  type DisruptionPlan,
  type DisruptionSettings,
  emptiness,
  multiNodeConsolidation,
  planDisruption,
  repacking,
  singleNodeConsolidation,
  vacancy,
} from "../../src/core/index.ts";
import { layoutNow } from "./layout.ts";

/** Upstream's methods to the letter, and ours: what both must do is asked of both. */
export const upstreamMethods: readonly DisruptionMethod[] = [
  emptiness,
  multiNodeConsolidation,
  singleNodeConsolidation,
];
export const ourMethods: readonly DisruptionMethod[] = [vacancy, repacking];

export const bothWays = [
  ["upstream's rules", upstreamMethods],
  ["repacking", ourMethods],
] as const;

export interface DisruptGiven {
  readonly methods?: readonly DisruptionMethod[];
  readonly settings?: Partial<DisruptionSettings>;
  readonly queued?: ReadonlySet<string>;
}

export function disrupt(snapshot: ClusterSnapshot, given: DisruptGiven = {}): DisruptionPlan {
  const { methods = ourMethods, ...rest } = given;
  const plan = planDisruption(snapshot, { now: layoutNow, methods, ...rest });
  if (!plan.ok) throw new Error(plan.failure.message);
  return plan.value;
}

/** Each command as the nodes that go and the types that come, "a, b -> small". */
export const movesIn = ({ commands }: DisruptionPlan): readonly string[] =>
  commands.map(({ candidates, replacements }) => {
    const out = candidates.map(({ node }) => node.name).sort();
    const made = replacements.map(({ cheapest }) => cheapest.instanceType).sort();
    return `${out.join(", ")} -> ${made.join(", ") || "nothing"}`;
  });

/** The last code and all texts of why a node stays. */
export function keptBecause({ kept }: DisruptionPlan, name: string): { readonly code: string; readonly texts: string } {
  const node = kept.find((each) => each.node.name === name);
  if (node === undefined) throw new Error(`node ${name} does not stay`);
  return { code: node.code, texts: node.reasons.map(({ text }) => text).join("; ") };
}
