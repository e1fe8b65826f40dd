import {
  createMetricsRegistry,
  createSystemClock,
  createSystemIds,
  createSystemRandom,
  silentLogger,
} from "../../src/platform/index.ts";

/** The ports of a test on the wall clock. Quiet: what goes wrong is to show in what the test expects. */
export function createSurroundings() {
  return {
    clock: createSystemClock(),
    random: createSystemRandom(),
    ids: createSystemIds(),
    log: silentLogger,
    metrics: createMetricsRegistry(),
  };
}

export type Surroundings = ReturnType<typeof createSurroundings>;
