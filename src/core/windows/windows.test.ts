import { describe, expect, test } from "vitest";
import { type NodePool, parseTimestamp } from "../../api/index.ts";
import { poolViewOf } from "../cluster/views.ts";
import { epochMillisOf } from "../time.ts";
import { windowVerdict } from "./windows.ts";

const poolWith = (windows: unknown) =>
  poolViewOf({
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: {
      name: "default",
      annotations:
        windows === undefined
          ? {}
          : { "karpenter-ts.dev/disruption-windows": typeof windows === "string" ? windows : JSON.stringify(windows) },
    },
    spec: { template: { spec: { requirements: [], nodeClassRef: { group: "g", kind: "K", name: "n" } } } },
  } satisfies NodePool);

const at = (text: string) => epochMillisOf(parseTimestamp(text) ?? 0);
const night = { schedule: "0 22 * * *", duration: "8h", timeZone: "Europe/Berlin" };

describe("disruption windows", () => {
  test("without the annotation everything may happen at any time", () => {
    expect(windowVerdict(poolWith(undefined), "Expired", at("2026-11-02T12:00:00Z"))).toEqual({ open: true });
  });

  test.each([
    ["winter, an hour before UTC's 22:00", "2026-11-02T21:00:00Z", true],
    ["winter, a minute before", "2026-11-02T20:59:59Z", false],
    ["winter, its last minute", "2026-11-03T04:59:59Z", true],
    ["winter, its end", "2026-11-03T05:00:00Z", false],
    ["summer, two hours before UTC's 22:00", "2026-07-02T20:00:00Z", true],
    ["summer, a minute before", "2026-07-02T19:59:59Z", false],
  ])("are read in their own time zone: %s", (_case, time, open) => {
    expect(windowVerdict(poolWith([night]), "Expired", at(time)).open).toBe(open);
  });

  test("shut, they say when they open", () => {
    expect(windowVerdict(poolWith([night]), "Drifted", at("2026-11-02T12:00:00Z"))).toEqual({
      open: false,
      cause: "no disruption window of the nodepool is open for Drifted",
      opensAt: at("2026-11-02T21:00:00Z"),
    });
  });

  test("a window for some reasons leaves the others free", () => {
    const pool = poolWith([{ ...night, reasons: ["Expired"] }]);
    const noon = at("2026-11-02T12:00:00Z");
    expect(windowVerdict(pool, "Expired", noon).open).toBe(false);
    expect(windowVerdict(pool, "Empty", noon).open).toBe(true);
  });

  test.each([
    ["no JSON", "every night", "is no JSON list of windows"],
    ["no list", { schedule: "0 22 * * *" }, "is no JSON list of windows"],
    ["no schedule", [{ duration: "8h" }], 'window 1: "schedule" is missing'],
    ["a schedule that never can be", [night, { ...night, schedule: "61 25 * * *" }], "window 2: schedule"],
    ["no duration", [{ schedule: "0 22 * * *" }], 'window 1: "duration" is missing or none'],
    ["an unknown zone", [{ ...night, timeZone: "Mars/Olympus" }], 'time zone "Mars/Olympus" is not known'],
    ["an unknown reason", [{ ...night, reasons: ["Boredom"] }], "expected some of Empty, Drifted"],
  ])("what cannot be read shuts them all and is told: %s", (_case, windows, cause) => {
    const verdict = windowVerdict(poolWith(windows), "Empty", at("2026-11-02T23:00:00Z"));
    expect(verdict).toMatchObject({ open: false, cause: expect.stringContaining(cause) });
  });
});
