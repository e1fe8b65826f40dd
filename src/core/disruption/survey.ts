/**
 * The layout in columns, made once for a pass: what every pod would be worth on ideal machines, and what room every node
 * has left. From it the cheap questions are answered that the search asks by the thousand; one run of the whole engine
 * then judges what they found (lifecycle 8, O9).
 */
import type { Pod } from "../../api/index.ts";
import { resolveOptions } from "../provisioning/options.ts";
import { buildSession } from "../provisioning/build-session.ts";
import { standingBeside, standingSelectorKeys } from "../provisioning/build-topology.ts";
import { buildMachineProblem } from "../provisioning/machine-options.ts";
import type { Demand, Session } from "../provisioning/session.ts";
import { classifyPods } from "../pods/pod-class.ts";
import type { Candidate } from "./candidate.ts";
import type { Simulator } from "./simulation.ts";

export interface Survey {
  readonly session: Session;
  /** Index into `session.workloads` by pod of a candidate. */
  readonly workloadOf: ReadonlyMap<Pod, number>;
  /** USD an hour by workload: what one pod costs on the cheapest fractional machines; 0 where no pool takes it. */
  readonly worths: Float64Array;
}

/** Yields work. */
export function* surveyLayout(simulator: Simulator, candidates: readonly Candidate[]): Generator<number, Survey> {
  const { snapshot } = simulator;
  const pods = candidates.flatMap((candidate) => candidate.pods);
  const standing = yield* standingBeside(snapshot, new Set());
  const { classes } = classifyPods(pods, standingSelectorKeys(standing));
  yield pods.length;
  const session = yield* buildSession(snapshot, { classes, standing, options: resolveOptions(simulator.options) });
  const workloadOf = new Map<Pod, number>();
  for (const { index, pods: members } of session.workloads) for (const pod of members) workloadOf.set(pod, index);
  return { session, workloadOf, worths: yield* worthsOf(session) };
}

/** Shadow prices of the linear programme over all machines of all pools: together they bound every layout from below. */
function* worthsOf(session: Session): Generator<number, Float64Array> {
  const worths = new Float64Array(session.workloads.length);
  const demands = session.workloads.flatMap((workload): readonly Demand[] => {
    const [stage] = workload.stages;
    return stage === undefined ? [] : [{ workload, stage, set: stage.set, count: workload.pods.length }];
  });
  if (demands.length === 0 || session.pools.length === 0) return worths;
  const problem = yield* buildMachineProblem(session, session.pools, demands);
  for (const [item, { workload }] of problem.demands.entries()) worths[workload.index] = problem.values[item] ?? 0;
  return worths;
}

/** What the pods of a candidate would cost on ideal machines, USD an hour. */
export function worthOf({ workloadOf, worths }: Survey, { pods }: Candidate): number {
  let worth = 0;
  for (const pod of pods) worth += worths[workloadOf.get(pod) ?? -1] ?? 0;
  return worth;
}

/** Least that candidates and what stays can cost, USD an hour: what stays may hold pods for nothing as far as it has room. */
export function boundOf(survey: Survey, candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, candidate) => sum + Math.min(candidate.price, worthOf(survey, candidate)), 0);
}
