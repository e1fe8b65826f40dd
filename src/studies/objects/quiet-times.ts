import {
  applyClusterEvents,
  type ClusterEvent,
  type ClusterState,
  consolidatableOf,
  type EpochMillis,
  freezeSnapshot,
  keyText,
  type ClusterSnapshot,
} from "../../core/index.ts";

/** The picture with the quiet times of claims judged now, as the controller would do before it decides. */
export function withQuietTimes(state: ClusterState, now: EpochMillis): ClusterSnapshot {
  const events = state.claims.list().flatMap((view): readonly ClusterEvent[] => {
    const pool = view.poolKey === undefined ? undefined : state.pools.get(keyText(view.poolKey));
    if (pool === undefined || consolidatableOf(view, pool, now).status !== "true") return [];
    const { resourceVersion: _, ...metadata } = view.claim.metadata;
    const others = (view.claim.status?.conditions ?? []).filter(({ type }) => type !== "Consolidatable");
    const conditions = [...others, { type: "Consolidatable", status: "True" as const }];
    const claim = { ...view.claim, metadata, status: { ...view.claim.status, conditions } };
    return [{ type: "claim", view: { ...view, claim } }];
  });
  return freezeSnapshot(applyClusterEvents(state, events), now);
}
