/** Structured log (style 4.9): constant message, fields with Kubernetes references. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  with(fields: LogFields): Logger;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** From least to most urgent; a logger writes its own level and those after it. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";
