/** Exit codes of every command (product: commands): fine, a "no", wrong use or unreadable input; and Ctrl-C. */
export const exitCodes = Object.freeze({ fine: 0, findings: 1, wrongUse: 2, interrupted: 130 });

/** Ends a command with one clear message on standard error. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.wrongUse, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
