/** Arithmetic on resources (scheduling 2.2). Inputs are never changed; a result may be one of the inputs. */
import { noResources, type Resources } from "./resources.ts";

/** Elementwise sum over the union of keys. */
export function addResources(a: Resources, b: Resources): Resources {
  const sum: Record<string, number> = { ...a };
  for (const name in b) sum[name] = (sum[name] ?? 0) + (b[name] ?? 0);
  return sum;
}

/** `a - b` over exactly the keys of `a`; may go below zero. */
export function subtractResources(a: Resources, b: Resources): Resources {
  const difference: Record<string, number> = {};
  for (const name in a) difference[name] = (a[name] ?? 0) - (b[name] ?? 0);
  return difference;
}

/** Elementwise maximum over the union of keys. */
export function maxResources(a: Resources, b: Resources): Resources {
  const most: Record<string, number> = { ...a };
  for (const name in b) {
    const amount = b[name] ?? 0;
    const other = most[name];
    if (other === undefined || amount > other) most[name] = amount;
  }
  return most;
}

/** Elementwise minimum over the keys that every member has; nothing for an empty list. */
export function minResources(list: readonly Resources[]): Resources {
  const [first, ...rest] = list;
  if (first === undefined) return noResources;
  const least: Record<string, number> = {};
  for (const name in first) {
    let amount = first[name] ?? 0;
    if (!rest.every((other) => name in other)) continue;
    for (const other of rest) amount = Math.min(amount, other[name] ?? 0);
    least[name] = amount;
  }
  return least;
}

export function sumResources(list: Iterable<Resources>): Resources {
  const sum: Record<string, number> = {};
  for (const resources of list) {
    for (const name in resources) sum[name] = (sum[name] ?? 0) + (resources[name] ?? 0);
  }
  return sum;
}

/**
 * Whether `total` holds `request`. A total that is negative anywhere is over-committed and accepts nothing, not even an
 * empty request; a resource missing from `total` counts as zero, so a request of zero always fits.
 */
export function fitsResources(request: Resources, total: Resources): boolean {
  for (const name in total) if ((total[name] ?? 0) < 0) return false;
  for (const name in request) if ((request[name] ?? 0) > (total[name] ?? 0)) return false;
  return true;
}

/** Equality with absent keys as zero. */
export function equalResources(a: Resources, b: Resources): boolean {
  for (const name in a) if ((a[name] ?? 0) !== (b[name] ?? 0)) return false;
  for (const name in b) if ((a[name] ?? 0) !== (b[name] ?? 0)) return false;
  return true;
}
