import { fillMachine } from "./fill-machine.ts";
import { mostCopies, takeFilling } from "./open-machines.ts";
import type { Filling, Opening, Packing, PackingDemand, PackingProblem } from "./problem.ts";
import { createRunIndex, type RunIndex } from "./runs.ts";

/**
 * Another way to open machines: the dearest item that is left gets the machine on which it and its company are worth most
 * for the price. Where some items need machines that nobody else would choose, this fills those with company that the
 * greedy way has housed elsewhere by then.
 */
export function* houseDearest<State>(
  problem: PackingProblem,
  demand: PackingDemand<State>,
): Generator<number, Packing> {
  const left = demand.wanted.slice();
  const stock = demand.stock.copy();
  const { rules } = demand;
  const filled = { left, runs: createRunIndex(problem, left), ...(rules === undefined ? {} : { rules }) };
  const openings: Opening[] = [];
  const given = new Set<number>();
  let [price, work] = [0, 0];
  for (let item = dearest(problem, left, given); item >= 0; item = dearest(problem, left, given)) {
    const best = bestMachine(problem, filled, item);
    work += best.work;
    yield best.work;
    const copies = best.filling === undefined ? 0 : stock.take(best.machine, mostCopies(left, best.filling));
    if (best.filling === undefined || copies === 0) {
      given.add(item);
      continue;
    }
    const { filling, machine } = best;
    takeFilling(left, filling, copies);
    openings.push({ machine, copies, filling });
    price += (problem.machines[machine]?.price ?? 0) * copies;
  }
  return { openings, left, price, work };
}

/** Lower index first among equals; -1 when nothing is left. */
function dearest({ values }: PackingProblem, left: Int32Array, given: ReadonlySet<number>): number {
  let best = -1;
  for (let item = 0; item < left.length; item++) {
    if ((left[item] ?? 0) === 0 || given.has(item)) continue;
    if (best < 0 || (values[item] ?? 0) > (values[best] ?? 0)) best = item;
  }
  return best;
}

interface Best {
  readonly machine: number;
  readonly filling: Filling | undefined;
  readonly work: number;
}

function bestMachine<State>(
  problem: PackingProblem,
  demand: Pick<PackingDemand<State>, "rules"> & { readonly left: Int32Array; readonly runs: RunIndex },
  item: number,
): Best {
  let [machine, score, work] = [-1, -1, 0];
  let chosen: Filling | undefined;
  const filled = { ...demand, first: item };
  for (let index = 0; index < problem.machines.length; index++) {
    const candidate = problem.machines[index];
    if (candidate === undefined || !candidate.members.includes(item)) continue;
    const filling = fillMachine(problem, candidate, filled);
    work += filling.work;
    const own = filling.value / candidate.price;
    if (filling.items[0] !== item || own <= score) continue;
    [machine, score, chosen] = [index, own, filling];
  }
  return { machine, filling: chosen, work };
}
