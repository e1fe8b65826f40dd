import type { Clock } from "../../platform/index.ts";

export interface ExpiringMapOptions<V> {
  readonly clock: Clock;
  readonly ttlMilliseconds: number;
  /** Told of entries that `sweep` or `delete` removed; overwriting and `clear` tell nobody (spec: aws 1.4). */
  readonly onEvict?: (key: string, value: V) => void;
}

/** A map whose entries end. A read after the end is a miss; what has ended stays until `sweep`. */
export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  /** `ttlMilliseconds` overrides the map's own. Setting again starts the time anew. */
  set(key: string, value: V, ttlMilliseconds?: number): void;
  delete(key: string): void;
  clear(): void;
  /** Removes what has ended and tells how many that were. */
  sweep(): number;
  keys(): readonly string[];
}

export function createExpiringMap<V>(options: ExpiringMapOptions<V>): ExpiringMap<V> {
  const { clock, onEvict } = options;
  const entries = new Map<string, { readonly value: V; readonly ends: number }>();
  const remove = (key: string, value: V): void => {
    entries.delete(key);
    onEvict?.(key, value);
  };
  return {
    get: (key) => {
      const entry = entries.get(key);
      return entry === undefined || entry.ends <= clock.monotonic() ? undefined : entry.value;
    },
    set: (key, value, ttlMilliseconds = options.ttlMilliseconds) => {
      entries.set(key, { value, ends: clock.monotonic() + ttlMilliseconds });
    },
    delete: (key) => {
      const entry = entries.get(key);
      if (entry !== undefined) remove(key, entry.value);
    },
    clear: () => entries.clear(),
    sweep: () => {
      const now = clock.monotonic();
      const ended = [...entries].filter(([, { ends }]) => ends <= now);
      for (const [key, { value }] of ended) remove(key, value);
      return ended.length;
    },
    keys: () => [...entries.keys()],
  };
}
