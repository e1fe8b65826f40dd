import {
  Counter as PromCounter,
  collectDefaultMetrics,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
  Summary as PromSummary,
} from "prom-client";
import type { Counter, Gauge, Histogram, MetricDefinition, MetricLabels, MetricsRegistry } from "./metrics.ts";

/** A registry that can also be read back. */
export interface ReadableMetricsRegistry extends MetricsRegistry {
  /** Value of one series as exposed (`name_count` and `name_sum` work too), undefined where there is none. */
  value(name: string, labels?: MetricLabels): Promise<number | undefined>;
}

const summaryShape = { percentiles: [0, 0.5, 0.9, 0.99, 1], maxAgeSeconds: 600, ageBuckets: 5 };

/** Instruments of their own, never in the library's global registry: two can live in one process. */
export function createMetricsRegistry(options: { readonly processMetrics?: boolean } = {}): ReadableMetricsRegistry {
  const registry = new Registry();
  const refreshes = new Set<() => void>();
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry });
  const expose = async (): Promise<string> => {
    for (const refresh of refreshes) refresh();
    return registry.metrics();
  };
  return Object.freeze({
    ...instruments(registry),
    onExpose: (refresh: () => void) => {
      refreshes.add(refresh);
      return () => void refreshes.delete(refresh);
    },
    expose,
    value: async (name: string, labels: MetricLabels = {}) => seriesValue(await expose(), name, labels),
  });
}

function instruments(registry: Registry): Pick<MetricsRegistry, "counter" | "gauge" | "histogram" | "summary"> {
  const known = new Map<string, { readonly signature: string; readonly instrument: unknown }>();
  const once = <T>(kind: string, definition: MetricDefinition, make: (config: PromConfig) => T): T => {
    const labelNames = [...(definition.labels ?? [])];
    const signature = `${kind} {${labelNames.toSorted().join(",")}}`;
    const found = known.get(definition.name);
    if (found !== undefined && found.signature !== signature) {
      throw new Error(`metric ${definition.name} is ${found.signature}, but was asked for as ${signature}`);
    }
    if (found !== undefined) return found.instrument as T;
    const instrument = make({ name: definition.name, help: definition.help, labelNames, registers: [registry] });
    known.set(definition.name, { signature, instrument });
    return instrument;
  };
  return {
    counter: (definition) => once("counter", definition, (config) => counterOf(new PromCounter(config))),
    gauge: (definition) => once("gauge", definition, gaugeOf),
    histogram: (definition) =>
      once("histogram", definition, (config) =>
        observerOf(new PromHistogram({ ...config, buckets: [...definition.buckets] })),
      ),
    summary: (definition) =>
      once("summary", definition, (config) => observerOf(new PromSummary({ ...config, ...summaryShape }))),
  };
}

interface PromConfig {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

const counterOf = (counter: PromCounter): Counter => ({
  increment: (labels = {}, by = 1) => counter.inc(labels, by),
});

interface Change {
  readonly labels: MetricLabels;
  /** Undefined: the series is to go. */
  readonly value: number | undefined;
}

/**
 * Gauges mirror objects by the thousand and are read twice a minute: what changes is noted by its label values alone, and
 * the library, which validates and hashes labels at each call, is told when somebody reads.
 */
function gaugeOf(config: PromConfig): Gauge {
  const changes = new Map<string, Change>();
  const { labelNames } = config;
  const note = (labels: MetricLabels, value: number | undefined): void => {
    for (const name in labels) if (!labelNames.includes(name)) throw unknownLabel(config, name);
    let key = "";
    for (const name of labelNames) key += `${labels[name] ?? ""}\u0000`;
    changes.set(key, { labels, value });
  };
  const gauge = new PromGauge({
    ...config,
    collect: () => {
      for (const { labels, value } of changes.values()) {
        if (value === undefined) gauge.remove(labels);
        else gauge.set(labels, value);
      }
      changes.clear();
    },
  });
  return {
    set: (value, labels = {}) => note(labels, value),
    remove: (labels) => note(labels, undefined),
  };
}

const unknownLabel = ({ name, labelNames }: PromConfig, label: string): Error =>
  new Error(`metric ${name} has no label ${label}, only ${labelNames.join(", ") || "none"}`);

const observerOf = (observer: PromHistogram | PromSummary): Histogram => ({
  observe: (value, labels = {}) => observer.observe(labels, value),
});

function seriesValue(exposition: string, name: string, labels: MetricLabels): number | undefined {
  const wanted = Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .toSorted()
    .join(",");
  for (const line of exposition.split("\n")) {
    const parts = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (parts?.[1] !== name) continue;
    if (
      (parts[2] ?? "")
        .split(/,(?=\w+=")/)
        .toSorted()
        .join(",") === wanted
    )
      return Number(parts[3]);
  }
  return undefined;
}
