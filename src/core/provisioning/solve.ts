import { followsHosts } from "../topology/hosts.ts";
import { countPinned } from "../topology/pinning.ts";
import type { Pool } from "./claim.ts";
import { joinClaims } from "./join-claims.ts";
import { openClaims } from "./open-claims.ts";
import { bindsDomains, keysToSettle, keysToSettleEvenly, pinDemands } from "./pin-demands.ts";
import { placeOnNodes } from "./place-on-nodes.ts";
import { type Demand, freshFit, type Session, waiting } from "./session.ts";
import { stageAt } from "./workload.ts";

/**
 * The whole placement: every stage of relaxation tries existing nodes first, then new claims of the heaviest pools that
 * can host the pod (scheduling 3.6, 4.7, 4.8). Yields units of work; pausing there cannot change the answer.
 */
export function* solve(session: Session): Generator<number, void> {
  const tiers = tiersOf(session);
  for (let stage = 0; ; stage++) {
    const demands = demandsAt(session, stage);
    if (demands.length === 0) return;
    yield* placeOnNodes(session, demands);
    const left = demands.flatMap((demand) => stillWaiting(session, demand));
    yield* placeOnClaims(session, left, tiers);
  }
}

/** Workloads with pods left that have a stage of this number. */
function demandsAt(session: Session, index: number): readonly Demand[] {
  return session.workloads.flatMap((workload) => {
    const count = waiting(session, workload);
    if (count === 0) return [];
    const stage = stageAt(workload, index, session.workloadContext);
    return stage === undefined ? [] : [{ workload, stage, set: stage.set, count }];
  });
}

function stillWaiting(session: Session, demand: Demand): readonly Demand[] {
  const count = waiting(session, demand.workload);
  return count === 0 ? [] : [{ ...demand, count }];
}

/** Domains first, then machines for all in bulk, then the pods that follow others to their host. */
function* placeOnClaims(
  session: Session,
  demands: readonly Demand[],
  tiers: readonly (readonly Pool[])[],
): Generator<number, void> {
  const followers = demands.filter(({ stage }) => followsHosts(stage.topology));
  const others = demands.filter(({ stage }) => !followsHosts(stage.topology));
  const settling = others.map((demand) => ({ demand, keys: keysToSettle(demand.stage.topology) }));
  const asks = settling.filter(({ demand, keys }) => keys.size > 0 || bindsDomains(demand.stage.topology));
  const views = asks.map(({ demand }) => demand.stage.topology);
  const pinned = yield* pinDemands(
    session,
    asks.map(({ demand, keys }) => ({
      ...demand,
      wanted: demand.count,
      alsoSettle: keys,
      settleEvenly: keys.size === 0 ? keys : keysToSettleEvenly(demand.stage.topology, views),
    })),
    tiers,
  );
  const asked = new Set(asks.map(({ demand }) => demand));
  const free = others.filter((demand) => !asked.has(demand));
  yield* openOnPools(session, [...pinned, ...free], tiers);
  yield* joinClaims(session, followers, tiers);
}

/** Pools of equal weight compete on price; a lighter pool sees only what the heavier ones could not take. */
function* openOnPools(
  session: Session,
  demands: readonly Demand[],
  tiers: readonly (readonly Pool[])[],
): Generator<number, void> {
  let open = demands;
  for (const tier of tiers) {
    const here = open.filter((demand) => isHosted(session, tier, demand));
    if (here.length === 0) continue;
    const left = yield* openClaims(session, tier, here);
    open = open.flatMap((demand) => {
      const count = left.get(demand) ?? demand.count;
      return count === 0 ? [] : [{ ...demand, count }];
    });
  }
  for (const { stage, pinned, count } of open) if (pinned !== undefined) countPinned(stage.topology, pinned, -count);
}

const isHosted = (session: Session, tier: readonly Pool[], demand: Demand): boolean =>
  tier.some((pool) => freshFit(session, pool, demand) !== undefined);

function tiersOf({ pools, options }: Session): readonly (readonly Pool[])[] {
  if (options.policy === "compatible") return pools.map((pool) => [pool]);
  const tiers: Pool[][] = [];
  for (const pool of pools) {
    const tier = tiers.at(-1);
    if (tier !== undefined && tier[0]?.template.weight === pool.template.weight) tier.push(pool);
    else tiers.push([pool]);
  }
  return tiers;
}
