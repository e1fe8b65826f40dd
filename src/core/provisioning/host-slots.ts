import type { TopologyGroup } from "../topology/groups.ts";
import type { TopologyView } from "../topology/topology.ts";
import type { Demand } from "./session.ts";

/**
 * Pods that may stand on a host in small numbers only (anti-affinity to themselves, spread over hosts) use up a slot of
 * it. Seen as a resource, a slot gets a price like any other, so that such pods are shared out over the machines that are
 * opened anyway instead of being left over at the end.
 */
export interface HostSlots {
  /** How many pods of each slot a host takes. */
  readonly rooms: readonly number[];
  /** Slots (by index) that a pod of the demand uses one of. */
  of(demand: Demand): readonly number[];
}

/** More would make every vector longer for little: rules hold the rest of the constraints. */
const mostSlots = 4;

export function hostSlots(demands: readonly Demand[]): HostSlots {
  const pods = new Map<TopologyGroup, number>();
  const limited = perView(limitedGroups);
  for (const { stage, count } of demands) {
    for (const group of limited(stage.topology)) pods.set(group, (pods.get(group) ?? 0) + count);
  }
  const hostsNeeded = ([group, count]: [TopologyGroup, number]): number => count / roomOf(group);
  const groups = [...pods]
    .sort((a, b) => hostsNeeded(b) - hostsNeeded(a) || a[0].index - b[0].index)
    .slice(0, mostSlots)
    .map(([group]) => group);
  const slots = perView((view) =>
    limited(view).flatMap((group) => (groups.includes(group) ? [groups.indexOf(group)] : [])),
  );
  return { rooms: groups.map(roomOf), of: ({ stage }) => slots(stage.topology) };
}

/** Many demands share a view. */
export function perView<T>(compute: (view: TopologyView) => T): (view: TopologyView) => T {
  const known = new Map<TopologyView, T>();
  return (view) => {
    const made = known.get(view) ?? compute(view);
    known.set(view, made);
    return made;
  };
}

/** Groups that count the pod itself against what a host takes. */
const limitedGroups = ({ hostBinding, counted }: TopologyView): readonly TopologyGroup[] =>
  hostBinding.filter((group) => !group.inverse && counted.includes(group));

const roomOf = ({ term }: TopologyGroup): number => (term.kind === "spread" ? term.maxSkew : 1);
