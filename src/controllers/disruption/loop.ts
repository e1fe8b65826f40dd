import {
  type ClusterSnapshot,
  createDisruptionPlanner,
  type DisruptionCommand,
  type DisruptionMethod,
  type DisruptionPlan,
  type DisruptionSettings,
  type EpochMillis,
  poolBudgets,
  revalidate,
} from "../../core/index.ts";
import { createGaugeStore, mapLimit } from "../../platform/index.ts";
import { oneWorker, type Reconciler, requeueAfter, requeueNow, singletonKey } from "../plumbing/index.ts";
import { type BackOff, createBackOff } from "./back-off.ts";
import { carriesMarks, unmarkCandidate } from "./candidate-marks.ts";
import { type CommandQueue, createCommandQueue } from "./command-queue.ts";
import { type CommandTable, createCommandTable } from "./commands.ts";
import type { DisruptionDeps } from "./deps.ts";
import { inSlices } from "./in-slices.ts";
import { commandLabels, methodLabels } from "./method-labels.ts";
import { createMovesMade, type MovesMade } from "./moves-made.ts";
import { createMovingPicture, type MovingPicture } from "./moving-picture.ts";
import { createQuietPicture, type QuietPicture } from "./quiet-picture.ts";
import { createSettledMethods, type SettledMethods } from "./settled-methods.ts";
import { countScores, tellApproved, tellFound, tellRejected } from "./tell-consolidation.ts";
import { reportPodGuards } from "./pod-guards.ts";
import { forgetPool, type ReportDeps, reportBudget, reportPlan } from "./report-plan.ts";
import { resumeCommands } from "./resume.ts";
import { recordRemovals, startCommand } from "./start-command.ts";

const pollMilliseconds = 10_000;
const unsyncedMilliseconds = 1_000;
const movingMilliseconds = 1_000;
const abnormalMilliseconds = 15 * 60_000;
const parallel = 20;

export interface Disruption {
  readonly loop: Reconciler;
  readonly queue: Reconciler;
}

/** Removes nodes that are not worth their price (spec: lifecycle 3.1): one pass of all methods at a time. */
export function createDisruption(given: DisruptionDeps): Disruption {
  const deps: ReportDeps = { ...given, gauges: createGaugeStore() };
  const table = createCommandTable();
  const backOff = createBackOff(deps);
  const moves = createMovesMade(table);
  const queue = createCommandQueue(deps, table, { backOff, moves });
  const run: Run = {
    deps,
    table,
    queue,
    backOff,
    moves,
    settled: createSettledMethods(),
    quiet: createQuietPicture(deps.bufferNodes),
    moving: createMovingPicture(),
  };
  const started = deps.clock.monotonic();
  const { quietStartMilliseconds = 0 } = deps;
  let lastPass = started;
  let resumed = !deps.act;
  return {
    queue: queue.reconciler,
    loop: {
      name: "disruption",
      workers: oneWorker,
      reconcile: async (_key, signal) => {
        const since = deps.clock.monotonic() - lastPass;
        if (since > abnormalMilliseconds)
          deps.log.debug("abnormal time between runs", { controller: "disruption", since });
        lastPass = deps.clock.monotonic();
        if (!deps.model.isSynced()) return requeueAfter(unsyncedMilliseconds);
        if (!resumed) for (const command of resumeCommands(deps, table)) queue.follow(command);
        resumed = true;
        if (deps.act && deps.sharesDisruption !== true) await repairLeftovers(deps, table, signal);
        const quiet = started + quietStartMilliseconds - deps.clock.monotonic();
        if (quiet > 0) return requeueAfter(quiet);
        const outcome = await pass(run, signal);
        if (outcome === "acted") return requeueNow;
        return requeueAfter(outcome === "waits" ? movingMilliseconds : pollMilliseconds);
      },
      watch: (controller) => {
        controller.enqueue(singletonKey);
        deps.caches.nodePools.subscribe(({ type, object }) => {
          if (type === "deleted") forgetPool(deps, object.metadata.name ?? "");
        });
      },
    },
  };
}

