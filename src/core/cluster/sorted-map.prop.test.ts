import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedMap } from "./sorted-map.ts";

const key = fc.nat({ max: 2000 }).map((number) => `key-${number}`);
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ key, value: fc.constant(undefined) }) },
);

describe("a sorted map", () => {
  it("does what a map does, in order of key, and leaves earlier versions alone", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 1500, size: "max" }), (changes) => {
        const model = new Map<string, number>();
        let map = SortedMap.empty<string, number>();
        const half = Math.floor(changes.length / 2);
        let early: { readonly map: SortedMap<string, number>; readonly entries: string } | undefined;
        for (const [index, { key: at, value }] of changes.entries()) {
          if (index === half) early = { map, entries: JSON.stringify([...map]) };
          map = value === undefined ? map.delete(at) : map.set(at, value);
          if (value === undefined) model.delete(at);
          else model.set(at, value);
        }
        const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
        expect([...map]).toEqual(expected);
        expect(map.list()).toEqual(expected.map(([, value]) => value));
        expect([...map.keys()]).toEqual(expected.map(([at]) => at));
        expect(map.size).toBe(model.size);
        expect(changes.every((each) => map.get(each.key) === model.get(each.key))).toBe(true);
        expect(early === undefined ? "" : JSON.stringify([...early.map])).toBe(early?.entries ?? "");
      }),
      { numRuns: 30 },
    );
  });

  it("comes back itself when nothing changes", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 300, size: "max" }), (keys) => {
        const map = keys.reduce((sum, at, index) => sum.set(at, index), SortedMap.empty<string, number>());
        return keys.every((at, index) => map.set(at, index) === map && map.has(at)) && map.delete("none") === map;
      }),
      { numRuns: 30 },
    );
  });
});
