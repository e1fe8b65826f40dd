/** Use figures (v1alpha5 6.1, input P), read from answers of Prometheus. */
import { failed, ok, type Result } from "../../core/index.ts";

export const metricsSchema = "karpenter.metrics/1";

export interface Sample {
  /** Epoch seconds. */
  readonly time: number;
  readonly value: number;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** In order of time. */
  readonly samples: readonly Sample[];
}

/** Each a list of series; absent where the file does not hold it. */
export interface MetricsFacts {
  readonly file: string;
  /** Cores in use by `namespace`, `pod`, `container`. */
  readonly containerCpu?: readonly Series[];
  /** Bytes in use, likewise. */
  readonly containerMemory?: readonly Series[];
  /** Nodes by `nodepool` or `provisioner`. */
  readonly poolNodes?: readonly Series[];
  /** Share of allocatable in use, 0 to 1, likewise. */
  readonly poolUtilization?: readonly Series[];
}

const figures = ["containerCpu", "containerMemory", "poolNodes", "poolUtilization"] as const;

/**
 * `{schema, figures: {containerCpu: ANSWER, …}}`, where an answer is what `/api/v1/query_range` (or `/query`) of Prometheus
 * returns, or its `data.result`. Every fault names its place.
 */
export function readMetrics(file: string, value: unknown): Result<MetricsFacts, string> {
  if (!isMapping(value) || value["schema"] !== metricsSchema || !isMapping(value["figures"]))
    return failed(`expected an object with schema ${metricsSchema} and figures; docs/lint.md says how to write one`);
  const given = value["figures"];
  const unknown = Object.keys(given).find((name) => !(figures as readonly string[]).includes(name));
  if (unknown !== undefined) return failed(`figures.${unknown}: no such figure; expected ${figures.join(", ")}`);
  const read: [string, readonly Series[]][] = [];
  for (const name of figures) {
    if (given[name] === undefined) continue;
    const series = seriesOf(given[name], `figures.${name}`);
    if (!series.ok) return series;
    read.push([name, series.value]);
  }
  return ok({ file, ...Object.fromEntries(read) });
}

function seriesOf(answer: unknown, path: string): Result<readonly Series[], string> {
  const list = resultOf(answer);
  if (!Array.isArray(list)) return failed(`${path}: expected an answer of Prometheus, or its data.result`);
  const series: Series[] = [];
  for (const [index, item] of list.entries()) {
    const one = readSeries(item, `${path}.result[${index}]`);
    if (!one.ok) return one;
    series.push(one.value);
  }
  return ok(series);
}

/** An error of Prometheus is no list, and so is refused. */
function resultOf(answer: unknown): unknown {
  if (!isMapping(answer)) return answer;
  const { data } = answer;
  return isMapping(data) ? data["result"] : answer["result"];
}

function readSeries(item: unknown, path: string): Result<Series, string> {
  if (!isMapping(item)) return failed(`${path}: expected an object with metric and values`);
  const { metric, value, values } = item;
  const pairs = values ?? (value === undefined ? undefined : [value]);
  if (!isMapping(metric) || !Array.isArray(pairs)) return failed(`${path}: expected metric and values (or value)`);
  const samples = pairs.map(readSample);
  const wrong = samples.indexOf(undefined);
  if (wrong >= 0)
    return failed(`${path}.values[${wrong}]: found ${JSON.stringify(pairs[wrong])}, expected [time, "number"]`);
  const labels = Object.entries(metric).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return ok({
    labels: Object.fromEntries(labels),
    samples: samples.flatMap((sample) => (sample === undefined ? [] : [sample])).toSorted((a, b) => a.time - b.time),
  });
}

function readSample(pair: unknown): Sample | undefined {
  if (!Array.isArray(pair) || pair.length !== 2) return undefined;
  const [time, text] = pair as readonly unknown[];
  const number = typeof text === "string" && text.trim() !== "" ? Number(text) : text;
  if (typeof time !== "number" || typeof number !== "number" || !Number.isFinite(number)) return undefined;
  return { time, value: number };
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Days between the first and the last sample. */
export function daysOf({ samples }: Series): number {
  const [first, last] = [samples[0], samples.at(-1)];
  return first === undefined || last === undefined ? 0 : (last.time - first.time) / 86_400;
}

/** The value that `share` of the samples do not exceed, by nearest rank; undefined without samples. */
export function quantile({ samples }: Series, share: number): number | undefined {
  const sorted = samples.map(({ value }) => value).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
