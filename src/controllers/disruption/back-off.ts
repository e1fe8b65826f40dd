import type { Clock, Random } from "../../platform/index.ts";

const firstMilliseconds = 60_000;
const mostMilliseconds = 10 * 60_000;
/** Levels past this change nothing. */
const mostLevels = 5;

/** Keeps nodes whose commands were abandoned from being tried again at once, so that others get their turn (spec: lifecycle 8, O18). */
export interface BackOff {
  /** A command with these nodes was abandoned. A failure within the window does not lengthen it. */
  failed(providerIds: readonly string[]): void;
  /** Nodes that are to be left alone now. */
  held(): ReadonlySet<string>;
}

interface Failure {
  readonly level: number;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** Half of each window is certain and half is chance, so that nodes that failed together do not come back together. */
export function createBackOff({ clock, random }: { readonly clock: Clock; readonly random: Random }): BackOff {
  const failures = new Map<string, Failure>();
  return {
    failed(providerIds) {
      const now = clock.monotonic();
      for (const id of providerIds) {
        const before = failures.get(id);
        if (before !== undefined && now < before.until) continue;
        const level = Math.min(mostLevels, (before?.level ?? 0) + 1);
        const window = Math.min(mostMilliseconds, firstMilliseconds * 2 ** (level - 1));
        failures.set(id, { level, until: now + (window / 2) * (1 + random.next()) });
      }
    },
    held() {
      const now = clock.monotonic();
      // A node that has been left alone for long starts anew.
      for (const [id, { until }] of failures) if (now - until > 2 * mostMilliseconds) failures.delete(id);
      return new Set([...failures].filter(([, { until }]) => now < until).map(([id]) => id));
    },
  };
}
