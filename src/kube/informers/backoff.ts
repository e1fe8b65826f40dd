import type { Clock, Random } from "../../platform/index.ts";

const firstMilliseconds = 800;
const mostMilliseconds = 30_000;
const healthyMilliseconds = 120_000;

/** Waits between failed attempts to list or watch: 0.8 s doubling to 30 s, with jitter (spec: operations 7.4). */
export interface ReconnectBackoff {
  /** To be called when an attempt begins to work; two minutes later the next failure starts from 0.8 s again. */
  healthy(): void;
  /** Milliseconds to wait after one more failure. */
  next(): number;
}

export function createReconnectBackoff(options: {
  readonly clock: Pick<Clock, "monotonic">;
  readonly random: Random;
}): ReconnectBackoff {
  const { clock, random } = options;
  let failures = 0;
  let healthySince: number | undefined;
  return {
    healthy: () => {
      healthySince ??= clock.monotonic();
    },
    next: () => {
      if (healthySince !== undefined && clock.monotonic() - healthySince >= healthyMilliseconds) failures = 0;
      healthySince = undefined;
      const wait = firstMilliseconds * 2 ** failures * (1 + random.next());
      failures = Math.min(failures + 1, 10);
      return Math.min(wait, mostMilliseconds);
    },
  };
}
