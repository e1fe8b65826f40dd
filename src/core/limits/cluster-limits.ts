/**
 * Limits over several pools together (v1alpha5 6.3, R67): the Karpenter of that era has none, and neither has today's, so
 * this is ours, and off unless it is set.
 */
import { labels } from "../../api/index.ts";
import { formatResource } from "../quantity/format-resources.ts";
import { addResources, sumResources } from "../quantity/arithmetic.ts";
import type { Resources } from "../quantity/resources.ts";
import { nodePrice } from "../disruption/candidate.ts";
import type { PlannedClaim } from "../provisioning/plan.ts";
import type { LabelMatcher } from "../selectors/label-selector.ts";
import { type KeyText, keyText } from "../cluster/keys.ts";
import { poolUsageOf } from "../cluster/pool-usage.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";

export interface ClusterLimit {
  readonly name: string;
  /** By the labels of the pools themselves. */
  readonly selects: LabelMatcher;
  /** `nodes` counts machines. */
  readonly resources: Resources;
  /** USD an hour; absent for no limit. */
  readonly pricePerHour?: number;
}

/** What the pools of a limit hold together. */
export interface ClusterHolding {
  readonly resources: Resources;
  /** USD an hour. */
  readonly pricePerHour: number;
}

/** A machine that is to be launched, by what it costs at the least. */
export type PlannedMachine = Pick<PlannedClaim, "poolKey" | "pool" | "cheapest">;

type Picture = Pick<ClusterSnapshot, "nodes" | "poolUsage" | "pools" | "instanceTypes">;

/** Nodes that leave do not count, as they do not against a pool's own limits. */
export function clusterHolding(limit: ClusterLimit, picture: Picture): ClusterHolding {
  const pools = picture.pools.filter(({ pool }) => limit.selects(pool.metadata.labels));
  const keys = new Set(pools.map(({ key }) => keyText(key)));
  const resources = sumResources(pools.map(({ key }) => poolUsageOf(picture, key)));
  let pricePerHour = 0;
  for (const node of picture.nodes) {
    const key = node.poolKey === undefined ? undefined : keyText(node.poolKey);
    if (key === undefined || !keys.has(key) || node.markedForDeletion) continue;
    pricePerHour += nodePrice(node, typeNamed(picture, key, node.labels[labels.instanceType]));
  }
  return { resources, pricePerHour };
}

/**
 * For each machine, in order, why it may not be launched; those before it that may count as launched. `replacing`:
 * machines for others that go afterwards are refused only where a limit is passed already, else a cluster at its limit
 * could never be renewed.
 */
export function refusedByClusterLimits(
  limits: readonly ClusterLimit[],
  picture: Picture,
  planned: readonly PlannedMachine[],
  how: { readonly replacing: boolean },
): readonly (string | undefined)[] {
  const held = limits.map((limit) => ({ limit, holding: clusterHolding(limit, picture) }));
  return planned.map((machine) => {
    const concerned = held.filter(({ limit }) => limit.selects(machine.pool.pool.metadata.labels));
    const next = concerned.map((each) => ({ each, after: withMachine(each.holding, picture, machine) }));
    for (const { each, after } of next) {
      const excess = excessOf(each.limit, how.replacing ? each.holding : after);
      if (excess !== undefined) return excess;
    }
    for (const { each, after } of next) each.holding = after;
    return undefined;
  });
}

function withMachine(holding: ClusterHolding, picture: Picture, { poolKey, cheapest }: PlannedMachine): ClusterHolding {
  const type = typeNamed(picture, keyText(poolKey), cheapest.instanceType);
  return {
    resources: addResources(holding.resources, { ...type?.capacity, nodes: 1 }),
    pricePerHour: holding.pricePerHour + cheapest.price,
  };
}

const typeNamed = ({ instanceTypes }: Picture, pool: KeyText, name: string | undefined) =>
  instanceTypes.get(pool)?.find((type) => type.name === name);

/** Savings of less than this are the noise of adding prices. */
const noise = 1e-9;

/** What of a limit is used up, so that nothing more of it can be launched; undefined while there is room. */
export function reachedOf(limit: ClusterLimit, { resources, pricePerHour }: ClusterHolding): string | undefined {
  for (const name of Object.keys(limit.resources).sort()) {
    const [most, held] = [limit.resources[name] ?? 0, resources[name] ?? 0];
    if (held >= most)
      return `cluster limit "${limit.name}" allows ${formatResource(name, most)} of ${name}, ${formatResource(name, held)} are held`;
  }
  const { pricePerHour: most = Number.POSITIVE_INFINITY } = limit;
  if (pricePerHour < most - noise) return undefined;
  return `cluster limit "${limit.name}" allows ${most} $/h, ${Number(pricePerHour.toFixed(4))} $/h are held`;
}

/** The first resource, in order of name, of which this would be more than allowed; the price last. */
function excessOf(limit: ClusterLimit, { resources, pricePerHour }: ClusterHolding): string | undefined {
  for (const name of Object.keys(limit.resources).sort()) {
    const [most, held] = [limit.resources[name] ?? 0, resources[name] ?? 0];
    if (held > most)
      return `cluster limit "${limit.name}" allows ${formatResource(name, most)} of ${name}, it would be ${formatResource(name, held)}`;
  }
  const { pricePerHour: most = Number.POSITIVE_INFINITY } = limit;
  if (pricePerHour <= most + noise) return undefined;
  return `cluster limit "${limit.name}" allows ${most} $/h, it would be ${Number(pricePerHour.toFixed(4))} $/h`;
}
