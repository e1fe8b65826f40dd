import { describe, expect, test } from "vitest";
import { computeMergePatch, isJsonEqual } from "./merge-patch.ts";

describe("merge patch", () => {
  test.each([
    ["nothing changed", { a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, undefined],
    ["a field added", { a: 1 }, { a: 1, b: 2 }, { b: 2 }],
    ["a field removed", { a: 1, b: 2 }, { a: 1 }, { b: null }],
    ["a field set to undefined counts as removed", { a: 1, b: 2 }, { a: 1, b: undefined }, { b: null }],
    ["nested fields only", { m: { a: 1, b: 2 } }, { m: { a: 1, b: 3 } }, { m: { b: 3 } }],
    ["lists are replaced whole", { l: [1, 2] }, { l: [2] }, { l: [2] }],
    ["a new nested object", {}, { m: { a: 1 } }, { m: { a: 1 } }],
    ["an object turned into a value", { m: { a: 1 } }, { m: "x" }, { m: "x" }],
  ])("%s", (_title, before, after, expected) => {
    expect(computeMergePatch(before, after)).toEqual(expected);
  });

  test("absent and undefined are equal, absent and null are not", () => {
    expect(isJsonEqual({ a: undefined }, {})).toBe(true);
    expect(isJsonEqual({ a: null }, {})).toBe(false);
  });
});
