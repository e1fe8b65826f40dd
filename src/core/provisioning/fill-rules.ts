import { andInto, hasBit } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { SetId } from "../catalogue/requirement-table.ts";
import type { FillRules } from "../packing/problem.ts";
import { conflictingPorts, type HostPort } from "../pods/host-ports.ts";
import { countOnHost, type HostCounts, hostAllowance } from "../topology/hosts.ts";
import { addNeed, meetsMinValues } from "./claim.ts";
import { machinePrice, type MachineOption, type MachineProblem, narrowBy, priceTolerance } from "./machine-options.ts";
import type { Demand, Session } from "./session.ts";

interface FillState {
  readonly machine: MachineOption;
  set: SetId;
  readonly ports: HostPort[];
  /** Counted where minValues depend on it. */
  readonly total: Float64Array | undefined;
  readonly hosts: HostCounts;
}

/** What pods of one machine owe each other besides room: requirements, ports, host topology, minValues. */
export function fillRules(session: Session, problem: MachineProblem): FillRules<FillState> {
  const demandOf = (item: number): Demand => problem.demands[item] as Demand;
  const narrowed = (state: FillState, item: number): SetId => {
    const demand = demandOf(item);
    if (demand.set === state.set) return state.set;
    const fit = problem.fits.get(state.machine.pool)?.[item];
    return fit === undefined ? -1 : narrowBy(session, state.set, { set: demand.set, fit });
  };
  return {
    start: (machine) => {
      const option = machine as MachineOption;
      if (option.plain) return undefined;
      return {
        machine: option,
        set: option.seed,
        ports: [],
        total: option.pool.template.hasMinValues ? new Float64Array(session.space.names.length) : undefined,
        hosts: new Map(),
      };
    },
    allowance: (state, item) => {
      const demand = demandOf(item);
      const set = narrowed(state, item);
      if (set < 0 || (set !== state.set && !keepsPrice(session, state.machine, set))) return 0;
      const { ports } = demand.workload;
      if (ports.length > 0 && conflictingPorts(state.ports, ports) !== undefined) return 0;
      const most = Math.min(ports.length > 0 ? 1 : demand.count, hostAllowance(demand.stage.topology, state.hosts));
      return most > 0 && state.total !== undefined
        ? flexibleCount(session, state, { set, demand, most, total: state.total.slice() })
        : most;
    },
    add: (state, item, count) => {
      state.set = narrowed(state, item);
      const { workload, stage } = demandOf(item);
      if (workload.ports.length > 0) state.ports.push(...workload.ports);
      if (state.total !== undefined) addNeed(state.total, workload.need, count);
      countOnHost(stage.topology, state.hosts, count);
    },
  };
}

const keepsPrice = (session: Session, machine: MachineOption, set: SetId): boolean =>
  machinePrice(session, set, machine.row) <= machine.listPrice + priceTolerance;

/** Most pods that leave the claim with as many values as the pool's minValues ask for. */
function flexibleCount(
  session: Session,
  state: FillState,
  ask: { readonly set: SetId; readonly demand: Demand; readonly most: number; readonly total: Float64Array },
): number {
  const { pool, row } = state.machine;
  const { need } = ask.demand.workload;
  const { total } = ask;
  for (let count = 0; count < ask.most; count++) {
    addNeed(total, need, 1);
    const rows = andInto(pool.room.rows.slice(), session.table.select(ask.set).rows);
    keepFitting(rows, pool.room.room, { total, places: placesOf(total) });
    if (!hasBit(rows, row) || !meetsMinValues(pool.template, { set: ask.set, rows }, session.table)) return count;
  }
  return ask.most;
}

/** Places at which something is asked for. */
export const placesOf = (total: Float64Array): Int32Array =>
  Int32Array.from([...total.keys()].filter((place) => (total[place] ?? 0) > 0));
