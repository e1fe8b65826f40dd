import { describe, expect, test } from "vitest";
import { createManualClock, createMetricsRegistry } from "../platform/index.ts";
import { createDecisionLog } from "./decision-log.ts";
import { createMetricsRoute, createProbeRoute, type ReadinessCheck } from "./probes.ts";

const check = (name: string, problem?: string): ReadinessCheck => ({ name, check: async () => problem });
const half = [check("ping"), check("manager", "caches are not synced")];

describe("probes", () => {
  test.each([
    ["alive whatever else", half, "/healthz", "", 200, "ok\n"],
    ["ready", [check("ping")], "/readyz", "", 200, "ok\n"],
    [
      "[ops 9.2.16] not ready says why",
      half,
      "/readyz",
      "",
      500,
      "[+]ping ok\n[-]manager caches are not synced\nreadyz check failed\n",
    ],
    ["one left out", half, "/readyz", "exclude=manager", 200, "ok\n"],
    ["one asked", half, "/readyz/manager", "", 500, "[-]manager caches are not synced\nreadyz check failed\n"],
    ["all listed", [check("ping")], "/readyz", "verbose", 200, "[+]ping ok\nreadyz check passed\n"],
  ])("%s", async (_title, checks, path, query, status, body) => {
    const answer = await createProbeRoute(checks)(path, new URLSearchParams(query));
    expect([answer?.status, answer?.body]).toEqual([status, body]);
  });

  test.each(["/", "/readyz/unknown"])("nothing at %s", async (path) => {
    expect(await createProbeRoute(half)(path)).toBeUndefined();
  });
});

describe("metrics and decisions", () => {
  test("each decision is one line of JSON with its schema", async () => {
    const decisions = createDecisionLog(createManualClock());
    decisions.record({ kind: "launch", pods: ["default/a"], machine: "c6a.large", reason: "cheapest" });
    const answer = await createMetricsRoute(createMetricsRegistry(), decisions)("/decisions");
    const lines = (answer?.body ?? "").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { schema: "decision/1", kind: "launch", machine: "c6a.large" },
    ]);
  });

  test("metrics are in Prometheus text", async () => {
    const metrics = createMetricsRegistry();
    metrics.counter({ name: "karpenter_test_total", help: "A test." }).increment();
    const answer = await createMetricsRoute(metrics, createDecisionLog(createManualClock()))("/metrics");
    expect(answer?.body).toContain("karpenter_test_total 1");
  });
});
