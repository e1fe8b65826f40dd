import type { CalmClock } from "./calm-clock.ts";
import type { Report } from "./violation.ts";

/** A state that may last for a while but not longer: each object in it is reported once when its time is over. */
export interface Overdue {
  /** Says whether the object is in the state now; `text` is asked for when it is late. */
  set(key: string, holds: boolean, text?: () => string): void;
  /** Reports what is late. Costs nothing when nothing is. */
  check(): void;
}

export function createOverdue(options: {
  readonly kind: string;
  readonly boundMilliseconds: number;
  readonly calm: CalmClock;
  readonly report: Report;
}): Overdue {
  const { kind, boundMilliseconds, calm, report } = options;
  /** In order of beginning, as all have the same bound. */
  const waiting = new Map<string, { readonly since: number; readonly text: (() => string) | undefined }>();
  const reported = new Set<string>();
  return {
    set: (key, holds, text) => {
      if (!holds) {
        waiting.delete(key);
        reported.delete(key);
      } else if (!waiting.has(key) && !reported.has(key)) waiting.set(key, { since: calm.now(), text });
    },
    check: () => {
      for (const [key, { since, text }] of waiting) {
        if (calm.now() - since <= boundMilliseconds) return;
        waiting.delete(key);
        reported.add(key);
        report(kind, key, text?.() ?? `for more than ${boundMilliseconds / 60_000} calm minutes`);
      }
    },
  };
}
