import { andInto } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { SetId } from "../catalogue/requirement-table.ts";
import { openMachines, type Opening } from "../packing/open-machines.ts";
import type { FillRules, Filling } from "../packing/problem.ts";
import { conflictingPorts, type HostPort } from "../pods/host-ports.ts";
import { addNeed, type Claim, dropPortConflicts, meetsMinValues, newClaim, type Pool, type Share } from "./claim.ts";
import {
  buildMachineProblem,
  type Demand,
  type MachineOption,
  type MachineProblem,
  narrowBy,
  priceTolerance,
} from "./machine-options.ts";
import { copiesWithin, largestUse, nodesExhausted, rowsWithinUse, takeLimits } from "./pool-limits.ts";
import { type FreshFit, freshFit, type Session, waiting } from "./session.ts";

/** Opens claims for the demands on pools of one weight, cheapest for what they hold first. Yields work done. */
export function* openClaims(
  session: Session,
  pools: readonly Pool[],
  demands: readonly Demand[],
): Generator<number, void> {
  const problem = buildMachineProblem(session, pools, demands);
  yield problem.machines.length * (demands.length + 1);
  const left = Int32Array.from(demands, ({ workload }) => waiting(session, workload));
  yield* openMachines(problem, {
    left,
    rules: fillRules(session, problem),
    open: (opening) => openCopies(session, problem, opening),
  });
}

interface FillState {
  readonly machine: MachineOption;
  set: SetId;
  readonly ports: HostPort[];
  readonly total: Float64Array;
}

/** Requirements, ports and minValues between the pods of one machine. */
function fillRules(session: Session, problem: MachineProblem): FillRules<FillState> {
  const demandOf = (item: number): Demand => problem.demands[item] as Demand;
  const narrowed = (state: FillState, item: number): SetId => {
    const demand = demandOf(item);
    const fit = freshFit(session, state.machine.pool, demand);
    return fit === undefined ? -1 : narrowBy(session, state.set, { stage: demand.stage, fit });
  };
  return {
    start: (machine) => {
      const option = machine as MachineOption;
      return { machine: option, set: option.seed, ports: [], total: new Float64Array(problem.width) };
    },
    allowance: (state, item) => {
      const set = narrowed(state, item);
      if (set < 0 || !keepsPrice(session, state.machine, set)) return 0;
      const { workload } = demandOf(item);
      if (conflictingPorts(state.ports, workload.ports) !== undefined) return 0;
      const most = workload.ports.length > 0 ? 1 : waiting(session, workload);
      return state.machine.pool.template.hasMinValues
        ? flexibleCount(session, state, { set, demand: demandOf(item), most })
        : most;
    },
    add: (state, item, count) => {
      state.set = narrowed(state, item);
      const { workload } = demandOf(item);
      state.ports.push(...workload.ports);
      addNeed(state.total, workload.need, count);
    },
  };
}

function keepsPrice({ table, options }: Session, machine: MachineOption, set: SetId): boolean {
  const price = (table.select(set).price[machine.row] ?? Infinity) + options.nodeChargePerHour;
  return price <= machine.price + priceTolerance;
}

/** Most pods that leave the claim with as many values as the pool's minValues ask for. */
function flexibleCount(
  session: Session,
  state: FillState,
  ask: { readonly set: SetId; readonly demand: Demand; readonly most: number },
): number {
  const { pool } = state.machine;
  const { workload } = ask.demand;
  let count = 0;
  const total = state.total.slice();
  while (count < ask.most) {
    addNeed(total, workload.need, 1);
    const rows = andInto(pool.room.rows.slice(), session.table.select(ask.set).rows);
    keepFitting(rows, pool.room.room, { total, places: placesOf(total) });
    if (!meetsMinValues(pool.template, { set: ask.set, rows }, session.table)) break;
    if (((rows[state.machine.row >>> 5] ?? 0) & (1 << (state.machine.row & 31))) === 0) break;
    count++;
  }
  return count;
}

const placesOf = (total: Float64Array): Int32Array =>
  Int32Array.from([...total.keys()].filter((place) => (total[place] ?? 0) > 0));

function openCopies(session: Session, problem: MachineProblem, opening: Opening): number {
  const option = problem.machines[opening.machine];
  if (option === undefined || nodesExhausted(option.pool.limits)) return 0;
  const model = modelClaim(session, problem, { option, filling: opening.filling });
  const copies = takeFromLimits(session, { option, model, most: opening.copies });
  for (let copy = 0; copy < copies; copy++) {
    session.claims.push({
      ...model,
      total: model.total.slice(),
      ports: [...model.ports],
      contents: takePods(session, problem, opening.filling),
    });
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
    const fit = freshFit(session, option.pool, demand) as FreshFit;
    claim.set = narrowBy(session, claim.set, { stage: demand.stage, fit });
    addNeed(claim.total, demand.workload.need, filling.counts[i] ?? 0);
    claim.ports.push(...demand.workload.ports);
    claim.podCount += filling.counts[i] ?? 0;
  });
  claim.rows = andInto(option.pool.room.rows.slice(), session.table.select(claim.set).rows);
  dropPortConflicts(claim.rows, option.pool.room, claim.ports);
  keepFitting(claim.rows, option.pool.room.room, { total: claim.total, places: placesOf(claim.total) });
  return claim;
}

function takePods(session: Session, problem: MachineProblem, filling: Filling): Share[] {
  return filling.items.map((item, i) => {
    const { workload, stage } = problem.demands[item] as Demand;
    const from = session.placed[workload.index] ?? 0;
    const count = filling.counts[i] ?? 0;
    session.placed[workload.index] = from + count;
    return { workload, stage, from, count };
  });
}
