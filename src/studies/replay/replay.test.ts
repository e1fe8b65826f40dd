import { describe, expect, it } from "vitest";
import { poolOf } from "../../../test/builders/cli.ts";
import { instanceType, offering } from "../../../test/builders/instance-types.ts";
import { parseManifests } from "../../manifests/index.ts";
import { clusterOfObjects, poolsOf } from "../index.ts";
import { createReplay, replay, type ReplayOptions, type ReplaySetting } from "./replay.ts";
import type { ReplaySettingReport } from "./report.ts";
import { type Trace, traceOf, type TracePod } from "./trace.ts";

const gib = 2 ** 30;
const second = 1_000;
const hour = 3_600 * second;

/** Machines of 4 cores (3.9 usable) for 1 $ and of 8 cores for 2 $ an hour, on demand in one zone. */
const types = [
  instanceType("small", { cpu: "4", memory: "64Gi", pods: "50", offerings: [offering("a", "on-demand", 1)] }),
  instanceType("large", { cpu: "8", memory: "64Gi", pods: "50", offerings: [offering("a", "on-demand", 2)] }),
];

const disruption = { consolidateAfter: "30s", budgets: [{ nodes: "100%" }] };

function setting(spec: object = {}): ReplaySetting {
  const { objects } = parseManifests("pools", poolOf("all", ["small", "large"], { disruption, ...spec }));
  const views = poolsOf(objects.map(({ object }) => object));
  const { state } = clusterOfObjects(
    [],
    views.map(({ view }) => ({ view, types })),
  );
  return { name: "setting", state };
}

const pod = (name: string, cpuMillis: number, from: number, to?: number): TracePod => ({
  name,
  workload: "web",
  arrives: from * second,
  ...(to === undefined ? {} : { leaves: to * second }),
  cpuMillis,
  memoryBytes: gib,
  gpus: 0,
});

const played = (trace: Trace, spec: object = {}, options: ReplayOptions = {}): ReplaySettingReport =>
  replay(trace, setting(spec), options);

describe("a replay", () => {
  // Launched with the batch at 1 s, ready at 61 s; empty at 3600 s, quiet at 3630 s, gone 15 s later.
  it("bills a machine from its launch to its end, and counts waiting until it is ready", () => {
    const report = played(traceOf([pod("a", 3_000, 0, 3_600)], { endMillis: 2 * hour }));
    expect(report).toMatchObject({
      dollars: Number((3_644 / 3_600).toFixed(4)),
      nodeHours: Number((3_644 / 3_600).toFixed(3)),
      podSecondsPending: 61,
      peakNodes: 1,
      launched: 1,
      evictions: 0,
      neverRan: 0,
    });
  });

  it("plans pods that come together at once, and lets later ones wait for no machine that has room", () => {
    const report = played(traceOf([pod("a", 900, 0), pod("b", 900, 0.5), pod("c", 900, 600)], { endMillis: hour }));
    expect([report.launched, report.podSecondsPending]).toEqual([1, 62 + 61 + 1]);
  });

  it("waits for a batch for ten seconds at most", () => {
    const pods = Array.from({ length: 30 }, (_, index) => pod(`p${index + 10}`, 100, index * 0.9));
    expect(played(traceOf(pods, { endMillis: hour })).launched).toBe(1);
  });

  it("moves pods together when machines empty out, and counts each", () => {
    const pods = [pod("a", 3_500, 0, 600), pod("b", 3_500, 20, 600), pod("c", 300, 100), pod("d", 300, 120)];
    const report = played(traceOf(pods, { endMillis: 4 * hour }), {}, { consolidateEveryMillis: 60 * second });
    const still = played(traceOf(pods, { endMillis: 4 * hour }), {}, { consolidateEveryMillis: Infinity });
    expect([report.series.at(-1)?.[1], report.evictions > 0, still.evictions]).toEqual([1, true, 0]);
    expect([report.series.at(-1)?.[2], still.series.at(-1)?.[2]]).toEqual([1, 2]);
  });

  it("keeps empty machines where consolidation is off", () => {
    const trace = traceOf([pod("a", 3_000, 0, 600)], { endMillis: 10 * hour });
    const { dollars } = played(trace, { disruption: { consolidateAfter: "Never" } });
    expect(dollars).toBeCloseTo((36_000 - 1) / 3_600, 3);
  });

  it("respects limits, and plans what they refuse once there is room", () => {
    const trace = traceOf([pod("a", 3_000, 0, 600), pod("b", 3_000, 10, 4_000), pod("c", 90_000, 20, 4_000)], {
      endMillis: 2 * hour,
    });
    const report = played(trace, { limits: { cpu: "4" } });
    expect([report.peakNodes, report.neverRan, report.reasons[0]?.pods]).toEqual([1, 1, 1]);
    expect(report.podSecondsPending).toBeGreaterThan(600 + 3_980);
  });

  it("counts a pod that left before its machine was ready as one that never ran", () => {
    const report = played(traceOf([pod("a", 100, 0, 30)], { endMillis: hour }));
    expect([report.neverRan, report.podSecondsPending, report.reasons]).toEqual([
      1,
      30,
      [{ text: "it left before its machine was ready", pods: 1 }],
    ]);
  });

  it("is the same wherever it is paused, and with the pods in any order", () => {
    const pods = Array.from({ length: 60 }, (_, index) =>
      pod(`p${index}`, 300 + 70 * (index % 9), index * 37, index * 37 + 400 + 90 * (index % 7)),
    );
    const run = createReplay(traceOf(pods.toReversed(), { endMillis: hour }), setting());
    while (run.step(1) === "more") expect(run.progress()).toBeLessThanOrEqual(1);
    expect(JSON.stringify(run.report())).toBe(JSON.stringify(played(traceOf(pods, { endMillis: hour }))));
  });

  it("ends with no money spent where the trace is empty", () => {
    expect(played(traceOf([], { endMillis: hour }))).toMatchObject({ dollars: 0, peakNodes: 0, nodeHours: 0 });
  });
});
