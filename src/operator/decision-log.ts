import { formatTimestamp } from "../api/index.ts";
import type { Decision, DecisionSink } from "../controllers/index.ts";
import type { Clock } from "../platform/index.ts";

/** The last decisions, newest last, and a way to hear of each as it is made (spec: style 4.9). */
export interface DecisionLog extends DecisionSink {
  list(): readonly Decision[];
  /** Calls back for each later decision; the returned function unsubscribes. */
  subscribe(listener: (decision: Decision) => void): () => void;
}

const kept = 1_000;

/** The same decision about the same objects is news again only after this long: a pending pod is judged every 10 s. */
const repeatMilliseconds = 5 * 60_000;

export function createDecisionLog(clock: Clock): DecisionLog {
  const ring: Decision[] = [];
  const listeners = new Set<(decision: Decision) => void>();
  const said = new Map<string, number>();
  const isNews = (key: string): boolean => {
    const now = clock.monotonic();
    for (const [old, at] of said) {
      // In order of time, so that the first young one ends the sweep.
      if (now - at < repeatMilliseconds) break;
      said.delete(old);
    }
    if (said.has(key)) return false;
    said.set(key, now);
    return true;
  };
  return {
    record: (decision) => {
      if (!isNews(JSON.stringify(decision))) return;
      const dated: Decision = Object.freeze({ time: formatTimestamp(clock.now()), ...decision });
      ring.push(dated);
      if (ring.length > kept) ring.shift();
      for (const listener of listeners) listener(dated);
    },
    list: () => [...ring],
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
