import type { DisruptionCommand } from "../../core/index.ts";

/** A command that was started: its candidates are tainted, its replacements exist. */
export interface RunningCommand {
  readonly id: string;
  readonly command: DisruptionCommand;
  /** Names of claims. */
  readonly replacements: readonly string[];
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Grow while the command runs: what was seen or done stays seen and done. */
  readonly initialized: Set<string>;
  readonly deleted: Set<string>;
}

/**
 * Commands in flight. They live in memory: after a crash those are taken up that their replacements tell of, and the
 * leftover repair takes the marks of the others back.
 */
export interface CommandTable {
  add(command: RunningCommand): void;
  get(id: string): RunningCommand | undefined;
  drop(id: string): void;
  running(): readonly RunningCommand[];
  /** Provider ids of all candidates. */
  held(): ReadonlySet<string>;
}

export function createCommandTable(): CommandTable {
  const commands = new Map<string, RunningCommand>();
  return {
    add: (command) => void commands.set(command.id, command),
    get: (id) => commands.get(id),
    drop: (id) => void commands.delete(id),
    running: () => [...commands.values()],
    held: () =>
      new Set([...commands.values()].flatMap(({ command }) => command.candidates.map(({ providerId }) => providerId))),
  };
}
