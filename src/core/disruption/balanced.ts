/** Consolidation policy Balanced (lifecycle 6): a move must save as large a share of its pool as it disrupts, halved. */
import { labels } from "../../api/index.ts";
import { type KeyText, keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { evictionCost } from "../pods/eviction-cost.ts";
import { isDaemonPod } from "../pods/ownership.ts";
import { isTerminal } from "../pods/predicates.ts";
import { type Candidate, nodePrice } from "./candidate.ts";
import type { DisruptionScope } from "./pipeline.ts";
import type { PoolScore } from "./pool-score.ts";

/** The smallest whole number at which exchanging the machine of a uniform pool can pass (lifecycle 6.5). */
export const balancedFactor = 2;

/** Cost and disruption of a pool as it stands. */
export interface PoolTotals {
  /** USD an hour. */
  readonly cost: number;
  readonly disruption: number;
}

export interface BalancedScoring {
  /** Approved unless some Balanced pool among the candidates refuses. */
  judge(candidates: readonly Candidate[], saving: number): BalancedVerdict;
  /** Whether even removing the node for nothing would be refused (lifecycle 6.4). */
  isHopeless(candidate: Candidate): boolean;
}

export interface BalancedVerdict {
  readonly approved: boolean;
  /** One for each pool, in the order in which candidates name them. */
  readonly pools: readonly PoolScore[];
  readonly text: string;
}

export const isBalanced = ({ pool }: Candidate): boolean => policyOf(pool) === "Balanced";

/** As the spec spells it; the default when absent. */
export const policyOf = ({ pool }: Candidate["pool"]): string =>
  pool.spec.disruption?.consolidationPolicy ?? "WhenEmptyOrUnderutilized";

export function balancedScoring(totals: ReadonlyMap<KeyText, PoolTotals>): BalancedScoring {
  return {
    judge: (candidates, saving) => judgeMove(candidates, saving, totals),
    isHopeless(candidate) {
      const known = totals.get(keyText(candidate.pool.key));
      if (!isBalanced(candidate) || known === undefined || known.cost === 0) return false;
      return !judgeMove([candidate], candidate.price, totals).approved;
    },
  };
}

function judgeMove(
  candidates: readonly Candidate[],
  saving: number,
  totals: ReadonlyMap<KeyText, PoolTotals>,
): BalancedVerdict {
  if (candidates.length === 0) return { approved: false, pools: [], text: "no candidates" };
  const byPool = new Map<KeyText, Candidate[]>();
  for (const candidate of candidates) {
    const key = keyText(candidate.pool.key);
    byPool.set(key, [...(byPool.get(key) ?? []), candidate]);
  }
  const source = candidates.reduce((sum, { price }) => sum + price, 0);
  const pools = [...byPool].map(([key, members]) => {
    const own = members.reduce((sum, { price }) => sum + price, 0);
    const share = byPool.size > 1 && source > 0 ? (saving * own) / source : saving;
    return scorePool(members, share, totals.get(key));
  });
  const refused = pools.find(({ approved }) => !approved);
  return { approved: refused === undefined, pools, text: refused === undefined ? "" : refusalText(refused) };
}

function scorePool(members: readonly Candidate[], saving: number, totals: PoolTotals | undefined): PoolScore {
  const [first] = members as [Candidate, ...Candidate[]];
  const disruption = members.reduce((sum, { rescheduleCost }) => sum + rescheduleCost, 0);
  const fractions =
    totals === undefined || totals.cost <= 0 || totals.disruption <= 0
      ? { savingFraction: 0, disruptionFraction: 0 }
      : { savingFraction: saving / totals.cost, disruptionFraction: disruption / totals.disruption };
  const score = balancedScore(fractions.savingFraction, fractions.disruptionFraction);
  const balanced = isBalanced(first);
  return { pool: first.pool, balanced, ...fractions, score, approved: !balanced || score >= 1 / balancedFactor };
}

/** Share saved for share disrupted; nothing saved scores 0, saving without disruption is beyond compare. */
export function balancedScore(savingFraction: number, disruptionFraction: number): number {
  if (savingFraction <= 0) return 0;
  return disruptionFraction === 0 ? Number.POSITIVE_INFINITY : savingFraction / disruptionFraction;
}

function refusalText({ pool, score, savingFraction, disruptionFraction }: PoolScore): string {
  const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
  return `the move would save ${percent(savingFraction)} of ${pool.key.kind} "${pool.key.name}" and disrupt ${percent(disruptionFraction)} of it: score ${Number(score.toFixed(2))}, below ${1 / balancedFactor} (consolidationPolicy: Balanced)`;
}

/** Totals of the pools that have candidates, over all of their nodes (lifecycle 6.2). */
export function poolTotals(
  snapshot: ClusterSnapshot,
  candidates: readonly Candidate[],
  { instanceTypes }: Pick<DisruptionScope, "instanceTypes">,
): ReadonlyMap<KeyText, PoolTotals> {
  const byNode = new Map(candidates.map((candidate) => [candidate.node.name, candidate]));
  const wanted = new Set(candidates.map(({ pool }) => keyText(pool.key)));
  const totals = new Map<KeyText, { cost: number; disruption: number }>();
  for (const node of snapshot.nodes) {
    const key = node.poolKey === undefined ? undefined : keyText(node.poolKey);
    if (key === undefined || !wanted.has(key)) continue;
    const total = totals.get(key) ?? { cost: 0, disruption: 0 };
    totals.set(key, total);
    const type = instanceTypes.get(key)?.get(node.labels[labels.instanceType] ?? "");
    total.cost += nodePrice(node, type);
    total.disruption += byNode.get(node.name)?.rescheduleCost ?? disruptionOf(node);
  }
  return totals;
}

/** A node that is no candidate: its pods count, terminating ones included (lifecycle 0.9). */
function disruptionOf({ pods }: StateNode): number {
  let cost = 1;
  for (const pod of pods) if (!isDaemonPod(pod) && !isTerminal(pod)) cost += Math.max(0, evictionCost(pod));
  return cost;
}
