/**
 * Time in which nothing is wrong outside the controller. Bounds are counted in it: a controller that is down, or whose
 * calls all fail, is not late.
 */
export interface CalmClock {
  /** Calm milliseconds so far. */
  now(): number;
  /** From now on for so long something is wrong; overlapping stretches count once. */
  disturb(milliseconds: number): void;
}

export function createCalmClock(clock: { monotonic(): number }): CalmClock {
  let disturbed = 0;
  let until = 0;
  return {
    now: () => {
      const now = clock.monotonic();
      return now - (disturbed - Math.max(0, until - now));
    },
    disturb: (milliseconds) => {
      const now = clock.monotonic();
      const end = now + milliseconds;
      if (end <= until) return;
      disturbed += end - Math.max(until, now);
      until = end;
    },
  };
}
