/** Disruption applied until nothing more is proposed. */
import type { Pod } from "../../src/api/index.ts";
import {
  burstable,
  type ClusterSnapshot,
  type ClusterState,
  createCatalogueCache,
  type DisruptionCommand,
  type DisruptionMethod,
  type DisruptionSettings,
  emptiness,
  freezeSnapshot,
  keyText,
  multiNodeConsolidation,
  noMoves,
  nodePrice,
  objectKey,
  planDisruption,
  rememberMoves,
  repacking,
  singleNodeConsolidation,
  vacancy,
} from "../../src/core/index.ts";
import { applyCommand } from "./apply-command.ts";
import type { ReadState } from "./read-state.ts";
import { verifyCommand, verifyLayout } from "./verify-command.ts";

export interface FixpointOptions {
  readonly policy: "cheapest" | "compatible";
  readonly maxEvictions: number;
  /** Whether machines of the t families may be bought; they may unless told. */
  readonly burstable?: "allow" | "avoid";
  /** How long each pass searches, in work units; the engine's own default unless given. */
  readonly workUnits?: number;
  /** As the setting of that name; pods follow the plan unless given. */
  readonly rehearsals?: number;
  /** Checks every command and every layout; off where only time counts. */
  readonly verify: boolean;
}

export interface Fixpoint {
  readonly state: ClusterState;
  readonly commands: readonly DisruptionCommand[];
  readonly evictions: number;
  /** How often the pod that moved most was moved. */
  readonly mostMoves: number;
  /** The bound of the first pass, USD an hour. */
  readonly bound: number | undefined;
  readonly faults: readonly string[];
  readonly initial: Layout;
  readonly final: Layout;
}

export interface Layout {
  readonly nodes: number;
  /** USD an hour. */
  readonly price: number;
}

/** More commands than that are a cycle. */
const mostCommands = 2_000;

const ours: readonly DisruptionMethod[] = [vacancy, repacking];
const upstream: readonly DisruptionMethod[] = [emptiness, multiNodeConsolidation, singleNodeConsolidation];

export function runToFixpoint(read: ReadState, options: FixpointOptions): Fixpoint {
  const methods = options.policy === "compatible" ? upstream : ours;
  const moves = new Map<string, number>();
  const commands: DisruptionCommand[] = [];
  const faults: string[] = [];
  let { state } = read;
  let evictions = 0;
  let memory = noMoves;
  let bound: number | undefined;
  const initial = layoutOf(freezeSnapshot(state, read.now));
  const provisioning = {
    labelRules: read.labelRules,
    catalogueCache: createCatalogueCache(),
    ...(options.policy === "compatible" ? { policy: "compatible" as const } : {}),
  };
  for (;;) {
    const snapshot = freezeSnapshot(state, read.now);
    const settings: Partial<DisruptionSettings> = {
      provisioning,
      spotToSpot: read.spotToSpot,
      memory,
      ...(options.burstable === "avoid" ? { avoidTypes: burstable } : {}),
      maxPodsMoved: options.maxEvictions - evictions,
      ...(options.workUnits === undefined ? {} : { workUnits: options.workUnits }),
      ...(options.rehearsals === undefined ? {} : { rehearsals: options.rehearsals }),
    };
    const plan = planDisruption(snapshot, { now: read.now, methods, settings });
    if (!plan.ok) throw new Error(plan.failure.message);
    bound ??= plan.value.reports.find((report) => report.bound !== undefined)?.bound;
    const [command] = plan.value.commands;
    if (command === undefined) break;
    const pods = command.candidates.flatMap((candidate) => candidate.pods);
    if (pods.length + evictions > options.maxEvictions) break;
    if (options.verify)
      faults.push(...verifyCommand(snapshot, command).map((fault) => `command ${commands.length}: ${fault}`));
    commands.push(command);
    evictions += pods.length;
    countMoves(moves, pods);
    memory = rememberMoves(memory, pods, read.now);
    state = applyCommand(state, command, commands.length).state;
    if (options.verify) faults.push(...verifyLayout(freezeSnapshot(state, read.now)));
    if (commands.length > mostCommands)
      throw new Error(`${read.name}: more than ${mostCommands} commands, this is a cycle`);
  }
  const final = layoutOf(freezeSnapshot(state, read.now));
  return { state, commands, evictions, mostMoves: Math.max(0, ...moves.values()), bound, faults, initial, final };
}

function countMoves(moves: Map<string, number>, pods: readonly Pod[]): void {
  for (const pod of pods) moves.set(objectKey(pod), (moves.get(objectKey(pod)) ?? 0) + 1);
}

export function layoutOf({ nodes, instanceTypes }: ClusterSnapshot): Layout {
  const price = nodes.reduce((sum, node) => {
    const types = node.poolKey === undefined ? [] : (instanceTypes.get(keyText(node.poolKey)) ?? []);
    return (
      sum +
      nodePrice(
        node,
        types.find(({ name }) => name === node.labels["node.kubernetes.io/instance-type"]),
      )
    );
  }, 0);
  return { nodes: nodes.length, price };
}
