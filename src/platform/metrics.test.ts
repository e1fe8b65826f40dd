import { describe, expect, it } from "vitest";
import { createGaugeStore, createMetricsRegistry, durationBuckets, exponentialBuckets } from "./index.ts";

describe("the metrics registry", () => {
  it("exposes counters, gauges and histograms as Prometheus text", async () => {
    const metrics = createMetricsRegistry();
    metrics.counter({ name: "made_total", help: "Made.", labels: ["pool"] }).increment({ pool: "a" }, 2);
    metrics.gauge({ name: "waiting", help: "Waiting." }).set(3);
    metrics.histogram({ name: "took_seconds", help: "Took.", buckets: [1, 5] }).observe(2);
    const text = await metrics.expose();
    for (const line of [
      "# TYPE made_total counter",
      'made_total{pool="a"} 2',
      "waiting 3",
      'took_seconds_bucket{le="1"} 0',
      'took_seconds_bucket{le="5"} 1',
      "took_seconds_sum 2",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });

  it("gives one instrument per name, and refuses another shape under it", async () => {
    const metrics = createMetricsRegistry();
    const define = { name: "asked_total", help: "Asked.", labels: ["kind"] };
    metrics.counter(define).increment({ kind: "Pod" });
    metrics.counter(define).increment({ kind: "Pod" });
    expect(await metrics.value("asked_total", { kind: "Pod" })).toBe(2);
    expect(() => metrics.gauge(define)).toThrow("asked_total is counter {kind}");
    expect(() => metrics.counter({ ...define, labels: [] })).toThrow("asked for as counter {}");
  });

  it("keeps two registries of one process apart", async () => {
    const [one, two] = [createMetricsRegistry(), createMetricsRegistry()];
    one.counter({ name: "x_total", help: "X." }).increment();
    two.counter({ name: "x_total", help: "X." }).increment({}, 0);
    expect([await one.value("x_total"), await two.value("x_total")]).toEqual([1, 0]);
  });

  it("gives the quantiles of the specification for summaries", async () => {
    const metrics = createMetricsRegistry();
    const summary = metrics.summary({ name: "s_seconds", help: "S." });
    for (const value of [1, 2, 3]) summary.observe(value);
    expect(await metrics.value("s_seconds", { quantile: "0.99" })).toBeGreaterThanOrEqual(2);
    expect(await metrics.value("s_seconds_count")).toBe(3);
  });

  it("refreshes computed values when read, until taken back", async () => {
    const metrics = createMetricsRegistry();
    const gauge = metrics.gauge({ name: "reads", help: "Reads." });
    let reads = 0;
    const takeBack = metrics.onExpose(() => gauge.set((reads += 1)));
    expect(await metrics.value("reads")).toBe(1);
    takeBack();
    expect(await metrics.value("reads")).toBe(1);
  });

  it("offers the process metrics of the runtime when asked", async () => {
    expect(await createMetricsRegistry({ processMetrics: true }).expose()).toContain("nodejs_eventloop_lag_seconds");
    expect(await createMetricsRegistry().expose()).not.toContain("nodejs_eventloop_lag_seconds");
  });
});

describe("the gauge store", () => {
  const rig = () => {
    const metrics = createMetricsRegistry();
    const gauge = metrics.gauge({ name: "node_cpu", help: "CPU.", labels: ["node", "zone"] });
    const store = createGaugeStore();
    const sample = (zone: string, value: number, node = "n") => ({ gauge, labels: { node, zone }, value });
    return { metrics, store, sample };
  };

  it("removes the series that an update lacks", async () => {
    const { metrics, store, sample } = rig();
    store.update("n", [sample("a", 1), sample("b", 2)]);
    store.update("n", [sample("b", 3)]);
    expect(await metrics.value("node_cpu", { node: "n", zone: "a" })).toBeUndefined();
    expect(await metrics.value("node_cpu", { node: "n", zone: "b" })).toBe(3);
  });

  it("[ops 9.2.2] leaves nothing of a deleted object, nor of one that a replacement lacks", async () => {
    const { metrics, store, sample } = rig();
    store.update("n", [sample("a", 1)]);
    store.update("m", [sample("a", 1, "m")]);
    store.replaceAll(new Map([["m", [sample("a", 2, "m")]]]));
    expect(await metrics.value("node_cpu", { node: "n", zone: "a" })).toBeUndefined();
    store.delete("m");
    expect(await metrics.value("node_cpu", { node: "m", zone: "a" })).toBeUndefined();
  });
});

describe("bucket lists", () => {
  it("[ops 9.2.3] D is the list of the specification", () => {
    expect(durationBuckets).toEqual([
      0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75,
      2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60, 120, 150, 300, 450, 600,
    ]);
  });

  it("grow by their factor", () => {
    expect(exponentialBuckets(1, 2, 4)).toEqual([1, 2, 4, 8]);
  });
});
