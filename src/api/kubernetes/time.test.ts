// oxlint-disable no-restricted-globals -- the platform's own calendar is the oracle here
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatDuration,
  nillableDurationText,
  parseDurationMillis,
  parseDurationNanoseconds,
  parseNillableDurationMillis,
} from "./duration.ts";
import { formatMicroTimestamp, formatTimestamp, parseTimestamp } from "./time.ts";

const anyMillis = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

test("timestamps read as the platform's own clock reads them", () => {
  fc.assert(
    fc.property(anyMillis, (millis) => {
      expect(formatTimestamp(millis)).toBe(`${new Date(millis).toISOString().slice(0, 19)}Z`);
      expect(parseTimestamp(formatTimestamp(millis))).toBe(Math.floor(millis / 1000) * 1000);
      expect(parseTimestamp(formatMicroTimestamp(millis))).toBe(millis);
    }),
  );
});

test.each([
  ["2026-02-28T23:59:59Z", Date.parse("2026-02-28T23:59:59Z")],
  ["2024-02-29T00:00:00.123456Z", Date.parse("2024-02-29T00:00:00.123Z")],
  ["2026-08-20T12:00:00+02:00", Date.parse("2026-08-20T10:00:00Z")],
  ["2026-02-29T00:00:00Z", undefined],
  ["2026-13-01T00:00:00Z", undefined],
  ["2026-08-20", undefined],
  ["", undefined],
])("parse %j", (text, millis) => {
  expect(parseTimestamp(text)).toBe(millis);
});

test.each([
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  ["0s", 0],
  ["0", 0],
  ["1.5h", 5_400_000],
  ["-30m", -1_800_000],
  ["250ms", 250],
  ["1h0m0s", 3_600_000],
  ["30", undefined],
  ["1d", undefined],
  ["", undefined],
  [" 1h", undefined],
  [".s", undefined],
  ["Never", undefined],
  ["99999999999h", undefined],
])("duration %j", (text, millis) => {
  expect(parseDurationMillis(text)).toBe(millis);
});

test("the longest duration fits 64 bits exactly", () => {
  expect(parseDurationNanoseconds("9223372036854775807ns")).toBe(9_223_372_036_854_775_807n);
  expect(parseDurationNanoseconds("9223372036854775808ns")).toBeUndefined();
});

test("Never is no duration: infinite when read, and what an absent one is written as", () => {
  expect(parseNillableDurationMillis("Never")).toBe(Infinity);
  expect(nillableDurationText(undefined)).toBe("Never");
  expect(nillableDurationText(Infinity)).toBe("Never");
  expect(nillableDurationText(3_600_000)).toBe("1h0m0s");
});

test("formatted durations read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (millis) => {
      expect(parseDurationMillis(formatDuration(millis))).toBe(millis);
    }),
  );
});
