/** Two configurations side by side: what changes in cost, nodes and pods, and what it takes to get from one to the other. */
import { hoursPerMonth } from "../money.ts";
import type { SimulatedNode, SimulateReport } from "./report.ts";
import { rounded } from "./simulate.ts";

export interface Totals {
  readonly nodes: number;
  readonly pricePerHour: number;
  readonly pricePerMonth: number;
  readonly pods: number;
  readonly placed: number;
  readonly unplaced: number;
}

export interface PoolComparison {
  readonly pool: string;
  readonly before: PoolTotals;
  readonly after: PoolTotals;
}

export interface PoolTotals {
  readonly nodes: number;
  readonly pods: number;
  readonly pricePerHour: number;
  /** Machine types with their number. */
  readonly types: Readonly<Record<string, number>>;
}

export interface CompareReport {
  readonly schema: "simulate/1";
  readonly before: Totals;
  readonly after: Totals;
  /** After less before. */
  readonly delta: Totals;
  /** Pods on machines of before that after has no like of (pool, type, zone, capacity type): they have to move. */
  readonly evictions: number;
  readonly pools: readonly PoolComparison[];
  /** Pods that after leaves without a place and before did not. */
  readonly newlyUnplaced: readonly string[];
}

export function compare(before: SimulateReport, after: SimulateReport): CompareReport {
  const [was, is] = [totalsOf(before), totalsOf(after)];
  const left = new Set(before.unplaced.map(({ pod }) => pod));
  const names = new Set([...before.nodes, ...after.nodes].map(({ pool }) => pool));
  return {
    schema: "simulate/1",
    before: was,
    after: is,
    delta: {
      nodes: is.nodes - was.nodes,
      pricePerHour: rounded(is.pricePerHour - was.pricePerHour),
      pricePerMonth: Number((is.pricePerMonth - was.pricePerMonth).toFixed(2)),
      pods: is.pods - was.pods,
      placed: is.placed - was.placed,
      unplaced: is.unplaced - was.unplaced,
    },
    evictions: evictionsBetween(before.nodes, after.nodes),
    pools: [...names].toSorted().map((pool) => ({
      pool,
      before: poolTotals(before.nodes, pool),
      after: poolTotals(after.nodes, pool),
    })),
    newlyUnplaced: after.unplaced.map(({ pod }) => pod).filter((pod) => !left.has(pod)),
  };
}

const totalsOf = ({ nodes, pricePerHour, pods, placed, unplaced }: SimulateReport): Totals => ({
  nodes: nodes.length,
  pricePerHour,
  pricePerMonth: Number((pricePerHour * hoursPerMonth).toFixed(2)),
  pods,
  placed,
  unplaced: unplaced.length,
});

function poolTotals(all: readonly SimulatedNode[], pool: string): PoolTotals {
  const nodes = all.filter((node) => node.pool === pool);
  const types: Record<string, number> = {};
  for (const { type } of nodes) types[type] = (types[type] ?? 0) + 1;
  return {
    nodes: nodes.length,
    pods: nodes.reduce((sum, { pods }) => sum + pods.length, 0),
    pricePerHour: rounded(nodes.reduce((sum, node) => sum + node.pricePerHour, 0)),
    types: Object.fromEntries(Object.entries(types).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Of equal machines those with the most pods are the ones that stay. */
function evictionsBetween(before: readonly SimulatedNode[], after: readonly SimulatedNode[]): number {
  const like = new Map<string, number>();
  for (const node of after) like.set(kindOf(node), (like.get(kindOf(node)) ?? 0) + 1);
  let evictions = 0;
  for (const node of before.toSorted((a, b) => b.pods.length - a.pods.length)) {
    const left = like.get(kindOf(node)) ?? 0;
    if (left > 0) like.set(kindOf(node), left - 1);
    else evictions += node.pods.length;
  }
  return evictions;
}

const kindOf = ({ pool, type, zone, capacityType }: SimulatedNode): string =>
  [pool, type, zone, capacityType].join("/");
