import type { LogFields, Logger, LogLevel } from "./logger.ts";

export interface LogLine {
  readonly level: Exclude<LogLevel, "silent">;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger for tests: keeps each line as a value, children's too. */
export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
}

export function createRecordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  return Object.freeze({ ...recordTo(lines, {}), lines });
}

function recordTo(lines: LogLine[], base: LogFields): Logger {
  const at = (level: LogLine["level"]) => (message: string, fields?: LogFields) => {
    lines.push(Object.freeze({ level, message, fields: { ...base, ...fields } }));
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => recordTo(lines, { ...base, ...fields }),
  };
}

const nothing = (): void => undefined;

/** A logger that writes nothing. */
export const silentLogger: Logger = Object.freeze({
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  with: () => silentLogger,
});
