import {
  type Clock,
  createIds,
  createLogger,
  createMetricsRegistry,
  createScaledClock,
  createSeededRandom,
  createSystemClock,
  createSystemIds,
  createSystemRandom,
  type Ids,
  type Logger,
  type MetricsRegistry,
  openLogDestination,
  type Random,
} from "../../platform/index.ts";
import { CliError } from "../cli-error.ts";
import type { UpOptions } from "./options.ts";

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
}

/** The ports of one run: wall clock or scaled, chance from the seed where one is given. */
export function createSurroundings(options: UpOptions): Surroundings {
  const clock = options.timeScale === 1 ? createSystemClock() : createScaledClock({ scale: options.timeScale });
  const random = options.seed === undefined ? createSystemRandom() : createSeededRandom(options.seed);
  const ids = options.seed === undefined ? createSystemIds() : createIds(random);
  const log = createLogger({ clock, ...logTarget(options.debugLog) });
  return { clock, random, ids, log, metrics: createMetricsRegistry() };
}

/** The terminal belongs to decisions; the log goes to a file when one is named, else only its warnings to standard error. */
function logTarget(file: string | undefined): {
  readonly level: "debug" | "warn";
  readonly destination: ReturnType<typeof openLogDestination>;
} {
  return file === undefined
    ? { level: "warn", destination: openLogDestination(["stderr"]) }
    : { level: "debug", destination: openLogFile(file) };
}

function openLogFile(file: string): ReturnType<typeof openLogDestination> {
  try {
    return openLogDestination([file]);
  } catch (error) {
    throw new CliError(
      `the log cannot be written to ${file}: ${String(error)}; choose another place with --debug-log`,
      undefined,
      { cause: error },
    );
  }
}
