import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { HttpRoute } from "../server/index.ts";
import { createManualClock, createMetricsRegistry } from "../platform/index.ts";
import { createDecisionLog } from "./decision-log.ts";
import { createMetricsRoute, createProbeRoute, firstOf, type ReadinessCheck, withToken } from "./probes.ts";

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

const at =
  (path: string): HttpRoute =>
  (asked) =>
    asked === path ? { status: 200, contentType: "text/plain", body: path } : undefined;

test("of several routes the first that knows the path answers", async () => {
  const route = firstOf(at("/a"), at("/b"));
  const bodies = await Promise.all(["/a", "/b", "/c"].map(async (path) => (await route(path))?.body));
  expect(bodies).toEqual(["/a", "/b", undefined]);
});

describe("a token", () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), "token-"));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  };
  const statusWith = async (route: HttpRoute, authorization?: string): Promise<number | undefined> =>
    (await route("/metrics", new URLSearchParams(), authorization))?.status;

  test("is asked for, and may change while the process runs", async () => {
    const file = join(folder(), "token");
    const route = withToken(file, at("/metrics"));
    writeFileSync(file, "first\n");
    expect(await statusWith(route)).toBe(401);
    expect(await statusWith(route, "Bearer second")).toBe(401);
    expect(await statusWith(route, "Bearer first")).toBe(200);
    writeFileSync(file, "second");
    expect([await statusWith(route, "Bearer first"), await statusWith(route, "Bearer second")]).toEqual([401, 200]);
  });

  test.each(["", "Bearer ", "Bearer undefined"])(
    "that cannot be read lets nobody through, not even with %j",
    async (said) => {
      expect(await statusWith(withToken(join(folder(), "none"), at("/metrics")), said)).toBe(503);
    },
  );

  test("is not asked for where no file is named", async () => {
    expect(await statusWith(withToken("", at("/metrics")))).toBe(200);
  });
});