/** Commands live in memory: marks that no command holds are of one that did not survive, and are taken back. */
async function repairLeftovers(deps: DisruptionDeps, table: CommandTable, signal: AbortSignal): Promise<void> {
  const held = table.held();
  const orphans = deps.model.snapshot().nodes.filter((node) => !held.has(node.providerId ?? "") && carriesMarks(node));
  await mapLimit(
    orphans,
    parallel,
    async ({ node, claim }, context) => {
      const names = { node: node?.metadata.name ?? "", claim: claim?.key.name ?? "" };
      await unmarkCandidate(deps, names, context.signal);
      deps.log.info("took back the taint of a command that did not survive", { Node: names.node });
      deps.decisions.record({
        kind: "repair",
        pods: [],
        node: names.node,
        reason: "left over from an earlier process",
      });
    },
    { signal },
  );
}

/** The picture with chunks of capacity buffers among the pods that wait: wherever they stand now, they need room. */
function pictureOf({ model, virtualPods }: DisruptionDeps): ClusterSnapshot {
  const snapshot = model.snapshot();
  const chunks = virtualPods?.() ?? [];
  return chunks.length === 0 ? snapshot : { ...snapshot, pendingPods: [...snapshot.pendingPods, ...chunks] };
}

interface Run {
  readonly deps: ReportDeps;
  readonly table: CommandTable;
  readonly queue: CommandQueue;
  readonly settled: SettledMethods;
  readonly backOff: BackOff;
  readonly moves: MovesMade;
  readonly quiet: QuietPicture;
  readonly moving: MovingPicture;
}

/**
 * `acted`: a command was started. `waits`: repacking was left out, because pods come and go. Where the second look refuses
 * all of a method's, the later methods get their turn.
 */
async function pass(run: Run, signal: AbortSignal): Promise<"acted" | "waits" | "idle"> {
  const { deps, quiet, backOff, moving } = run;
  await deps.model.refreshInstanceTypes(signal);
  const begun = pictureOf(deps);
  const isMoving = moving.isMoving(begun, deps.clock.monotonic());
  if (backOff.held().size === 0 && quiet.holds(begun, deps.clock.now())) return "idle";
  let left = isMoving ? deps.methods.filter(({ validation }) => validation !== "repacking") : deps.methods;
  const otherwise = left.length < deps.methods.length ? "waits" : "idle";
  for (;;) {
    const plan = await plannedCommands({ ...run, deps: { ...deps, methods: left } }, signal);
    const [first] = plan.commands;
    if (left === deps.methods && backOff.held().size === 0) quiet.note(begun, plan, deps.clock.now());
    if (first === undefined) {
      tellPass(deps, []);
      return otherwise;
    }
    const outcome = await carryOut(run, plan, signal);
    if (outcome !== "refused") return outcome === "started" ? "acted" : otherwise;
    left = left.slice(1 + left.findIndex(({ name }) => name === first.method));
    if (left.length === 0) return otherwise;
  }
}

const tellPass = ({ onPass }: DisruptionDeps, commands: readonly DisruptionCommand[]): void => onPass?.(commands);

/** `told`: in the modes that change nothing. `refused`: the second look left nothing of it. */
async function carryOut(run: Run, plan: DisruptionPlan, signal: AbortSignal): Promise<"started" | "told" | "refused"> {
  const { deps, table, queue } = run;
  const survivors: DisruptionCommand[] = [];
  for (const command of plan.commands) {
    tellApproved(deps, command);
    tellFound(deps, command);
    const survivor = await validated(run, { command, plan }, signal);
    if (survivor !== undefined) survivors.push(survivor);
  }
  tellPass(deps, survivors);
  if (survivors.length === 0) return "refused";
  if (!deps.act) {
    for (const command of survivors) recordRemovals(deps, command);
    return "told";
  }
  for (const command of survivors) queue.follow(await startCommand(deps, table, command, signal));
  return "started";
}

async function plannedCommands(run: Run, signal: AbortSignal): Promise<DisruptionPlan> {
  const { deps } = run;
  await deps.model.refreshInstanceTypes(signal);
  const started = deps.clock.monotonic();
  const snapshot = pictureOf(deps);
  const now = deps.clock.now();
  reportPodGuards(deps, snapshot, now);
  const plan = await searched(run, { snapshot, now }, signal);
  run.settled.note(plan, now);
  const seconds = (deps.clock.monotonic() - started) / 1000;
  for (const { method } of plan.reports)
    deps.instruments.disruptionEvaluation.observe(seconds, { ...methodLabels[method] });
  for (const { scores = [] } of plan.commands) countScores(deps, scores);
  for (const { method, refusedScores = [], unfinished } of plan.reports) {
    countScores(deps, refusedScores);
    const { consolidation_type } = methodLabels[method];
    if (unfinished === true) deps.instruments.consolidationTimeouts.increment({ consolidation_type });
  }
  logBadBudgets(deps, plan);
  reportPlan(deps, plan);
  return plan;
}

