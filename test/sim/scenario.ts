/** What happens to the cluster of a run, all of it drawn from the seed before the run begins. */
import { createSeededRandom, type Random } from "../../src/platform/index.ts";

export const faultKinds = [
  "api-conflict",
  "api-lost-response",
  "api-slow",
  "api-unavailable",
  "cloud-latency",
  "cloud-lost-response",
  "cloud-throttling",
  "controller-crash",
  "controller-restart",
  "instance-lost",
  "insufficient-capacity",
  "launch-failure",
  "node-deleted",
  "node-failure",
  "spot-interruption",
  "watch-broken",
  "watch-late",
  "watch-silent",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Each fault has chance of its own, so that the others strike as before when it is left out of a run. */
export interface Fault {
  readonly id: number;
  readonly kind: FaultKind;
  /** Milliseconds after the start of the run. */
  readonly at: number;
  readonly forMilliseconds: number;
}

export type Action =
  | { readonly kind: "scale"; readonly at: number; readonly deployment: number; readonly replicas: number }
  | { readonly kind: "rollout"; readonly at: number; readonly deployment: number }
  /** The pool asks for other machines from now on: those that it has drift. */
  | { readonly kind: "pool-change"; readonly at: number; readonly pool: number };

export interface Scenario {
  readonly seed: number;
  readonly days: number;
  readonly deployments: number;
  /** Whether a pool consolidates nodes that are not empty. */
  readonly consolidates: boolean;
  readonly actions: readonly Action[];
  readonly faults: readonly Fault[];
}

const minute = 60_000;
const day = 24 * 60 * minute;
/** Time in which everything is created before anything goes wrong. */
const quietStart = 5 * minute;

/** How much happens in a day; whatever is shorter still has one of each. */
export interface Liveliness {
  readonly deployments: number;
  readonly scalesPerDay: number;
  readonly rolloutsPerDay: number;
  readonly poolChangesPerDay: number;
  readonly consolidates: boolean;
  readonly faultsPerKindAndDay: number;
}

const ordinary: Liveliness = Object.freeze({
  deployments: 20,
  scalesPerDay: 5,
  rolloutsPerDay: 2,
  poolChangesPerDay: 2,
  consolidates: false,
  faultsPerKindAndDay: 3,
});

/** Longest stretch of one fault, in minutes; those that happen at once and have no length are absent. */
const longestMinutes: Readonly<Partial<Record<FaultKind, number>>> = Object.freeze({
  "api-conflict": 10,
  "api-lost-response": 5,
  "api-slow": 5,
  "api-unavailable": 3,
  "cloud-latency": 10,
  "cloud-lost-response": 5,
  "cloud-throttling": 5,
  "insufficient-capacity": 40,
  "watch-late": 10,
});

/** Every tenth scaling goes to none, so that whole deployments come and go. */
const replicasOf = (random: Random): number => (random.integer(10) === 0 ? 0 : 1 + random.integer(8));

export function drawScenario(seed: number, days: number, liveliness: Partial<Liveliness> = {}): Scenario {
  const { deployments, consolidates, scalesPerDay, rolloutsPerDay, poolChangesPerDay, faultsPerKindAndDay } = {
    ...ordinary,
    ...liveliness,
  };
  const length = days * day - quietStart;
  if (!(length > 0)) throw new RangeError(`a simulation takes more than 5 minutes of virtual time, found ${days} days`);
  const random = createSeededRandom(`${seed}/scenario`);
  const moment = (): number => quietStart + Math.floor(random.next() * length);
  const times = (perDay: number): number => Math.max(1, Math.round(perDay * days));
  const actions: Action[] = [];
  for (let deployment = 0; deployment < deployments; deployment += 1) {
    for (let count = times(scalesPerDay); count > 0; count -= 1)
      actions.push({ kind: "scale", at: moment(), deployment, replicas: replicasOf(random) });
    for (let count = times(rolloutsPerDay); count > 0; count -= 1)
      actions.push({ kind: "rollout", at: moment(), deployment });
  }
  const faults: Fault[] = [];
  for (const kind of faultKinds) {
    const longest = (longestMinutes[kind] ?? 0) * minute;
    for (let count = times(faultsPerKindAndDay); count > 0; count -= 1) {
      const forMilliseconds = Math.round(longest * (0.3 + 0.7 * random.next()));
      faults.push({ id: faults.length, kind, at: moment(), forMilliseconds });
    }
  }
  for (let count = times(poolChangesPerDay); count > 0; count -= 1)
    actions.push({ kind: "pool-change", at: moment(), pool: random.integer(2) });
  const byTime = (a: { readonly at: number }, b: { readonly at: number }): number => a.at - b.at;
  return { seed, days, deployments, consolidates, actions: actions.toSorted(byTime), faults: faults.toSorted(byTime) };
}

/** Length of a scenario in milliseconds. */
export const scenarioMilliseconds = ({ days }: Scenario): number => days * day;
