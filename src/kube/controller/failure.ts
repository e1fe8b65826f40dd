import { isKubeFault } from "../fault.ts";
import { TerminalError } from "../runtime.ts";

/**
 * `race`: somebody else was faster (409, or 404 while an object goes), which is no error; `terminal`: retrying cannot
 * help; `bug`: an invariant or the runtime threw, what Go would call a panic; `environment`: everything else.
 */
export type FailureKind = "race" | "terminal" | "bug" | "environment";

const bugErrors = [TypeError, RangeError, ReferenceError, SyntaxError];

export function classifyFailure(error: unknown): FailureKind {
  if (isKubeFault(error, "Conflict") || isKubeFault(error, "NotFound")) return "race";
  if (error instanceof TerminalError) return "terminal";
  if (!(error instanceof Error)) return "bug";
  const bug = error.name === "InvariantError" || bugErrors.some((kind) => error instanceof kind);
  return bug ? "bug" : "environment";
}
