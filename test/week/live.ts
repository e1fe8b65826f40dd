/** Lives through the arrivals and counts what they cost in money and in moves. */
import { deploymentType, type Pod, podType } from "../../src/api/index.ts";
import type { OperatorOptions } from "../../src/operator/index.ts";
import type { Logger } from "../../src/platform/index.ts";
import { checkCycles } from "../sim/invariants/cycles.ts";
import { checkDisruptions } from "../sim/invariants/disruptions.ts";
import { createPicture } from "../sim/invariants/picture.ts";
import { type Arrival, weekMilliseconds } from "./trace.ts";
import { bootWorld, namespace, type World, workloadOf } from "./world.ts";

export interface Week {
  readonly pods: number;
  /** USD for all machines, by the second. */
  readonly dollars: number;
  readonly launched: number;
  /** Pods that had to go while their workload was still wanted. */
  readonly evictions: number;
  /** Evictions of a workload within an hour of its last one. */
  readonly repeated: number;
  readonly cycles: number;
  /** Milliseconds from a pod's creation until it is bound, of 99 in 100. */
  readonly waitMilliseconds: number;
}

export interface WeekGiven {
  readonly arrivals: readonly Arrival[];
  readonly seed: number;
  readonly options: Partial<OperatorOptions>;
  /** How much of the week is lived. */
  readonly milliseconds?: number;
  readonly log?: Logger;
}

const step = 60_000;
const hour = 3_600_000;

export async function liveThrough(given: WeekGiven): Promise<Week> {
  const { arrivals, milliseconds = weekMilliseconds } = given;
  const world = await bootWorld(given);
  const { clock, account } = world;
  const tally = watch(world);
  const begun = clock.monotonic();
  const before = account.bill().dollars;
  const wanted = arrivals.filter(({ from }) => from < milliseconds);
  for (const arrival of wanted) {
    clock.after(arrival.from, () => void world.kube.create(deploymentType, workloadOf(arrival)));
    clock.after(arrival.until, () => void end(world, arrival, tally));
  }
  while (clock.monotonic() - begun < milliseconds) await clock.advance(step);
  const dollars = account.bill().dollars - before;
  await world.stop();
  return {
    pods: wanted.length,
    dollars: Math.round(dollars * 100) / 100,
    launched: tally.machines.size,
    evictions: tally.evictions.length,
    repeated: repeatedOf(tally.evictions),
    cycles: tally.cycles.length,
    waitMilliseconds: percentile(tally.waits, 0.99),
  };
}

async function end({ kube }: World, { name }: Arrival, { ended }: Tally): Promise<void> {
  ended.add(name);
  await kube.delete(deploymentType, { name, namespace });
}

interface Eviction {
  readonly workload: string;
  /** Monotonic milliseconds. */
  readonly at: number;
}

interface Tally {
  readonly ended: Set<string>;
  readonly evictions: Eviction[];
  readonly waits: number[];
  readonly cycles: string[];
  readonly machines: Set<string>;
}

/** Looks at every change; cycles as `npm run sim` tells them. */
function watch({ api, account, clock }: World): Tally {
  const tally: Tally = { ended: new Set(), evictions: [], waits: [], cycles: [], machines: new Set() };
  const picture = createPicture();
  const report = (kind: string, object: string): void => {
    if (kind === "cycle") tally.cycles.push(object);
  };
  const cycles = checkCycles({ picture, clock, report });
  checkDisruptions({ picture, clock, report, onVoluntary: cycles.onVoluntary });
  const observePod = watchPods(clock, tally);
  api.observe((type, change) => {
    picture.observe(type, change);
    cycles.check();
    if (type.plural === podType.plural) observePod(change.object as unknown as Pod, change.type === "DELETED");
  });
  account.machines.subscribe((machine) => {
    tally.machines.add(machine.providerId);
    picture.observeMachine(machine);
  });
  return tally;
}

/** A pod that begins to end, or is gone at once, while its workload is wanted was evicted. */
function watchPods(clock: World["clock"], { ended, evictions, waits }: Tally): (pod: Pod, isGone: boolean) => void {
  const leaving = new Set<string>();
  const bound = new Set<string>();
  return (pod, isGone) => {
    const { uid = "", deletionTimestamp, creationTimestamp = "", labels = {} } = pod.metadata;
    if (pod.spec.nodeName !== undefined && !bound.has(uid)) {
      bound.add(uid);
      waits.push(clock.now() - Date.parse(creationTimestamp));
    }
    if ((deletionTimestamp === undefined && !isGone) || leaving.has(uid)) return;
    leaving.add(uid);
    const workload = labels["app"] ?? "";
    if (!ended.has(workload)) evictions.push({ workload, at: clock.monotonic() });
  };
}

/** Times are in order. */
export function repeatedOf(times: readonly Eviction[]): number {
  const last = new Map<string, number>();
  let repeated = 0;
  for (const { workload, at } of times) {
    const before = last.get(workload);
    if (before !== undefined && at - before < hour) repeated += 1;
    last.set(workload, at);
  }
  return repeated;
}

export function percentile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? 0;
}
