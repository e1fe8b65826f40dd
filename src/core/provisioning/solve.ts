import { followsHosts } from "../topology/hosts.ts";
import { countPinned } from "../topology/pinning.ts";
import { isBound } from "../topology/topology.ts";
import type { Pool } from "./claim.ts";
import { perView } from "./host-slots.ts";
import { joinClaims } from "./join-claims.ts";
import { openClaims } from "./open-claims.ts";
import { bindsDomains, evenGroups, keysToSettle, keysToSettleEvenly, pinDemands } from "./pin-demands.ts";
import { placeOnNodes } from "./place-on-nodes.ts";
import { type Demand, freshFit, type Session, waiting } from "./session.ts";
import { stageAt, type Workload } from "./workload.ts";

/**
 * The whole placement (or that of some of the workloads): cycles over all that wait, each from the pod as it is written, until a whole cycle places
 * nothing (scheduling 4.2). After the first cycle only topology can have changed its mind: a target may stand by now.
 * Yields units of work; pausing there cannot change the answer.
 */
export function* solve(session: Session, workloads = session.workloads): Generator<number, void> {
  const tiers = tiersOf(session);
  let waitingNow = workloads;
  for (let before = -1; waitingNow.length > 0 && placedIn(session) > before; ) {
    before = placedIn(session);
    yield* cycle(session, waitingNow, tiers);
    waitingNow = waitingNow.filter((workload) => waiting(session, workload) > 0 && isBoundAtFirst(workload));
  }
}

const placedIn = ({ placed }: Session): number => placed.reduce((sum, count) => sum + count, 0);

const isBoundAtFirst = ({ stages: [first] }: Workload): boolean => first !== undefined && isBound(first.topology);

/**
 * In each round every workload stands at a stage of relaxation: the first one, from where it stood, that some pool can
 * host. Existing nodes are tried at every stage on the way, then new claims of the heaviest pools that can host the pods
 * (scheduling 3.6, 4.7, 4.8). What a round leaves stands one stage further in the next.
 */
function* cycle(
  session: Session,
  workloads: readonly Workload[],
  tiers: readonly (readonly Pool[])[],
): Generator<number, void> {
  const stageOf = new Int32Array(session.workloads.length);
  for (;;) {
    const demands: Demand[] = [];
    let open: readonly Demand[] = workloads.flatMap((workload) =>
      demandAt(session, workload, stageOf[workload.index] ?? 0),
    );
    for (; open.length > 0; open = advanced(session, stageOf, open)) {
      yield* placeOnNodes(session, open);
      open = yield* homelessOf(session, open, demands);
    }
    const left = demands.flatMap((demand) => stillWaiting(session, demand));
    if (left.length === 0) return;
    yield* placeOnClaims(session, left, tiers);
    for (const { workload } of left) stageOf[workload.index] = (stageOf[workload.index] ?? 0) + 1;
  }
}

const demandsPerYield = 16;

/** Demands that no pool can host; the others go into `hosted`. */
function* homelessOf(
  session: Session,
  open: readonly Demand[],
  hosted: Demand[],
): Generator<number, readonly Demand[]> {
  const homeless: Demand[] = [];
  for (const [i, demand] of open.entries()) {
    (isHostedAnywhere(session, demand) ? hosted : homeless).push(demand);
    if (i % demandsPerYield === 0) yield demandsPerYield;
  }
  return homeless;
}

/** The pods that are left of a workload, at a stage; nothing past its last stage. */
function demandAt(session: Session, workload: Workload, index: number): readonly Demand[] {
  const count = waiting(session, workload);
  const stage = count === 0 ? undefined : stageAt(workload, index, session.workloadContext);
  return stage === undefined ? [] : [{ workload, stage, set: stage.set, count }];
}

/** The same workloads one stage further. */
function advanced(session: Session, stageOf: Int32Array, demands: readonly Demand[]): readonly Demand[] {
  return demands.flatMap(({ workload }) => {
    const index = (stageOf[workload.index] ?? 0) + 1;
    stageOf[workload.index] = index;
    return demandAt(session, workload, index);
  });
}

const isHostedAnywhere = (session: Session, demand: Demand): boolean => isHosted(session, session.pools, demand);

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
  const follows = perView(followsHosts);
  const [keysOf, binds] = [perView(keysToSettle), perView(bindsDomains)];
  const followers = demands.filter(({ stage }) => follows(stage.topology));
  const others = demands.filter(({ stage }) => !follows(stage.topology));
  const settling = others.map((demand) => ({ demand, keys: keysOf(demand.stage.topology) }));
  const asks = settling.filter(({ demand, keys }) => keys.size > 0 || binds(demand.stage.topology));
  const even = evenGroups([...new Set(demands.map(({ stage }) => stage.topology))]);
  const pinned = yield* pinDemands(
    session,
    asks.map(({ demand, keys }) => ({
      ...demand,
      wanted: demand.count,
      alsoSettle: keys,
      settleEvenly: keys.size === 0 ? keys : keysToSettleEvenly(demand.stage.topology, even),
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
    if (tier?.[0] !== undefined && isAlike(tier[0], pool)) tier.push(pool);
    else tiers.push([pool]);
  }
  return tiers;
}

/** What is paid for already is no bargain to be weighed: it is used up first. */
const isAlike = (a: Pool, b: Pool): boolean =>
  a.template.weight === b.template.weight && (a.reservations === undefined) === (b.reservations === undefined);
