import type { Clock } from "../../platform/index.ts";

/** An offering whose try is put off since a probe of its family has just failed. */
export interface Deferred {
  readonly key: string;
  readonly instanceType: string;
  readonly milliseconds: number;
}

/**
 * How long offerings are left alone in a shortage that lasts. The first try of an offering after its mark is a probe. A
 * failed probe speaks for its family and capacity type: the next one comes after twice the time, at most twice the first
 * mark, and other sizes wait for it too, instead of being tried one after the other. Since the one that failed waits twice
 * as long as they do, each size has its turn. A launch that gets something clears the family.
 */
export interface Breaker {
  /** A launch failed: how long to leave the offering alone, and which others with it. */
  trip(key: string, place: BreakerPlace): { readonly milliseconds: number; readonly deferred: readonly Deferred[] };
  /** A launch got something: keys of the offerings that had been put off. */
  reset(place: BreakerPlace): readonly string[];
  /** Forgets families that nobody has tried for long. */
  sweep(): void;
}

export interface BreakerPlace {
  readonly instanceType: string;
  readonly capacityType: string;
}

interface Member {
  readonly instanceType: string;
  /** End of its mark, on the monotonic clock. */
  readonly ends: number;
  readonly deferred: boolean;
}

interface Family {
  /** Time until the next probe. */
  interval: number;
  /** Probes that fail before this belong to the one that failed last: they were on their way already. */
  settledUntil: number;
  readonly members: Map<string, Member>;
}

const longestFactor = 4;
/** Launches that were planned together fail within this of each other. */
const sameProbeMilliseconds = 10_000;

export function createBreaker(clock: Clock, firstMilliseconds: number): Breaker {
  const longest = firstMilliseconds * longestFactor;
  const families = new Map<string, Family>();
  const familyKey = ({ instanceType, capacityType }: BreakerPlace): string =>
    `${instanceType.slice(0, instanceType.indexOf("."))} ${capacityType}`;
  const familyOf = (place: BreakerPlace): Family => {
    const key = familyKey(place);
    const family = families.get(key) ?? { interval: firstMilliseconds, settledUntil: 0, members: new Map() };
    families.set(key, family);
    return family;
  };
  return {
    trip: (key, place) => {
      const family = familyOf(place);
      const now = clock.monotonic();
      const before = family.members.get(key);
      const isSameProbe = before !== undefined && now < family.settledUntil;
      const isProbe = isSameProbe || (before !== undefined && before.ends <= now && now - before.ends <= longest);
      if (isProbe && !isSameProbe) {
        family.interval = Math.min(family.interval * 2, longest / 2);
        family.settledUntil = now + sameProbeMilliseconds;
      }
      const milliseconds = isProbe ? family.interval * 2 : firstMilliseconds;
      family.members.set(key, { instanceType: place.instanceType, ends: now + milliseconds, deferred: false });
      return { milliseconds, deferred: isProbe ? defer(family, now) : [] };
    },
    reset: (place) => {
      const family = families.get(familyKey(place));
      families.delete(familyKey(place));
      return [...(family?.members ?? [])].filter(([, { deferred }]) => deferred).map(([key]) => key);
    },
    sweep: () => {
      const now = clock.monotonic();
      for (const [key, { members }] of families)
        if ([...members.values()].every(({ ends }) => now - ends > longest)) families.delete(key);
    },
  };
}

/** Puts off the others that would be tried before the next probe. */
function defer(family: Family, now: number): readonly Deferred[] {
  const due = [...family.members].filter(([, { ends }]) => ends < now + family.interval);
  return due.map(([key, { instanceType }]) => {
    family.members.set(key, { instanceType, ends: now + family.interval, deferred: true });
    return { key, instanceType, milliseconds: family.interval };
  });
}
