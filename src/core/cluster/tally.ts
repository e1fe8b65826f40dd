import type { Resources } from "../quantity/resources.ts";

/**
 * A running sum with one share put in (`1`) or taken out (`-1`). Amounts at zero are not kept, so a tally never depends
 * on what has been in it.
 */
export function tally(sum: Resources, share: Resources, sign: 1 | -1): Resources {
  const next: Record<string, number> = { ...sum };
  for (const name in share) {
    const amount = (next[name] ?? 0) + sign * (share[name] ?? 0);
    if (amount === 0) delete next[name];
    else next[name] = amount;
  }
  return next;
}
