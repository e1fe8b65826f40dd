/**
 * Sends writes with a bounded number in flight, in the order they were pushed. Each task handles its own failures: one
 * that rejects all the same is given to `onError`.
 */
export interface WritePump {
  push(task: () => Promise<void>): void;
  /** Tasks not finished yet. */
  readonly pending: number;
}

export function createWritePump(limits: {
  readonly concurrent: number;
  readonly onError: (error: unknown) => void;
}): WritePump {
  const waiting: (() => Promise<void>)[] = [];
  let next = 0;
  let running = 0;

  const take = (): (() => Promise<void>) | undefined => {
    const task = waiting[next];
    if (task === undefined) {
      waiting.length = 0;
      next = 0;
      return undefined;
    }
    next += 1;
    return task;
  };

  const work = async (): Promise<void> => {
    for (let task = take(); task !== undefined; task = take()) {
      try {
        await task();
      } catch (error) {
        limits.onError(error);
      }
    }
    running -= 1;
  };

  return {
    push(task) {
      waiting.push(task);
      if (running >= limits.concurrent) return;
      running += 1;
      void work();
    },
    get pending() {
      return waiting.length - next + running;
    },
  };
}
