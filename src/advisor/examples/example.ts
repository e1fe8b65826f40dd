/** For tests: what each rule is shown by. */
import type { Given } from "../testing.ts";

export interface RuleExample {
  readonly rule: string;
  /** The rule finds it. */
  readonly violating: Given;
  /** The rule looks at it and has nothing to say. */
  readonly clean: Given;
  /** A near miss: what makes one think of this very rule, but is none of its business. */
  readonly lookalike: Given;
  /** Why it is none. */
  readonly because: string;
  /** Of the look-alike; "pass" where absent. */
  readonly state?: "pass" | "skipped";
}
