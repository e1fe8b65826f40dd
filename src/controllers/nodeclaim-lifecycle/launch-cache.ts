import type { CloudInstance } from "../../provider/index.ts";
import type { Clock } from "../../platform/index.ts";

const keptMilliseconds = 60 * 60_000;
const sweepMilliseconds = 60_000;

/**
 * One launched instance per claim UID (spec: lifecycle 1.3): the only protection against a second launch when the write
 * of the first one's result failed or the cache is stale.
 */
export interface LaunchCache {
  get(claimUid: string): CloudInstance | undefined;
  put(claimUid: string, instance: CloudInstance): void;
  drop(claimUid: string): void;
  /** Whether the machine was launched for a claim that may not say so yet. */
  owns(providerId: string): boolean;
  readonly size: number;
}

export function createLaunchCache(clock: Clock): LaunchCache {
  const held = new Map<string, { readonly instance: CloudInstance; readonly expires: number }>();
  let nextSweep = clock.monotonic() + sweepMilliseconds;
  const sweep = (now: number): void => {
    if (now < nextSweep) return;
    nextSweep = now + sweepMilliseconds;
    for (const [uid, { expires }] of held) if (expires <= now) held.delete(uid);
  };
  return {
    get: (claimUid) => {
      const now = clock.monotonic();
      sweep(now);
      const entry = held.get(claimUid);
      return entry === undefined || entry.expires <= now ? undefined : entry.instance;
    },
    put: (claimUid, instance) => {
      held.set(claimUid, { instance, expires: clock.monotonic() + keptMilliseconds });
    },
    drop: (claimUid) => {
      held.delete(claimUid);
    },
    owns: (providerId) => [...held.values()].some(({ instance }) => instance.providerId === providerId),
    get size() {
      return held.size;
    },
  };
}
