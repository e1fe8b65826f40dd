/** Work that can be paused: yields units done since the last yield (some microseconds each), and returns its result. */
export type Resumable<T> = Generator<number, T>;

/** Pieces of work between two yields where each piece is small. */
export const piecesPerYield = 256;

/** Does all of it at once. */
export function finished<T>(work: Resumable<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

/** `list.map`, resumable. */
export function* mapped<T, U>(list: Iterable<T>, make: (item: T) => U): Resumable<U[]> {
  const made: U[] = [];
  for (const item of list) {
    made.push(make(item));
    if (made.length % piecesPerYield === 0) yield piecesPerYield;
  }
  return made;
}

/** `list.filter`, resumable. */
export function* filtered<T>(list: Iterable<T>, keeps: (item: T) => boolean): Resumable<T[]> {
  const kept: T[] = [];
  let looked = 0;
  for (const item of list) {
    if (keeps(item)) kept.push(item);
    if (++looked % piecesPerYield === 0) yield piecesPerYield;
  }
  return kept;
}

/** `list.toSorted`, resumable: short runs first, then merged two by two; stable like it. */
export function* sorted<T>(list: readonly T[], compare: (a: T, b: T) => number): Resumable<readonly T[]> {
  let from = list.slice();
  for (let start = 0; start < from.length; start += runLength) {
    const run = from.slice(start, start + runLength).sort(compare);
    for (const [i, item] of run.entries()) from[start + i] = item;
    yield run.length;
  }
  for (let length = runLength; length < from.length; length *= 2) {
    const into: T[] = [];
    for (let start = 0; start < from.length; start += 2 * length) {
      yield* mergeRuns(from, into, { start, middle: start + length, end: start + 2 * length, compare });
    }
    from = into;
  }
  return from;
}

const runLength = 1024;

function* mergeRuns<T>(
  from: readonly T[],
  into: T[],
  at: {
    readonly start: number;
    readonly middle: number;
    readonly end: number;
    readonly compare: (a: T, b: T) => number;
  },
): Resumable<void> {
  const middle = Math.min(at.middle, from.length);
  const end = Math.min(at.end, from.length);
  let left = at.start;
  let right = middle;
  while (left < middle || right < end) {
    const takesLeft = right >= end || (left < middle && at.compare(from[left] as T, from[right] as T) <= 0);
    into.push(from[takesLeft ? left++ : right++] as T);
    if (into.length % runLength === 0) yield runLength;
  }
}