async function searched(
  run: Run,
  on: { readonly snapshot: ClusterSnapshot; readonly now: EpochMillis },
  signal: AbortSignal,
): Promise<DisruptionPlan> {
  const { deps, table, settled } = run;
  const effort = settled.at(on.snapshot, on.now);
  const planner = createDisruptionPlanner(on.snapshot, {
    now: on.now,
    ...(deps.bufferNodes === undefined ? {} : { bufferNodes: deps.bufferNodes() }),
    methods: deps.methods,
    queued: table.held(),
    resting: run.backOff.held(),
    settings: { workUnits: effort.workUnits, ...settingsOf(run) },
    settled: effort.settled,
  });
  const steps = function* (): Generator<number, void> {
    while (planner.step(1) === "more") yield 1;
  };
  await inSlices(steps(), { clock: deps.clock, signal });
  const plan = planner.plan();
  if (!plan.ok) throw new Error(plan.failure.message);
  return plan.value;
}

const settingsOf = ({ deps, moves }: Run): Partial<DisruptionSettings> => ({
  ...deps.settings,
  memory: moves.memory(deps.clock.now()),
});

function logBadBudgets(deps: DisruptionDeps, plan: DisruptionPlan): void {
  for (const { budgets } of plan.reports) {
    for (const { pool, failure } of budgets ?? []) {
      if (failure === undefined) continue;
      deps.log.error("disruption budget cannot be read, nothing of its pool is disrupted", {
        NodePool: pool.key.name,
        error: failure.message,
      });
    }
  }
}

/** Waits, looks again, and keeps what still holds (spec: lifecycle 3.9). */
async function validated(
  run: Run,
  { command, plan }: { readonly command: DisruptionCommand; readonly plan: DisruptionPlan },
  signal: AbortSignal,
): Promise<DisruptionCommand | undefined> {
  const { deps, table } = run;
  const method = methodOf(deps, command);
  if (method.validation === "none") return command;
  if (method.validationDelayMillis > 0) await deps.clock.sleep(method.validationDelayMillis, { signal });
  await deps.model.refreshInstanceTypes(signal);
  const snapshot = pictureOf(deps);
  const now = deps.clock.now();
  for (const budget of poolBudgets(snapshot, method.reason, now)) reportBudget(deps, budget);
  if (method.validation === "repacking" && isUnchanged(deps, snapshot, plan)) return command;
  const options = { now, queued: table.held(), settings: settingsOf(run) };
  const outcome = await inSlices(revalidate(method, command, { snapshot, options }), { clock: deps.clock, signal });
  const { consolidation_type } = commandLabels(command);
  const countLost = (candidates: number): void =>
    deps.instruments.disruptionFailedValidations.increment({ consolidation_type }, candidates);
  if (outcome.ok) {
    countLost(outcome.value.droppedForBudget);
    return outcome.value.command;
  }
  if (!("candidates" in outcome.failure)) throw new Error(outcome.failure.message);
  countLost(outcome.failure.candidates);
  tellRejected(deps, command, outcome.failure);
  deps.log.debug("command failed its validation", { cause: outcome.failure.kind, message: outcome.failure.message });
  return undefined;
}

/** Judging the picture that the plan was made from would answer the same. Buffers change without a change of the picture. */
const isUnchanged = ({ virtualPods }: DisruptionDeps, { version }: ClusterSnapshot, plan: DisruptionPlan): boolean =>
  version === plan.snapshotVersion && (virtualPods?.() ?? []).length === 0;

function methodOf(deps: DisruptionDeps, command: DisruptionCommand): DisruptionMethod {
  const method = deps.methods.find(({ name }) => name === command.method);
  if (method === undefined) throw new Error(`no disruption method is called ${command.method}`);
  return method;
}
