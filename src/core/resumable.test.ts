import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filtered, finished, mapped, sorted } from "./resumable.ts";

const numbers = (count: number, modulus: number) => Array.from({ length: count }, (_, i) => (i * 7919) % modulus);

describe("resumable work", () => {
  it("sorts as toSorted does, equal items in their order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 300 }), (count, modulus) => {
        const items = numbers(count, modulus).map((key, at) => ({ key, at }));
        const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
        expect(finished(sorted(items, byKey))).toEqual(items.toSorted(byKey));
      }),
      { numRuns: 30 },
    );
  });

  it("comes up for air while it sorts, maps and filters", () => {
    const items = numbers(10_000, 10_007);
    const works = [sorted(items, (a, b) => a - b), mapped(items, (n) => n + 1), filtered(items, (n) => n % 2 === 0)];
    for (const work of works) expect(Math.max(...work)).toBeLessThanOrEqual(1024);
  });

  it("maps and filters as arrays do", () => {
    const items = numbers(1000, 997);
    expect(finished(mapped(items, (n) => n * 2))).toEqual(items.map((n) => n * 2));
    expect(finished(filtered(items, (n) => n > 500))).toEqual(items.filter((n) => n > 500));
  });
});
