import {
  createMetricsRegistry,
  createRecordingLogger,
  createSystemClock,
  createSystemIds,
  createSystemRandom,
} from "../../src/platform/index.ts";

/** The ports of a test on the wall clock. What is logged is kept, for when something does not come true. */
export function createSurroundings() {
  return {
    clock: createSystemClock(),
    random: createSystemRandom(),
    ids: createSystemIds(),
    log: createRecordingLogger(),
    metrics: createMetricsRegistry(),
  };
}

export type Surroundings = ReturnType<typeof createSurroundings>;

/** The last warnings and errors, a line each. */
export function lastComplaints({ log }: Surroundings): string {
  const complaints = log.lines.filter(({ level }) => level === "warn" || level === "error").slice(-10);
  return complaints.map(({ level, message, fields }) => `  ${level} ${message} ${JSON.stringify(fields)}`).join("\n");
}
