import { expect, it } from "vitest";
import { liveThrough, percentile, repeatedOf } from "./live.ts";
import { sectionOf, withSection } from "./table.ts";
import { readArrivals } from "./trace.ts";

const head =
  "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time";
const pod = (name: string, from: number, until: number | "", milliCpu = 3000): string =>
  `${name},${milliCpu},4096,1,1000,,LS,Running,${from},${until},${from}`;
const day = 86_400;

it("lays weeks of the trace over each other, ends pods with the week, and leaves out what never ends or came before", () => {
  const text = [
    head,
    pod("later", 8 * day, 8 * day + 60),
    pod("before", 1 * day, 1 * day + 60),
    pod("long", 13 * day, 99 * day),
    pod("endless", 9 * day, ""),
    pod("after", 14 * day, 15 * day),
  ].join("\n");
  const told = (weeks: number) =>
    readArrivals(text, { firstDay: 7, weeks }).map(({ name, from, until }) => [name, from / 1000, until / 1000]);
  expect(told(1)).toEqual([
    ["later", day, day + 60],
    ["long", 6 * day, 7 * day],
  ]);
  expect(told(2)).toEqual([["before", day, day + 60], ...told(1)]);
  expect(() => readArrivals("pod,cpu\n", { firstDay: 0, weeks: 1 })).toThrow("trace: no column name; it has pod,cpu");
});

it("counts evictions of a workload within an hour of its last", () => {
  const at = (workload: string, minutes: number) => ({ workload, at: minutes * 60_000 });
  expect(repeatedOf([at("a", 0), at("b", 10), at("a", 61), at("a", 100), at("b", 71)])).toBe(1);
  expect([percentile([3, 1, 2], 0.5), percentile([], 0.99)]).toEqual([2, 0]);
});

it("writes its section into a page and leaves the rest", () => {
  const week = { pods: 2, dollars: 1.5, launched: 1, evictions: 0, repeated: 0, cycles: 0, waitMilliseconds: 40_400 };
  const line = { schema: "week/1", rules: "cheapest", weeks: 1, days: 7, wallSeconds: 1, ...week } as const;
  const once = withSection("# Benchmarks\n\n## Other\n", sectionOf([line]));
  expect(once).toContain("| cheapest | 1.50 | 1 | 0 | 0 | 0 | 40 |");
  expect(withSection(once, sectionOf([line]))).toBe(once);
});

it.each(["cheapest", "compatible"] as const)(
  "half an hour under %s: pods get machines, and machines go when they end",
  async (policy) => {
    const arrival = { milliCpu: 3000, memoryMebibytes: 4096 };
    const arrivals = [
      { ...arrival, name: "short", from: 0, until: 300_000 },
      { ...arrival, name: "long", from: 10_000, until: 1_200_000 },
    ];
    const week = await liveThrough({ arrivals, seed: 1, options: { policy }, milliseconds: 1_800_000 });
    expect(week).toMatchObject({ pods: 2, repeated: 0, cycles: 0 });
    expect(week.launched).toBeGreaterThan(0);
    expect(week.waitMilliseconds).toBeLessThan(120_000);
    expect(week.dollars).toBeGreaterThan(0);
  },
  60_000,
);
