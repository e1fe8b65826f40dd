/** Mode `consolidate`: the nodes of some pools are consolidated here, and everything else is another controller's. */
import type { DisruptionBudget, NodePool } from "../api/index.ts";
import type { ClusterModel } from "../controllers/index.ts";
import type { ClusterSnapshot, PoolView } from "../core/index.ts";
import type { EventRecorder } from "../kube/index.ts";

/** Reasons of consolidation; drift and expiry stay with the other controller. */
const reasons = ["Empty", "Underutilized"] as const;

/**
 * A budget that lets nothing be consolidated, ever. It keeps the other controller from consolidating the pool, and says here
 * that the pool was handed over: without it both would act.
 */
const isHandOver = ({ nodes, schedule, reasons: named }: DisruptionBudget): boolean =>
  (nodes === "0" || nodes === "0%") &&
  schedule === undefined &&
  named?.length === reasons.length &&
  reasons.every((reason) => named.includes(reason));

export const isHandedOver = ({ spec }: NodePool): boolean => (spec.disruption?.budgets ?? []).some(isHandOver);

/** The picture as consolidation takes it: pools that were handed over without that budget, all others shut. */
export function handedOver(model: ClusterModel): ClusterModel {
  return { ...model, snapshot: () => pictureOf(model.snapshot()) };
}

const pictureOf = (snapshot: ClusterSnapshot): ClusterSnapshot => ({ ...snapshot, pools: snapshot.pools.map(viewOf) });

function viewOf(view: PoolView): PoolView {
  const { pool } = view;
  const budgets = isHandedOver(pool)
    ? (pool.spec.disruption?.budgets ?? []).filter((budget) => !isHandOver(budget))
    : [{ nodes: "0" }];
  return { ...view, pool: { ...pool, spec: { ...pool.spec, disruption: { ...pool.spec.disruption, budgets } } } };
}

/** What is told of pools is the other controller's to tell. */
export const withoutPools = (events: EventRecorder): EventRecorder => ({
  ...events,
  publish: (event) => {
    if (event.object.kind !== "NodePool") events.publish(event);
  },
});
