import type { Clock, Histogram } from "../../platform/index.ts";

export interface BatcherMetrics {
  readonly seconds: Histogram;
  readonly size: Histogram;
}

export interface BatcherOptions<Input, Output> {
  /** Metric label: `create_fleet`, `describe_instances`, `terminate_instances`. */
  readonly name: string;
  readonly clock: Clock;
  /** The window closes when nothing has come for this long, at the latest after `maxMilliseconds` or at `maxItems`. */
  readonly idleMilliseconds: number;
  readonly maxMilliseconds: number;
  readonly maxItems: number;
  /** Requests with equal keys go into one call. */
  readonly keyOf: (input: Input) => string;
  /**
   * One call for inputs of one key. Gives one outcome for each input, in their order; a rejection goes to all of them.
   * It outlives the callers: its signal is aborted by `stop` only.
   */
  readonly execute: (inputs: readonly Input[], signal: AbortSignal) => Promise<readonly PromiseSettledResult<Output>[]>;
  readonly maxConcurrent?: number;
  readonly metrics?: BatcherMetrics | undefined;
  readonly signal?: AbortSignal;
}

export interface Batcher<Input, Output> {
  /** Joins the open window, or opens one. An abort ends the wait of this caller only. */
  submit(input: Input, options: { readonly signal: AbortSignal }): Promise<Output>;
}

interface Item<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (reason: unknown) => void;
}

/** Coalesces requests that arrive close together (spec: aws 1.3). */
export function createBatcher<Input, Output>(options: BatcherOptions<Input, Output>): Batcher<Input, Output> {
  const { clock, maxConcurrent = 100, signal: stop = new AbortController().signal } = options;
  let window: Window<Input, Output> | undefined;
  const slots = createSlots(maxConcurrent);

  const close = (): void => {
    const closing = window;
    window = undefined;
    if (closing === undefined) return;
    closing.cancelIdle();
    closing.cancelMax();
    options.metrics?.seconds.observe((clock.monotonic() - closing.openedAt) / 1000, { batcher: options.name });
    for (const items of groupByKey(closing.items, options.keyOf))
      void slots.run(() => executeGroup(options, items, stop));
  };

  const add = (item: Item<Input, Output>): void => {
    window ??= openWindow(clock, options.maxMilliseconds, close);
    window.items.push(item);
    window.cancelIdle();
    window.cancelIdle = clock.after(options.idleMilliseconds, close);
    if (window.items.length >= options.maxItems) close();
  };

  return {
    submit: (input, { signal }) => {
      signal.throwIfAborted();
      return abortable(signal, (resolve, reject) => add({ input, resolve, reject }));
    },
  };
}

interface Window<Input, Output> {
  readonly openedAt: number;
  readonly items: Item<Input, Output>[];
  cancelIdle: () => void;
  readonly cancelMax: () => void;
}

function openWindow<I, O>(clock: Clock, maxMilliseconds: number, close: () => void): Window<I, O> {
  return {
    openedAt: clock.monotonic(),
    items: [],
    cancelIdle: () => undefined,
    cancelMax: clock.after(maxMilliseconds, close),
  };
}

function groupByKey<I, O>(items: readonly Item<I, O>[], keyOf: (input: I) => string): Iterable<readonly Item<I, O>[]> {
  return Map.groupBy(items, ({ input }) => keyOf(input)).values();
}

async function executeGroup<I, O>(
  options: BatcherOptions<I, O>,
  items: readonly Item<I, O>[],
  stop: AbortSignal,
): Promise<void> {
  options.metrics?.size.observe(items.length, { batcher: options.name });
  try {
    const outcomes = await options.execute(
      items.map(({ input }) => input),
      stop,
    );
    for (const [index, item] of items.entries()) settle(item, outcomes[index]);
  } catch (error) {
    // Every caller of the batch gets the one failure; each translates it for itself.
    for (const item of items) item.reject(error);
  }
}

function settle<I, O>(item: Item<I, O>, outcome: PromiseSettledResult<O> | undefined): void {
  if (outcome === undefined) item.reject(new Error("a batch gave fewer outcomes than it had requests"));
  else if (outcome.status === "fulfilled") item.resolve(outcome.value);
  else item.reject(outcome.reason);
}

function createSlots(limit: number): { run(work: () => Promise<void>): Promise<void> } {
  const waiting: (() => void)[] = [];
  let free = limit;
  return {
    run: async (work) => {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free -= 1;
      await work();
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

function abortable<T>(
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    const done = (): void => signal.removeEventListener("abort", onAbort);
    start(
      (value) => {
        done();
        resolve(value);
      },
      (reason) => {
        done();
        reject(reason);
      },
    );
  });
}
