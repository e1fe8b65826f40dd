import type { Clock } from "./clock.ts";
import type { LogLevel } from "./logger.ts";

const windowMilliseconds = 1000;
const first = 100;
const thereafter = 100;

/** Per second, level and message: the first 100 lines, then each 100th (spec: operations 3.1). */
export function createLogSampler(clock: Clock): (level: LogLevel, message: string) => boolean {
  let windowEnd = Number.NEGATIVE_INFINITY;
  const counts = new Map<string, number>();
  return (level, message) => {
    const now = clock.monotonic();
    if (now >= windowEnd) {
      counts.clear();
      windowEnd = now + windowMilliseconds;
    }
    const key = `${level} ${message}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= first || (count - first) % thereafter === 0;
  };
}
