import { closeSync, openSync, writeSync } from "node:fs";
import { pino } from "pino";
import type { Clock } from "./clock.ts";
import { createLogSampler } from "./log-sampler.ts";
import type { LogFields, Logger, LogLevel } from "./logger.ts";

/** Where lines go; each ends with a line feed. */
export interface LogDestination {
  write(line: string): void;
  close?(): void;
}

export interface LoggerOptions {
  readonly clock: Clock;
  readonly level?: LogLevel;
  readonly destination: LogDestination;
  /** Fields on each line, `{ logger: "controller" }` unless given. */
  readonly fields?: LogFields;
}

/** Field names whose values never reach a line (spec: operations 9.2 check 11). */
const secretFields = ["token", "password", "secret", "userData", "authorization", "clientKey"];
const redact = { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" };

/**
 * JSON lines as in spec: operations 3.1. An `Error` under `error` is printed as its message, with the fields of its
 * `logFields` property, if it has one, lifted to the line. Of equal messages within a second the first hundred and then
 * each hundredth are written.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { clock, level = "info", destination, fields = { logger: "controller" } } = options;
  const admits = createLogSampler(clock);
  const base = pino(
    {
      level,
      base: null,
      messageKey: "message",
      redact,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    destination,
  );
  const { logger, ...rest } = fields;
  return wrap({ log: base.child(rest), logger, admits, callers: level === "debug" });
}

interface Wrapped {
  readonly log: pino.Logger;
  /** Beside the other fields, which pino would print twice where a line names another. */
  readonly logger: unknown;
  readonly admits: (level: LogLevel, message: string) => boolean;
  readonly callers: boolean;
}

function wrap(inner: Wrapped): Logger {
  const at = (level: Exclude<LogLevel, "silent">) => {
    const write = (message: string, fields: LogFields = {}): void => {
      if (!inner.log.isLevelEnabled(level) || !inner.admits(level, message)) return;
      const caller = inner.callers ? { caller: callerOf(write) } : {};
      const logger = inner.logger === undefined ? {} : { logger: inner.logger };
      inner.log[level]({ ...logger, ...caller, ...printable(fields) }, message);
    };
    return write;
  };
  return Object.freeze({
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields: LogFields) => {
      const { logger = inner.logger, ...rest } = printable(fields);
      return wrap({ ...inner, logger, log: inner.log.child(rest) });
    },
  });
}

function printable(fields: LogFields): LogFields {
  const error = fields["error"];
  if (!(error instanceof Error)) return fields;
  const lifted = "logFields" in error && typeof error.logFields === "object" ? error.logFields : {};
  return { ...fields, ...lifted, error: errorText(error) };
}

/** The message and those of its causes, which say what was underneath; what a message repeats of its cause is said once. */
function errorText(error: Error): string {
  let text = error.message;
  for (let { cause } = error; cause instanceof Error; { cause } = cause) {
    if (!text.includes(cause.message)) text = `${text}: ${cause.message}`;
  }
  return text;
}

/** `file.ts:12` of the caller of `below`; a tap in between called for somebody else. */
function callerOf(below: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, below);
  const frames = holder.stack?.split("\n").slice(1) ?? [];
  const frame = frames.find((line) => !/\blog-tap\.[jt]s:/.test(line)) ?? "";
  return /([^/\\(]+:\d+):\d+\)?$/.exec(frame)?.[1] ?? "unknown";
}

/**
 * Opens `stdout`, `stderr` or files to append to, as `LOG_OUTPUT_PATHS` names them; lines go to all. Writes are
 * synchronous: the last lines before an exit are those most wanted.
 */
export function openLogDestination(paths: readonly string[]): LogDestination {
  const outputs = paths.map((path) => {
    if (path === "stdout") return { descriptor: 1, owned: false };
    if (path === "stderr") return { descriptor: 2, owned: false };
    return { descriptor: openSync(path, "a"), owned: true };
  });
  return Object.freeze({
    write: (line: string) => {
      for (const { descriptor } of outputs) writeWhole(descriptor, line);
    },
    close: () => {
      for (const { descriptor, owned } of outputs) if (owned) closeSync(descriptor);
    },
  });
}

/** A pipe that is full answers EAGAIN; the reader is waited for, as a line cut in half is no JSON. */
function writeWhole(descriptor: number, line: string): void {
  const bytes = Buffer.from(line);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
