import { type NodeClaim, productAnnotations } from "../../api/index.ts";
import {
  type Candidate,
  type ClusterSnapshot,
  candidateOf,
  type DisruptionCommand,
  type DisruptionMethod,
  keyText,
  type PlannedClaim,
  type StateNode,
} from "../../core/index.ts";
import { carriesMarks } from "./candidate-marks.ts";
import type { CommandTable, RunningCommand } from "./commands.ts";
import type { DisruptionDeps } from "./deps.ts";

/** What each replacement's claim says of its command, so that the next process can see it through (lifecycle O19). */
interface StoredCommand {
  readonly id: string;
  readonly method: string;
  /** Names of the claims that it replaces. */
  readonly candidates: readonly string[];
  /** How many replacements there are: with fewer the command was cut while it made them. */
  readonly replacements: number;
}

export function withCommand(command: DisruptionCommand, id: string): readonly PlannedClaim[] {
  const stored: StoredCommand = {
    id,
    method: command.method,
    candidates: command.candidates.map(({ claim }) => claim.key.name),
    replacements: command.replacements.length,
  };
  const text = JSON.stringify(stored);
  return command.replacements.map((planned) => {
    const { metadata } = planned.claim;
    const annotations = { ...metadata.annotations, [productAnnotations.disruptionCommand]: text };
    return { ...planned, claim: { ...planned.claim, metadata: { ...metadata, annotations } } };
  });
}

/**
 * Takes up the commands of an earlier process: those whose replacements all exist and whose candidates still carry their
 * marks. What it does not take up, the repair of leftovers gives back.
 */
export function resumeCommands(deps: DisruptionDeps, table: CommandTable): readonly RunningCommand[] {
  const snapshot = deps.model.snapshot();
  const owners = snapshot.nodes.flatMap((node) => {
    const claim = node.claim?.claim;
    const stored = claim === undefined ? undefined : storedCommand(claim);
    return claim === undefined || stored === undefined || node.markedForDeletion ? [] : [{ claim, stored }];
  });
  const commands = Map.groupBy(owners, ({ stored }) => stored.id);
  return [...commands.values()].flatMap((members) => {
    const resumed = resume(deps, snapshot, members);
    if (resumed === undefined) return [];
    table.add(resumed);
    const { candidates } = resumed.command;
    deps.model.markForDeletion(candidates.map(({ providerId }) => providerId));
    deps.log.info("took up a command of an earlier process", {
      "command-id": resumed.id,
      nodes: candidates.map(({ node }) => node.name),
      replacements: resumed.replacements,
    });
    return [resumed];
  });
}

interface Replacement {
  readonly claim: NodeClaim;
  readonly stored: StoredCommand;
}

function resume(
  deps: DisruptionDeps,
  snapshot: ClusterSnapshot,
  members: readonly Replacement[],
): RunningCommand | undefined {
  const [first] = members;
  const method = deps.methods.find(({ name }) => name === first?.stored.method);
  if (first === undefined || method === undefined || members.length !== first.stored.replacements) return undefined;
  const names = new Set(first.stored.candidates);
  const candidates = snapshot.nodes
    .filter((node) => names.has(node.claimKey?.name ?? "") && carriesMarks(node))
    .flatMap((node) => rebuilt(snapshot, node) ?? []);
  if (candidates.length === 0) return undefined;
  return {
    id: first.stored.id,
    command: commandOf(method, candidates),
    replacements: members.map(({ claim }) => claim.metadata.name ?? ""),
    startedAt: deps.clock.monotonic(),
    initialized: new Set(),
    deleted: new Set(),
  };
}

/** What it saves and plans was told when it started. */
const commandOf = (method: DisruptionMethod, candidates: readonly Candidate[]): DisruptionCommand => ({
  method: method.name,
  reason: method.reason,
  candidates,
  replacements: [],
  savingPerHour: 0,
  podsMoved: candidates.flatMap(({ pods }) => pods).length,
});

function rebuilt(snapshot: ClusterSnapshot, node: StateNode): Candidate | undefined {
  const { claim, providerId, poolKey } = node;
  const pool = snapshot.pools.find(({ key }) => poolKey !== undefined && keyText(key) === keyText(poolKey));
  if (claim === undefined || providerId === undefined || pool === undefined || snapshot.takenAt === undefined)
    return undefined;
  return candidateOf({ node, claim, providerId, pool, instanceType: undefined, now: snapshot.takenAt });
}

/** A text that is none is somebody else's: the leftovers are given back, as without it. */
function storedCommand({ metadata }: NodeClaim): StoredCommand | undefined {
  const text = metadata.annotations?.[productAnnotations.disruptionCommand];
  if (text === undefined) return undefined;
  try {
    const stored: unknown = JSON.parse(text);
    return isStored(stored) ? stored : undefined;
  } catch {
    // Not JSON: edited by hand.
    return undefined;
  }
}

function isStored(value: unknown): value is StoredCommand {
  if (typeof value !== "object" || value === null) return false;
  const { id, method, candidates, replacements } = value as Partial<Record<keyof StoredCommand, unknown>>;
  return (
    typeof id === "string" &&
    typeof method === "string" &&
    typeof replacements === "number" &&
    Array.isArray(candidates) &&
    candidates.every((name) => typeof name === "string")
  );
}
