import {
  type Candidate,
  type EpochMillis,
  machineOf,
  type MoveMemory,
  noMoves,
  rememberMachine,
  rememberMoves,
} from "../../core/index.ts";
import type { CommandTable } from "./commands.ts";

/**
 * What commands of this process moved and gave up; the window is short, so that a restart forgets little. A command in
 * flight counts while it runs: one that is taken back moved nothing, and nothing is held against its nodes and machines.
 */
export interface MovesMade {
  /** These nodes are gone, and their pods with them. */
  gone(candidates: readonly Candidate[], now: EpochMillis): void;
  memory(now: EpochMillis): MoveMemory;
}

export function createMovesMade(table: Pick<CommandTable, "running">): MovesMade {
  let made = noMoves;
  return {
    gone(candidates, now) {
      made = remember(made, candidates, now);
    },
    memory: (now) => table.running().reduce((memory, { command }) => remember(memory, command.candidates, now), made),
  };
}

function remember(memory: MoveMemory, candidates: readonly Candidate[], now: EpochMillis): MoveMemory {
  if (candidates.length === 0) return memory;
  const moved = rememberMoves(
    memory,
    candidates.flatMap(({ pods }) => pods),
    now,
  );
  return candidates.reduce(
    (next, candidate) => rememberMachine(next, { machine: machineOf(candidate), pods: candidate.pods }, now),
    moved,
  );
}
