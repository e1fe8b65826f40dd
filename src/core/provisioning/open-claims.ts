import { andInto } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { Filling, Opening } from "../packing/problem.ts";
import { packMachines } from "../packing/search.ts";
import { countOnClaim } from "./claim-hosts.ts";
import { addNeed, type Claim, dropPortConflicts, newClaim, type Pool, type Share } from "./claim.ts";
import { fillRules, placesOf } from "./fill-rules.ts";
import { buildMachineProblem, type MachineOption, type MachineProblem, narrowBy } from "./machine-options.ts";
import { limitStock, useOf } from "./machine-stock.ts";
import { rowsWithinUse, takeLimits } from "./pool-limits.ts";
import type { Demand, Session } from "./session.ts";

/** Opens at most `most` claims for the demands on pools of one weight, cheapest for what they hold first. Yields work done; returns
 * how many pods of each demand are left. */
export function* openClaims(
  session: Session,
  pools: readonly Pool[],
  demands: readonly Demand[],
  most = Number.MAX_SAFE_INTEGER,
): Generator<number, ReadonlyMap<Demand, number>> {
  const problem = buildMachineProblem(session, pools, demands);
  yield problem.machines.length * (demands.length + 1);
  const packing = yield* packMachines(problem, {
    wanted: Int32Array.from(problem.demands, ({ count }) => count),
    rules: fillRules(session, problem),
    stock: limitStock(problem.machines, session.table.catalogue, most),
  });
  for (const opening of packing.openings) openCopies(session, problem, opening);
  return new Map(problem.demands.map((demand, item) => [demand, packing.left[item] ?? 0]));
}

function openCopies(session: Session, problem: MachineProblem, { machine, copies, filling }: Opening): void {
  const option = problem.machines[machine];
  if (option === undefined) return;
  const model = modelClaim(session, problem, { option, filling });
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
    for (const share of claim.contents) countOnClaim(claim, share);
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
