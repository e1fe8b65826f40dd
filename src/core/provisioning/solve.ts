import type { Pool } from "./claim.ts";
import { acceptance, takeRoom } from "./node-slots.ts";
import { openClaims } from "./open-claims.ts";
import type { Demand } from "./machine-options.ts";
import { freshFit, type Session, waiting } from "./session.ts";
import { type Stage, stageAt, type Workload } from "./workload.ts";

/**
 * The whole placement: every stage of relaxation tries existing nodes first, then new claims of the heaviest pools that
 * can host the pod (scheduling 3.6, 4.7, 4.8). Yields units of work; pausing there cannot change the answer.
 */
export function* solve(session: Session): Generator<number, void> {
  for (let stage = 0; ; stage++) {
    const demands = demandsAt(session, stage);
    if (demands.length === 0) return;
    for (const demand of demands) yield placeOnNodes(session, demand);
    yield* openOnPools(session, demands);
  }
}

/** Workloads with pods left that have a stage of this number. */
function demandsAt(session: Session, index: number): readonly Demand[] {
  return session.workloads.flatMap((workload) => {
    if (waiting(session, workload) === 0) return [];
    const stage = stageAt(workload, index, session.workloadContext);
    return stage === undefined ? [] : [{ workload, stage }];
  });
}

/** First fit in the order of the nodes: initialised ones first, so that capacity that is there is used (scheduling 4.8). */
function placeOnNodes(session: Session, { workload, stage }: Demand): number {
  const { slots, kinds } = session.nodes;
  let looked = 1;
  for (const slot of slots) {
    const wanted = waiting(session, workload);
    if (wanted === 0) break;
    looked++;
    const kind = kinds[slot.kind];
    const count = kind === undefined ? 0 : acceptance(slot, kind, { workload, stage, wanted });
    if (count === 0) continue;
    takeRoom(slot, workload, count);
    const from = session.placed[workload.index] ?? 0;
    session.nominated.push({ node: slot.state.name, workload, from, count });
    session.placed[workload.index] = from + count;
  }
  return looked;
}

/** Pools of equal weight compete on price; a lighter pool sees only what the heavier ones could not take. */
function* openOnPools(session: Session, demands: readonly Demand[]): Generator<number, void> {
  for (const tier of tiersOf(session)) {
    const open = demands.filter((demand) => waiting(session, demand.workload) > 0 && isHosted(session, tier, demand));
    if (open.length > 0) yield* openClaims(session, tier, open);
  }
}

const isHosted = (session: Session, tier: readonly Pool[], demand: { workload: Workload; stage: Stage }): boolean =>
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
