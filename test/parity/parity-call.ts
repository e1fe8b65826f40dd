/** What the parity list is made of: calls of kubectl whose exit code and output must not tell which API server answers. */
import type { KubeObject } from "../../src/api/index.ts";

export type Stream = "stdout" | "stderr";

export interface ParityStep {
  /** Words after `kubectl --namespace NS`, split at spaces; a list where a word itself holds spaces. `{ns}` is the namespace. */
  readonly argv: string | readonly string[];
  /** What `-f -` reads: objects as JSON, or the text itself. */
  readonly input?: KubeObject | readonly KubeObject[] | string;
  readonly env?: Readonly<Record<string, string>>;
  /** Streams that are compared, both unless given. The exit code always is. */
  readonly streams?: readonly Stream[];
  /** Compared as a set of lines: where the order is that of random names, or of what happens at once. */
  readonly unordered?: true;
  /** Lines that are compared, all unless given. The reason stands beside the step. */
  readonly only?: RegExp;
  /** Steps that run while this one does, begun once it has printed its first line. */
  readonly meanwhile?: readonly ParityStep[];
}

export interface ParityCall {
  /** Unique; the call runs in the namespace `p-NAME` of its own. */
  readonly name: string;
  /** Created before the call. */
  readonly setup?: readonly KubeObject[];
  /** Calls that must succeed before those that are compared, mostly `wait`. */
  readonly ready?: readonly string[];
  readonly script: readonly ParityStep[];
  /** Why the two servers answer differently here; at most `mostDifferent` calls have one. */
  readonly differs?: string;
}

/** Calls that may differ (issue 4, item 2). */
export const mostDifferent = 3;

export const step = (argv: ParityStep["argv"], more: Omit<ParityStep, "argv"> = {}): ParityStep => ({ argv, ...more });

/** What a step left behind, evened out. */
export interface StepOutcome {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}
