/**
 * Pods that come one after the other: a StatefulSet makes its next pod only once the one before runs. By then the scheduler
 * has put it on a machine with room, whatever it would prefer, so that planning them all at once buys too much.
 */
import type { Pod } from "../../api/index.ts";
import {
  addResources,
  applyClusterEvents,
  type ClusterSnapshot,
  type ClusterState,
  type EpochMillis,
  formatResources,
  freezeSnapshot,
  type Nomination,
  objectKey,
  type PlannedClaim,
  podRequests,
  provision,
  type ProvisioningOptions,
  type ProvisioningPlan,
  resourcesAssuming,
} from "../../core/index.ts";
import { standingEvents } from "./standing-machines.ts";

/** Which of its set's pods it is, from 0; 0 for pods that wait for no other. */
export type TurnOf = (pod: Pod) => number;

const nameOf = (index: number): string => `new-${index + 1}`;

/** One plan for all turns: each on what the turns before have left standing. */
export function provisionInTurn(
  cluster: { readonly state: ClusterState; readonly now: EpochMillis },
  turnOf: TurnOf,
  options: ProvisioningOptions,
): ProvisioningPlan {
  const whole = freezeSnapshot(cluster.state, cluster.now);
  const turns = Map.groupBy(whole.pendingPods, turnOf);
  const [first = 0, ...later] = [...turns.keys()].toSorted((a, b) => a - b);
  const only = (snapshot: ClusterSnapshot, turn: number): ClusterSnapshot => {
    const keys = new Set((turns.get(turn) ?? []).map(objectKey));
    return { ...snapshot, pendingPods: snapshot.pendingPods.filter((pod) => keys.has(objectKey(pod))) };
  };
  let plan = provision(only(whole, first), options);
  let state = applyClusterEvents(cluster.state, standingEvents(whole, plan, nameOf));
  for (const turn of later) {
    const scheduled = scheduledOn(only(freezeSnapshot(state, cluster.now), turn), options);
    state = applyClusterEvents(state, standingEvents(whole, { claims: [], nominations: scheduled }, nameOf));
    const left = provision(only(freezeSnapshot(state, cluster.now), turn), options);
    const before = plan.claims.length;
    state = applyClusterEvents(
      state,
      standingEvents(whole, left, (index) => nameOf(before + index)),
    );
    plan = joined(plan, left, [...scheduled, ...left.nominations]);
  }
  return plan;
}

/** What the scheduler would bind without new machines: preferences only choose between nodes. */
function scheduledOn(snapshot: ClusterSnapshot, options: ProvisioningOptions): readonly Nomination[] {
  return provision({ ...snapshot, pools: [] }, { ...options, preferencePolicy: "Ignore" }).nominations;
}

/** Pods on machines of the plan become pods of their claims. */
function joined(plan: ProvisioningPlan, more: ProvisioningPlan, nominations: readonly Nomination[]): ProvisioningPlan {
  const all = [...plan.claims, ...more.claims];
  const added = Map.groupBy(nominations, ({ node }) => node);
  const claims = all.map((claim, index) =>
    withPods(
      claim,
      (added.get(nameOf(index)) ?? []).map(({ pod }) => pod),
    ),
  );
  const planned = new Set(all.map((_, index) => nameOf(index)));
  return {
    ...plan,
    claims,
    nominations: [...plan.nominations, ...nominations.filter(({ node }) => !planned.has(node))],
    unplaced: [...plan.unplaced, ...more.unplaced],
    pricePerHour: plan.pricePerHour + more.pricePerHour,
  };
}

function withPods(planned: PlannedClaim, pods: readonly Pod[]): PlannedClaim {
  if (pods.length === 0) return planned;
  const before = resourcesAssuming(planned.claim.spec.resources?.requests ?? {}, 0);
  const requests = formatResources(pods.map(podRequests).reduce(addResources, { ...before }));
  const spec = { ...planned.claim.spec, resources: { ...planned.claim.spec.resources, requests } };
  return { ...planned, pods: [...planned.pods, ...pods], claim: { ...planned.claim, spec } };
}
