/** The one pipeline that every disruption method runs through (style 4.4, lifecycle 3.1). */
import { labels } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import { type KeyText, keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { disruptionLimits, type DisruptionLimitsFailure } from "../pods/disruption-limits.ts";
import { ok, type Result } from "../result.ts";
import type { EpochMillis } from "../time.ts";
import { poolBudgets, type PoolBudget } from "./budgets.ts";
import { type Candidate, candidateOf, nodePrice } from "./candidate.ts";
import { candidateChecks } from "./candidate-checks.ts";
import { openLedger } from "./ledger.ts";
import { unfinishedOfEra } from "./one-at-a-time.ts";
import type { DisruptionCommand, DisruptionMethod, KeptReason, MethodScope } from "./method.ts";
import type { PoolScore } from "./pool-score.ts";
import { defaultDisruptionSettings, type DisruptionSettings } from "./settings.ts";

export interface DisruptionOptions {
  readonly now: EpochMillis;
  /** Tried in order; the first that finds something ends the pass. */
  readonly methods: readonly DisruptionMethod[];
  /** Provider ids of nodes in commands that are running. */
  readonly queued?: ReadonlySet<string>;
  /** Provider ids of nodes whose last command was abandoned and that are left alone for now. */
  readonly resting?: ReadonlySet<string>;
  readonly bufferNodes?: ReadonlySet<string>;
  readonly settings?: Partial<DisruptionSettings>;
  /** Methods that found nothing in this very picture; they are not asked again (lifecycle 3.12). */
  readonly settled?: ReadonlySet<DisruptionMethod["name"]>;
}

/** A node that stays, with the last reason found (that of the method that asks least) and all of them in order. */
export interface KeptNode {
  readonly node: StateNode;
  readonly code: string;
  readonly text: string;
  /** USD an hour; 0 where it is not known. */
  readonly price: number;
  readonly reasons: readonly KeptReason[];
}

/** What one method saw; for gauges, events and the memo of "nothing to do". */
export interface MethodReport {
  readonly method: DisruptionMethod["name"];
  readonly eligible: number;
  /** Absent when the method had no candidates. */
  readonly budgets?: readonly PoolBudget[];
  readonly limitedByBudget: boolean;
  /** Least that the layout can cost, USD an hour, where the method knows. */
  readonly bound?: number;
  /** The search ran out of work before it had tried everything: a further pass may find more in the same picture. */
  readonly unfinished?: boolean;
  /** Of moves that a Balanced pool refused. */
  readonly refusedScores?: readonly PoolScore[];
  /** It was not asked, because it found nothing in this picture before. */
  readonly settled?: boolean;
}

export interface DisruptionPlan {
  readonly snapshotVersion: number;
  readonly commands: readonly DisruptionCommand[];
  /** Every node that no command takes, in order of name. */
  readonly kept: readonly KeptNode[];
  readonly reports: readonly MethodReport[];
}

/** A search that can be paused between any two steps. Where it pauses does not change the plan. */
export interface DisruptionPlanner {
  /** Works for about `workUnits` units. */
  step(workUnits: number): "more" | "done";
  /** Fails only when a PodDisruptionBudget cannot be read: then nothing may be disrupted at all. */
  plan(): Result<DisruptionPlan, DisruptionLimitsFailure>;
}

/** Makes the plan in one go. */
export function planDisruption(
  snapshot: ClusterSnapshot,
  options: DisruptionOptions,
): Result<DisruptionPlan, DisruptionLimitsFailure> {
  const planner = createDisruptionPlanner(snapshot, options);
  while (planner.step(Number.MAX_SAFE_INTEGER) === "more");
  return planner.plan();
}

export function createDisruptionPlanner(snapshot: ClusterSnapshot, options: DisruptionOptions): DisruptionPlanner {
  const run = planning(snapshot, options);
  let finished: Result<DisruptionPlan, DisruptionLimitsFailure> | undefined;
  return {
    step(workUnits) {
      for (let done = 0; finished === undefined && done < workUnits; ) {
        const next = run.next();
        if (next.done === true) finished = next.value;
        else done += next.value;
      }
      return finished === undefined ? "more" : "done";
    },
    plan() {
      if (finished === undefined) throw new Error("the plan was asked for before step() said done");
      return finished;
    },
  };
}

function* planning(
  snapshot: ClusterSnapshot,
  options: DisruptionOptions,
): Generator<number, Result<DisruptionPlan, DisruptionLimitsFailure>> {
  const scope = disruptionScope(snapshot, options);
  if (!scope.ok) return scope;
  const settings = { ...defaultDisruptionSettings, ...options.settings };
  const reasons = new Map<StateNode, KeptReason[]>();
  const reports: MethodReport[] = [];
  let commands: readonly DisruptionCommand[] = [];
  for (const method of options.methods) {
    const settled = options.settled?.has(method.name) === true;
    const pass = yield* runMethod(method, { snapshot, scope: scope.value, settings, settled });
    for (const { node, reason } of pass.kept) reasons.set(node, [...(reasons.get(node) ?? []), reason]);
    reports.push(pass.report);
    commands = pass.commands;
    if (commands.length > 0) break;
  }
  const taken = new Set(commands.flatMap(({ candidates }) => candidates.map(({ node }) => node)));
  const kept = snapshot.nodes
    .filter((node) => !taken.has(node))
    .map((node) => keptNode(node, reasons.get(node), scope.value.instanceTypes));
  return ok({ snapshotVersion: snapshot.version, commands, kept, reports });
}

/** What every method's checks look at, made once for a snapshot. */
export type DisruptionScope = Omit<MethodScope, "disruptionClass">;

export function disruptionScope(
  snapshot: ClusterSnapshot,
  options: Omit<DisruptionOptions, "methods">,
): Result<DisruptionScope, DisruptionLimitsFailure> {
  const limits = disruptionLimits(snapshot.podDisruptionBudgets);
  if (!limits.ok) return limits;
  const { queued = nothing } = options;
  return ok({
    now: options.now,
    unfinishedOfEra: unfinishedOfEra(snapshot, { queued, now: options.now }),
    limits: limits.value,
    pools: new Map(snapshot.pools.map((pool) => [keyText(pool.key), pool])),
    instanceTypes: typesByPool(snapshot),
    queued,
    resting: options.resting ?? nothing,
    bufferNodes: options.bufferNodes ?? nothing,
  });
}

interface MethodPass {
  readonly commands: readonly DisruptionCommand[];
  readonly kept: readonly { readonly node: StateNode; readonly reason: KeptReason }[];
  readonly report: MethodReport;
}

interface MethodRun {
  readonly snapshot: ClusterSnapshot;
  readonly scope: DisruptionScope;
  readonly settings: DisruptionSettings;
  readonly settled: boolean;
}

function* runMethod(method: DisruptionMethod, run: MethodRun): Generator<number, MethodPass> {
  const { snapshot, scope, settings } = run;
  const { candidates, refused } = filterCandidates(method, snapshot, scope);
  yield snapshot.nodes.length;
  if (candidates.length === 0) {
    return { commands: [], kept: refused, report: { method: method.name, eligible: 0, limitedByBudget: false } };
  }
  const budgets = poolBudgets(snapshot, method.reason, scope.now);
  const report = { method: method.name, eligible: candidates.length, budgets };
  if (run.settled) {
    const kept = [...refused, ...candidates.map(({ node }) => ({ node, reason: settledReason(method) }))];
    return { commands: [], kept, report: { ...report, limitedByBudget: false, settled: true } };
  }
  const context = { snapshot, scope: methodScope(method, scope), ledger: openLedger(budgets), settings };
  const { commands, passedOver, limitedByBudget, ...known } = yield* method.choose(candidates, context);
  const kept = [...refused, ...passedOver.map(({ candidate, reason }) => ({ node: candidate.node, reason }))];
  return { commands, kept, report: { ...report, limitedByBudget, ...known } };
}

const settledReason = ({ name }: DisruptionMethod): KeptReason => ({
  code: "settled",
  text: "nothing was found for it, and nothing has changed since",
  method: name,
});

export const methodScope = (
  method: Pick<DisruptionMethod, "disruptionClass">,
  scope: DisruptionScope,
): MethodScope => ({
  ...scope,
  disruptionClass: method.disruptionClass,
});

/** Candidates of a method, best first, and why the other nodes are none. */
export function filterCandidates(
  method: DisruptionMethod,
  snapshot: ClusterSnapshot,
  scope: DisruptionScope,
): { readonly candidates: readonly Candidate[]; readonly refused: MethodPass["kept"] } {
  const inScope = methodScope(method, scope);
  const candidates: Candidate[] = [];
  const refused: MethodPass["kept"][number][] = [];
  for (const node of snapshot.nodes) {
    const examined = examine(node, method, inScope);
    if ("code" in examined) refused.push({ node, reason: examined });
    else candidates.push(examined);
  }
  return { candidates: candidates.sort((a, b) => method.compare(a, b) || byName(a, b)), refused };
}

function examine(node: StateNode, method: DisruptionMethod, scope: MethodScope): Candidate | KeptReason {
  for (const { code, told, refusal } of candidateChecks) {
    const text = refusal(node, scope);
    if (text !== undefined) return told ? { code, text, event: "DisruptionBlocked" } : { code, text };
  }
  const candidate = candidateFrom(node, scope);
  if (candidate === undefined) return { code: "no-provider-id", text: "it has no provider id" };
  for (const { code, event, refusal } of method.checks) {
    const text = refusal(candidate, scope);
    if (text !== undefined) return { code, text, method: method.name, ...(event === undefined ? {} : { event }) };
  }
  return candidate;
}

/** The checks have seen to it that the parts are there; a machine without id cannot be addressed by a command. */
function candidateFrom(node: StateNode, scope: MethodScope): Candidate | undefined {
  const { claim, poolKey, providerId } = node;
  const pool = poolKey === undefined ? undefined : scope.pools.get(keyText(poolKey));
  if (claim === undefined || pool === undefined || providerId === undefined) return undefined;
  return candidateOf({
    node,
    claim,
    providerId,
    pool,
    instanceType: typeOf(node, scope.instanceTypes),
    now: scope.now,
  });
}

type TypesByPool = ReadonlyMap<KeyText, ReadonlyMap<string, InstanceType>>;

/** Pools of equal classes share one list, so it is indexed once. */
function typesByPool(snapshot: ClusterSnapshot): TypesByPool {
  const byList = new Map<readonly InstanceType[], ReadonlyMap<string, InstanceType>>();
  const byPool = new Map<KeyText, ReadonlyMap<string, InstanceType>>();
  for (const [key, list] of snapshot.instanceTypes) {
    const index = byList.get(list) ?? new Map(list.map((type) => [type.name, type]));
    byList.set(list, index);
    byPool.set(key, index);
  }
  return byPool;
}

function typeOf(node: StateNode, types: TypesByPool): InstanceType | undefined {
  if (node.poolKey === undefined) return undefined;
  return types.get(keyText(node.poolKey))?.get(node.labels[labels.instanceType] ?? "");
}

function keptNode(node: StateNode, found: readonly KeptReason[] | undefined, types: TypesByPool): KeptNode {
  const reasons = found ?? [notExamined];
  const { code, text } = reasons.at(-1) ?? notExamined;
  return { node, code, text, price: nodePrice(node, typeOf(node, types)), reasons };
}

/** Without any method nothing was asked. */
const notExamined: KeptReason = Object.freeze({ code: "not-examined", text: "no disruption method looked at it" });

const byName = (a: Candidate, b: Candidate): number => (a.node.name < b.node.name ? -1 : 1);

const nothing: ReadonlySet<string> = new Set();
