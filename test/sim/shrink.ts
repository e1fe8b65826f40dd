/** Finds a small set of faults that still leads to a violation. */
import type { Violation } from "./invariants/violation.ts";
import type { Action, Fault, Scenario } from "./scenario.ts";
import { type Outcome, simulate, type SimulationOptions } from "./simulate.ts";

/** What leads to a violation, for whoever is to find out why. */
export interface Trace {
  readonly schema: "sim-trace/1";
  readonly seed: number;
  readonly days: number;
  readonly violation: Violation;
  /** The faults that are needed; all others were left out, and so was everything after the violation. */
  readonly faults: readonly Fault[];
  readonly faultsDropped: number;
  /** What was asked of the cluster before the violation. */
  readonly actions: readonly Action[];
  readonly runs: number;
  readonly recent: Outcome["recent"];
}

/** Each run lives up to the violation again; a search longer than this helps nobody. */
const mostRuns = 40;

export async function shrink(
  scenario: Scenario,
  violation: Violation,
  options: SimulationOptions & { readonly mostRuns?: number } = {},
): Promise<Trace> {
  const stopAt = ({ kind }: Violation): boolean => kind === violation.kind;
  const limit = options.mostRuns ?? mostRuns;
  let runs = 0;
  const attempt: Attempt = async (faults) => {
    if (runs >= limit) return undefined;
    runs += 1;
    const outcome = await simulate({ ...scenario, faults }, { ...options, stopAt });
    const found = outcome.violations.find(stopAt);
    return found === undefined ? undefined : { faults, violation: found, recent: outcome.recent };
  };
  // What comes after the violation cannot have led to it.
  const before = scenario.faults.filter(({ at }) => at <= violation.at);
  const first: Found = (await attempt(before)) ?? { faults: before, violation, recent: { writes: [], log: [] } };
  const best = await smallest(first, attempt);
  const { seed, days } = scenario;
  const faultsDropped = scenario.faults.length - best.faults.length;
  const actions = scenario.actions.filter(({ at }) => at <= best.violation.at);
  return { schema: "sim-trace/1", seed, days, ...best, faultsDropped, actions, runs };
}

/** Lives through the scenario with these faults; undefined when the violation does not come, or no run is left. */
type Attempt = (faults: readonly Fault[]) => Promise<Found | undefined>;

/** Leaves out everything, then halves, quarters and so on, down to single faults. */
async function smallest(first: Found, attempt: Attempt): Promise<Found> {
  let best = first;
  for (let parts = 1; best.faults.length > 0; ) {
    const smaller = await withoutOnePart(best.faults, parts, attempt);
    if (smaller !== undefined) {
      best = smaller;
      parts = Math.max(1, parts - 1);
    } else if (parts >= best.faults.length) break;
    else parts = Math.min(best.faults.length, parts * 2);
  }
  return best;
}

interface Found {
  readonly faults: readonly Fault[];
  readonly violation: Violation;
  readonly recent: Outcome["recent"];
}

/** The first result among the lists that lack one of so many parts. */
async function withoutOnePart(faults: readonly Fault[], parts: number, attempt: Attempt): Promise<Found | undefined> {
  const size = Math.ceil(faults.length / parts);
  for (let from = 0; from < faults.length; from += size) {
    const found = await attempt([...faults.slice(0, from), ...faults.slice(from + size)]);
    if (found !== undefined) return found;
  }
  return undefined;
}
