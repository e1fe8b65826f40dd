/** One pending callback. `index` is its place in the heap, -1 once it has run or was cancelled. */
export interface Timer {
  readonly due: number;
  readonly sequence: number;
  readonly callback: () => void;
  index: number;
}

const before = (a: Timer, b: Timer): boolean => a.due < b.due || (a.due === b.due && a.sequence < b.sequence);

/**
 * Timers by due time, then by registration. Removal is O(log n): watchdogs are set and cancelled once per event, and
 * lazily dropped entries would fill the memory of a run of simulated days.
 */
export class TimerHeap {
  readonly #timers: Timer[] = [];
  #sequence = 0;

  get next(): Timer | undefined {
    return this.#timers[0];
  }

  add(due: number, callback: () => void): Timer {
    const timer: Timer = { due, sequence: this.#sequence++, callback, index: this.#timers.length };
    this.#timers.push(timer);
    this.#up(timer);
    return timer;
  }

  /** Does nothing for a timer that is no longer held. */
  remove(timer: Timer): void {
    if (timer.index < 0) return;
    const last = this.#timers.pop();
    if (last !== undefined && last !== timer) {
      this.#place(last, timer.index);
      this.#up(last);
      this.#down(last);
    }
    timer.index = -1;
  }

  #place(timer: Timer, index: number): void {
    this.#timers[index] = timer;
    timer.index = index;
  }

  #up(timer: Timer): void {
    while (timer.index > 0) {
      const index = timer.index;
      const parent = this.#timers[(index - 1) >> 1];
      if (parent === undefined || !before(timer, parent)) return;
      this.#place(timer, parent.index);
      this.#place(parent, index);
    }
  }

  #down(timer: Timer): void {
    for (;;) {
      const index = timer.index;
      const left = this.#timers[2 * index + 1];
      const right = this.#timers[2 * index + 2];
      const child = right !== undefined && left !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, timer)) return;
      this.#place(timer, child.index);
      this.#place(child, index);
    }
  }
}
