/** What is due at which moment of virtual time; equal moments in order of rank, then of entry. */
export interface EventQueue<T> {
  push(at: number, rank: number, event: T): void;
  /** Takes out the first, or nothing. */
  pop(): { readonly at: number; readonly event: T } | undefined;
}

interface Entry<T> {
  readonly at: number;
  readonly rank: number;
  readonly order: number;
  readonly event: T;
}

/** A binary heap. */
export function createEventQueue<T>(): EventQueue<T> {
  const heap: Entry<T>[] = [];
  let order = 0;
  return {
    push(at, rank, event) {
      heap.push({ at, rank, order, event });
      order += 1;
      rise(heap, heap.length - 1);
    },
    pop() {
      const [first] = heap;
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
  };
}

const isBefore = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.at !== b.at ? a.at < b.at : a.rank !== b.rank ? a.rank < b.rank : a.order < b.order;

function rise<T>(heap: Entry<T>[], from: number): void {
  for (let at = from; at > 0; ) {
    const above = (at - 1) >> 1;
    if (!swapped(heap, at, above)) return;
    at = above;
  }
}

function sink<T>(heap: Entry<T>[]): void {
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const least = isLess(heap, right, left) ? right : left;
    if (least >= heap.length || !swapped(heap, least, at)) return;
    at = least;
  }
}

function isLess<T>(heap: readonly Entry<T>[], one: number, other: number): boolean {
  const [a, b] = [heap[one], heap[other]];
  return a !== undefined && b !== undefined && isBefore(a, b);
}

/** Swaps the two when the lower one comes first; whether it did. */
function swapped<T>(heap: Entry<T>[], lower: number, upper: number): boolean {
  const [a, b] = [heap[lower], heap[upper]];
  if (a === undefined || b === undefined || !isBefore(a, b)) return false;
  heap[lower] = b;
  heap[upper] = a;
  return true;
}
