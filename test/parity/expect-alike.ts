import { expect } from "vitest";
import type { ParityCall, StepOutcome } from "./parity-call.ts";

/** Both answers are the same, or differ where the list says so: a reason that is no longer true must go. */
export function expectAlike(
  { differs }: ParityCall,
  answers: { readonly real: readonly StepOutcome[]; readonly embedded: readonly StepOutcome[] },
): void {
  if (differs === undefined) expect(answers.embedded).toEqual(answers.real);
  else expect(answers.embedded, `the list says they differ: ${differs}`).not.toEqual(answers.real);
}
