/** Instruments come from a registry that is passed in; label values are from closed sets (style 4.9). */
export interface MetricsRegistry {
  /** Asking again for a name gives the same instrument; a different kind or other labels under one name throw. */
  counter(definition: MetricDefinition): Counter;
  gauge(definition: MetricDefinition): Gauge;
  histogram(definition: MetricDefinition & { readonly buckets: readonly number[] }): Histogram;
  /** Quantiles 0, 0.5, 0.9, 0.99 and 1 over a sliding window of ten minutes (spec: operations 1.1). */
  summary(definition: MetricDefinition): Histogram;
  /** Runs `refresh` before each exposition, for values that are computed when read. Returns the way to take it back. */
  onExpose(refresh: () => void): () => void;
  /** Prometheus text exposition. */
  expose(): Promise<string>;
}

export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

export type MetricLabels = Readonly<Record<string, string>>;

export interface Counter {
  /** `by` is 1 unless given; 0 makes the series visible before its first event. */
  increment(labels?: MetricLabels, by?: number): void;
}

export interface Gauge {
  set(value: number, labels?: MetricLabels): void;
  remove(labels: MetricLabels): void;
}

export interface Histogram {
  observe(value: number, labels?: MetricLabels): void;
}
