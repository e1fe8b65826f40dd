import type { Clock } from "../../platform/index.ts";

/** Measures how long each pod waits from its first sight to the first decision about it (spec: scheduling 8.3). */
export interface DecisionClock {
  acknowledge(podUid: string): void;
  /** Seconds since the pod was first seen, once; undefined for pods decided before or never seen. */
  decide(podUid: string): number | undefined;
  /** A pass found the pod a place on a pool; `healthy`: what that pool launches does come up (scheduling 8.3). */
  placed(podUid: string, healthy: boolean): void;
  /** Since when (monotonic milliseconds) it has had a place on a pool that is healthy; undefined before. */
  healthySince(podUid: string): number | undefined;
  /** The pod is bound or gone. */
  forget(podUid: string): void;
}

export function createDecisionClock(clock: Clock): DecisionClock {
  const healthySince = new Map<string, number>();
  const seen = new Map<string, { readonly since: number; decided: boolean }>();
  return {
    acknowledge: (podUid) => {
      if (!seen.has(podUid)) seen.set(podUid, { since: clock.monotonic(), decided: false });
    },
    decide: (podUid) => {
      const entry = seen.get(podUid);
      if (entry === undefined || entry.decided) return undefined;
      entry.decided = true;
      return (clock.monotonic() - entry.since) / 1000;
    },
    placed: (podUid, healthy) => {
      if (healthy && !healthySince.has(podUid)) healthySince.set(podUid, clock.monotonic());
    },
    healthySince: (podUid) => healthySince.get(podUid),
    forget: (podUid) => {
      healthySince.delete(podUid);
      seen.delete(podUid);
    },
  };
}
