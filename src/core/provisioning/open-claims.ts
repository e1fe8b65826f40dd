import { andInto } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import { openMachines, type Opening } from "../packing/open-machines.ts";
import type { Filling } from "../packing/problem.ts";
import { countOnClaim } from "./claim-hosts.ts";
import { addNeed, type Claim, dropPortConflicts, newClaim, type Pool, type Share } from "./claim.ts";
import { fillRules, placesOf } from "./fill-rules.ts";
import { buildMachineProblem, type MachineOption, type MachineProblem, narrowBy } from "./machine-options.ts";
import { copiesWithin, largestUse, nodesExhausted, rowsWithinUse, takeLimits } from "./pool-limits.ts";
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
  const before = session.claims.length;
  const left = Int32Array.from(problem.demands, ({ count }) => count);
  yield* openMachines(problem, {
    left,
    rules: fillRules(session, problem),
    open: (opening) => {
      const copies = Math.min(opening.copies, most - (session.claims.length - before));
      return copies <= 0 ? 0 : openCopies(session, problem, { ...opening, copies });
    },
  });
  return new Map(problem.demands.map((demand, item) => [demand, left[item] ?? 0]));
}

function openCopies(session: Session, problem: MachineProblem, opening: Opening): number {
  const option = problem.machines[opening.machine];
  if (option === undefined || nodesExhausted(option.pool.limits)) return 0;
  const model = modelClaim(session, problem, { option, filling: opening.filling });
  const copies = takeFromLimits(session, { option, model, most: opening.copies });
  for (let copy = 0; copy < copies; copy++) {
    const claim: Claim = {
      ...model,
      host: hostPlaceholder(session.claims.length),
      total: model.total.slice(),
      ports: [...model.ports],
      contents: takePods(session, problem, opening.filling),
    };
    session.claims.push(claim);
    for (const share of claim.contents) countOnClaim(claim, share);
  }
  return copies;
}

/** With limits, a claim may become no larger than the machine it was opened as, so that no launch exceeds them. */
function takeFromLimits(
  session: Session,
  { option, model, most }: { readonly option: MachineOption; readonly model: Claim; readonly most: number },
): number {
  const { limits } = option.pool;
  if (limits.remaining === undefined) return most;
  const { catalogue } = session.table;
  const row = new Uint32Array(model.rows.length);
  row[option.row >>> 5] = 1 << (option.row & 31);
  const use = largestUse(row, limits, catalogue);
  model.rows = rowsWithinUse(model.rows, use, catalogue);
  const copies = Math.min(most, copiesWithin(limits, use));
  takeLimits(limits, use, copies);
  return copies;
}

function modelClaim(
  session: Session,
  problem: MachineProblem,
  { option, filling }: { readonly option: MachineOption; readonly filling: Filling },
): Claim {
  const claim = newClaim(option.pool, option.pool.room.rows, problem.width);
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
