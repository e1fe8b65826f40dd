const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => Number((from + index * step).toFixed(3)));

/** Shared duration buckets D, in seconds (spec: operations 1.1). */
export const durationBuckets: readonly number[] = Object.freeze([
  0.005,
  0.01,
  0.025,
  ...steps(0.05, 0.5, 0.05),
  ...steps(0.6, 1, 0.1),
  1.25,
  1.5,
  1.75,
  ...steps(2, 5, 0.5),
  ...steps(6, 10, 1),
  ...steps(15, 25, 5),
  ...steps(30, 60, 10),
  120,
  150,
  300,
  450,
  600,
]);

/** `count` upper bounds from `start`, each `factor` times the one before. */
export const exponentialBuckets = (start: number, factor: number, count: number): readonly number[] =>
  Object.freeze(Array.from({ length: count }, (_, index) => start * factor ** index));
