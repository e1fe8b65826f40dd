import { andInto } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { Filling, Opening, Packing } from "../packing/problem.ts";
import { defaultEffort, packMachines, type SearchEffort } from "../packing/search.ts";
import type { Resumable } from "../resumable.ts";
import { countOnClaim } from "./claim-hosts.ts";
import { addNeed, type Claim, dropPortConflicts, newClaim, type Pool, type Share } from "./claim.ts";
import { fillRules, placesOf } from "./fill-rules.ts";
import { buildMachineProblem, type MachineOption, type MachineProblem, narrowBy } from "./machine-options.ts";
import { limitStock, limitSurcharge, useOf } from "./machine-stock.ts";
import { rowsWithinUse, takeLimits } from "./pool-limits.ts";
import type { Demand, Session } from "./session.ts";

/**
 * Opens at most `most` claims for the demands on pools of one weight, cheapest for what they hold first. Yields work done;
 * returns how many pods of each demand are left.
 */
export function* openClaims(
  session: Session,
  pools: readonly Pool[],
  demands: readonly Demand[],
  most = Number.MAX_SAFE_INTEGER,
): Generator<number, ReadonlyMap<Demand, number>> {
  let best = yield* solveOnce(session, { pools, demands, most });
  if (
    leftIn(best) > 0 &&
    pools.some(({ limits, reservations }) => limits.remaining !== undefined && reservations === undefined)
  ) {
    const worth = worthOf(best);
    for (const { factor, alike } of scarcity) {
      const again = yield* solveOnce(session, { pools, demands, most, total: factor * worth, alike });
      if (leftIn(again) < leftIn(best)) best = again;
    }
  }
  const { problem, packing } = best;
  // A machine taken apart from its copies by the search still shares its filling with them.
  const models = new Map<Filling, Claim>();
  for (const opening of packing.openings) yield* openCopies(session, problem, { opening, models });
  return new Map(problem.demands.map((demand, item) => [demand, packing.left[item] ?? 0]));
}

/**
 * When limits leave pods over, what limits allow is scarce, and machines are chosen anew with that as part of their price:
 * the factor times the worth of all pods for all that is left. `alike`: every pod is worth the same, so that many small
 * ones go before few large ones.
 */
const scarcity = [0.5, 2, 8, 32].flatMap((factor) => [
  { factor, alike: false },
  { factor, alike: true },
]);

interface Solution {
  readonly problem: MachineProblem;
  readonly packing: Packing;
}

const leftIn = ({ packing }: Solution): number => packing.left.reduce((sum, count) => sum + count, 0);

const worthOf = ({ problem: { values, demands } }: Solution): number =>
  demands.reduce((sum, { count }, item) => sum + count * (values[item] ?? 0), 0);

function* solveOnce(
  session: Session,
  ask: {
    readonly pools: readonly Pool[];
    readonly demands: readonly Demand[];
    readonly most: number;
    readonly total?: number;
    readonly alike?: boolean;
  },
): Generator<number, Solution> {
  const { catalogue } = session.table;
  const surcharge = ask.total === undefined ? undefined : limitSurcharge(catalogue, ask.total);
  const built = yield* buildMachineProblem(session, ask.pools, ask.demands, surcharge);
  const problem = ask.alike === true ? { ...built, values: built.values.map(() => 1) } : built;
  const demand = {
    wanted: Int32Array.from(problem.demands, ({ count }) => count),
    rules: fillRules(session, problem),
    stock: limitStock(problem.machines, { catalogue, most: ask.most, places: session.reservations.left() }),
  };
  const packing = yield* packMachines(problem, demand, effortOf(session.options.packingEffort));
  return { problem, packing };
}

const effortOf = (share: number): SearchEffort => ({
  repricing: defaultEffort.repricing * share,
  rebuilding: defaultEffort.rebuilding * share,
});

function* openCopies(
  session: Session,
  problem: MachineProblem,
  { opening, models }: { readonly opening: Opening; readonly models: Map<Filling, Claim> },
): Resumable<void> {
  const { machine, copies, filling } = opening;
  const option = problem.machines[machine];
  if (option === undefined) return;
  const model = models.get(filling) ?? modelClaim(session, problem, { option, filling });
  models.set(filling, model);
  holdToLimits(session, option, { model, copies });
  for (let copy = 0; copy < copies; copy++) {
    const claim: Claim = {
      ...model,
      host: hostPlaceholder(session.claims.length),
      total: model.total.slice(),
      ports: [...model.ports],
      contents: takePods(session, problem, filling),
    };
    session.claims.push(claim);
    for (const id of claim.pool.reservations ?? []) session.reservations.reserve(claim.host, id);
    for (const share of claim.contents) countOnClaim(claim, share);
    yield 1;
  }
}

/** With limits, a claim may become no larger than the machine it was opened as, so that no launch exceeds them. */
function holdToLimits(
  session: Session,
  option: MachineOption,
  { model, copies }: { readonly model: Claim; readonly copies: number },
): void {
  const { limits } = option.pool;
  if (limits.remaining === undefined) return;
  const { catalogue } = session.table;
  const use = useOf(option, catalogue);
  model.rows = rowsWithinUse(model.rows, use, catalogue);
  takeLimits(limits, use, copies);
}

function modelClaim(
  session: Session,
  problem: MachineProblem,
  { option, filling }: { readonly option: MachineOption; readonly filling: Filling },
): Claim {
  const claim = newClaim(option.pool, option.pool.room.rows, session.space.names.length);
  claim.set = option.seed;
  filling.items.forEach((item, i) => {
    const demand = problem.demands[item] as Demand;
    const fit = problem.fits.get(option.pool)?.[item];
    if (fit !== undefined) claim.set = narrowBy(session, claim.set, { set: demand.set, fit });
    addNeed(claim.total, demand.workload.need, filling.counts[i] ?? 0);
    claim.ports.push(...demand.workload.ports);
    claim.podCount += filling.counts[i] ?? 0;
  });
  claim.rows = andInto(option.pool.room.rows.slice(), session.table.select(claim.set).rows);
  dropPortConflicts(claim.rows, option.pool.room, claim.ports);
  keepFitting(claim.rows, option.pool.room.room, { total: claim.total, places: placesOf(claim.total) });
  return claim;
}

/** A host domain of its own for each claim (scheduling 4.5). */
const hostPlaceholder = (index: number): string => `hostname-placeholder-${String(index + 1).padStart(4, "0")}`;

function takePods(session: Session, problem: MachineProblem, filling: Filling): Share[] {
  return filling.items.map((item, i) => {
    const { workload, stage } = problem.demands[item] as Demand;
    const from = session.placed[workload.index] ?? 0;
    const count = filling.counts[i] ?? 0;
    session.placed[workload.index] = from + count;
    return { workload, stage, from, count };
  });
}
