import type { Clock } from "../../platform/index.ts";

/** Measures how long each pod waits from its first sight to the first decision about it (spec: scheduling 8.3). */
export interface DecisionClock {
  acknowledge(podUid: string): void;
  /** Seconds since the pod was first seen, once; undefined for pods decided before or never seen. */
  decide(podUid: string): number | undefined;
  /** The pod is bound or gone. */
  forget(podUid: string): void;
}

export function createDecisionClock(clock: Clock): DecisionClock {
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
    forget: (podUid) => {
      seen.delete(podUid);
    },
  };
}
