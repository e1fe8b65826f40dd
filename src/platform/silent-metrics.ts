import type { MetricsRegistry } from "./metrics.ts";

const nothing = (): void => undefined;

/** Instruments that count nothing, for runs of many short lives that nobody reads. */
export const silentMetrics: MetricsRegistry = Object.freeze({
  counter: () => ({ increment: nothing }),
  gauge: () => ({ set: nothing, remove: nothing }),
  histogram: () => ({ observe: nothing }),
  summary: () => ({ observe: nothing }),
  onExpose: () => nothing,
  expose: () => Promise.resolve(""),
});
