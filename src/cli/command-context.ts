import type { Terminal } from "./terminal.ts";

/** What a command's definition gets. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code. */
  readonly finish: (code: number) => void;
}
