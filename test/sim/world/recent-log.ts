import type { LogFields, Logger } from "../../../src/platform/index.ts";

/** Keeps the newest lines of information and worse, as text; older ones are forgotten. */
export interface RecentLog extends Logger {
  lines(): readonly string[];
}

const kept = 200;

export function createRecentLog(clock: { monotonic(): number }): RecentLog {
  let lines: (() => string)[] = [];
  const at =
    (level: string, base: LogFields) =>
    (message: string, fields: LogFields = {}): void => {
      const time = clock.monotonic();
      // Most lines are never read: text is made of them only when somebody asks.
      lines.push(() => `${time} ${level} ${message} ${textOf({ ...base, ...fields })}`);
      if (lines.length > 2 * kept) lines = lines.slice(-kept);
    };
  const over = (base: LogFields): Logger => ({
    debug: () => undefined,
    info: at("info", base),
    warn: at("warn", base),
    error: at("error", base),
    with: (fields) => over({ ...base, ...fields }),
  });
  return { ...over({}), lines: () => lines.slice(-kept).map((line) => line()) };
}

const textOf = (fields: LogFields): string =>
  JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? causes(value) : value)).slice(0, 600);

const causes = (error: Error): string =>
  error.cause instanceof Error ? `${error.message}: ${causes(error.cause)}` : error.message;
