import type { Gauge, MetricLabels } from "./metrics.ts";

export interface GaugeSample {
  readonly gauge: Gauge;
  readonly labels: MetricLabels;
  readonly value: number;
}

/**
 * The only way to set gauges that mirror objects (spec: operations 1.1): it remembers which series each object has, so
 * that those of a deleted or changed object do not live for ever.
 */
export interface GaugeStore {
  /** Writes the samples of one object and removes those of its earlier series that are not among them. */
  update(key: string, samples: readonly GaugeSample[]): void;
  /** `update` for each key; objects that are not in the map lose their series. */
  replaceAll(samples: ReadonlyMap<string, readonly GaugeSample[]>): void;
  delete(key: string): void;
}

export function createGaugeStore(): GaugeStore {
  const held = new Map<string, readonly GaugeSample[]>();
  const update = (key: string, samples: readonly GaugeSample[]): void => {
    const known = held.get(key);
    if (known !== undefined && areSameSeries(known, samples)) return write(key, samples);
    const kept = new Set(samples.map(seriesId(samples)));
    const previous = held.get(key) ?? [];
    for (const old of previous) if (!kept.has(seriesId(samples)(old))) old.gauge.remove(old.labels);
    write(key, samples);
  };
  const write = (key: string, samples: readonly GaugeSample[]): void => {
    for (const { gauge, labels, value } of samples) gauge.set(value, labels);
    if (samples.length === 0) held.delete(key);
    else held.set(key, samples);
  };
  return Object.freeze({
    update,
    replaceAll: (all: ReadonlyMap<string, readonly GaugeSample[]>) => {
      for (const key of held.keys()) if (!all.has(key)) update(key, []);
      for (const [key, samples] of all) update(key, samples);
    },
    delete: (key: string) => update(key, []),
  });
}

/** Whether it is the very same gauges and label sets in the same order, as of an object whose values alone move on. */
const areSameSeries = (before: readonly GaugeSample[], after: readonly GaugeSample[]): boolean =>
  before.length === after.length &&
  before.every(({ gauge, labels }, index) => gauge === after[index]?.gauge && labels === after[index].labels);

/** Text that is equal for samples of one series; gauges are numbered as they appear in `among`. */
function seriesId(among: readonly GaugeSample[]): (sample: GaugeSample) => string {
  const gauges = [...new Set(among.map(({ gauge }) => gauge))];
  return ({ gauge, labels }) =>
    JSON.stringify([gauges.indexOf(gauge), ...Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
