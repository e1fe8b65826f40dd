/** What the loop must still spend whatever else it does: hosts for pods of which no two may share one. */
import { labels as labelKeys } from "../../api/index.ts";
import { cheapestRow } from "../catalogue/requirement-table.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import { withNeed } from "../provisioning/claim.ts";
import type { Session } from "../provisioning/session.ts";
import type { Workload } from "../provisioning/workload.ts";
import type { TopologyGroup } from "../topology/groups.ts";

export interface HostsToCome {
  /** USD an hour, machine charge included, at least, with so many claims open. */
  least(openClaims: number): number;
  /** A pod of the workload has a place. */
  placed(workload: Workload): void;
}

const nothing: HostsToCome = Object.freeze({ least: () => 0, placed: () => undefined });

/**
 * Looks at the largest set of pods that keep each other off their hosts. Each needs a host of its own, at the price of the
 * cheapest machine that holds it alone, unless it gets a claim that others have opened. Nodes that stand might take any.
 */
export function hostsToCome(session: Session): HostsToCome {
  const group = largestGroup(session);
  if (group === undefined || session.nodes.slots.length > 0) return nothing;
  const prices = new Float64Array(session.workloads.length);
  let [left, dearest, housed] = [0, 0, 0];
  for (const workload of session.workloads) {
    if (!keepsApart(workload).includes(group)) continue;
    const price = priceAlone(session, workload);
    prices[workload.index] = price;
    left += price * workload.pods.length;
    dearest = Math.max(dearest, price);
  }
  return {
    least: (openClaims) => Math.max(0, left - dearest * (openClaims - housed)),
    placed({ index }) {
      const price = prices[index] ?? 0;
      if (price === 0) return;
      left -= price;
      housed++;
    },
  };
}

function largestGroup({ workloads }: Session): TopologyGroup | undefined {
  const pods = new Map<TopologyGroup, number>();
  for (const workload of workloads)
    for (const group of keepsApart(workload)) pods.set(group, (pods.get(group) ?? 0) + workload.pods.length);
  let largest: TopologyGroup | undefined;
  for (const [group, count] of pods) {
    if (largest === undefined || count > (pods.get(largest) ?? 0)) largest = group;
  }
  return largest;
}

/** Required anti-affinity to pods that count the pod itself: it is never relaxed. */
function keepsApart({ stages: [first] }: Workload): readonly TopologyGroup[] {
  if (first === undefined || first.topology.repels.length === 0) return [];
  const { owned, counted } = first.topology;
  return owned.filter(
    (group) =>
      group.term.kind === "anti-affinity" &&
      group.term.required &&
      group.term.key === labelKeys.hostname &&
      counted.includes(group),
  );
}

/** Zero where no pool has a machine that holds the pod. */
function priceAlone({ pools, table, space, options }: Session, workload: Workload): number {
  let least = Infinity;
  const total = withNeed(new Float64Array(space.names.length), workload, 1);
  for (const { template, room } of pools) {
    const rows = keepFitting(room.rows.slice(), room.room, { total, places: workload.need.places });
    const { price } = table.select(template.set);
    least = Math.min(least, price[cheapestRow(rows, price)] ?? Infinity);
  }
  return least < Infinity ? least + options.nodeChargePerHour : 0;
}
