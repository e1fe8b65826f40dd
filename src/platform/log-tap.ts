import type { LogFields, Logger } from "./logger.ts";

/** A log of which somebody hears each line after it was written, with the fields that its loggers add. */
export function tapLog(log: Logger, hear: (message: string, fields: LogFields) => void): Logger {
  return tapped(log, hear, {});
}

function tapped(log: Logger, hear: (message: string, fields: LogFields) => void, bound: LogFields): Logger {
  const both =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, fields?: LogFields): void => {
      log[level](message, fields);
      hear(message, { ...bound, ...fields });
    };
  return {
    debug: both("debug"),
    info: both("info"),
    warn: both("warn"),
    error: both("error"),
    with: (fields) => tapped(log.with(fields), hear, { ...bound, ...fields }),
  };
}
