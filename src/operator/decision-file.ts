import { appendFileSync } from "node:fs";
import type { Decision } from "../controllers/index.ts";
import type { Clock, Logger, MetricsRegistry } from "../platform/index.ts";
import type { DecisionLog } from "./decision-log.ts";

export interface DecisionFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** Appends text to the file; the file system's own unless given. */
  readonly append?: (path: string, text: string) => void;
}

/** A file that cannot be written is complained of at most this often. */
const complaintMilliseconds = 60_000;

/** One decision as it stands in the file and under `/decisions`. */
export const decisionLine = (decision: Decision): string =>
  `${JSON.stringify({ schema: "decision/1", ...decision })}\n`;

/**
 * Appends each decision to a file, a line of JSON each, until the returned function is called. A disk that is full or gone
 * costs lines, which are counted and complained of, and nothing else: deciding goes on, and so does writing once there is
 * room. Each line is one synchronous append, so that what rotates the file needs no signal and no line is torn.
 */
export function recordToFile(decisions: DecisionLog, options: DecisionFileOptions): () => void {
  const { path, clock, log, metrics, append = appendFileSync } = options;
  const lost = metrics.counter({
    name: "karpenter_decision_log_lost_lines_total",
    help: "Decisions that could not be written to the file of --decision-log-path.",
  });
  lost.increment({}, 0);
  let complainedAt = Number.NEGATIVE_INFINITY;
  return decisions.subscribe((decision) => {
    try {
      append(path, decisionLine(decision));
    } catch (error) {
      lost.increment();
      if (clock.monotonic() - complainedAt < complaintMilliseconds) return;
      complainedAt = clock.monotonic();
      log.error("could not write to the decision log; make room or take --decision-log-path away", { path, error });
    }
  });
}
