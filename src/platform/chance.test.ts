import { describe, expect, it } from "vitest";
import { createIds, createSeededRandom, createSystemIds, createSystemRandom, type Random } from "./index.ts";

const draws = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

describe("random", () => {
  it("repeats itself for equal seeds and differs for others", () => {
    expect(draws(createSeededRandom(7), 5)).toEqual(draws(createSeededRandom(7), 5));
    expect(draws(createSeededRandom(7), 5)).not.toEqual(draws(createSeededRandom(8), 5));
    expect(draws(createSeededRandom("7/pods"), 5)).not.toEqual(draws(createSeededRandom("7/nodes"), 5));
  });

  it.each([
    ["seeded", createSeededRandom(1)],
    ["system", createSystemRandom()],
  ])("%s: stays in [0, 1) and fills it evenly", (_name, random) => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const value of draws(random, 20_000)) tenths[Math.floor(value * 10)]! += 1;
    expect(tenths.reduce((sum, count) => sum + count)).toBe(20_000);
    for (const count of tenths) expect(count).toBeGreaterThan(1700);
    for (const count of tenths) expect(count).toBeLessThan(2300);
  });

  it("gives integers below the bound and refuses a bound that is none", () => {
    const random = createSeededRandom(3);
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(3)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    for (const bound of [0, -1, 1.5, Number.NaN]) expect(() => random.integer(bound)).toThrow("above 0");
  });
});

describe.each([
  ["seeded", createIds(createSeededRandom(11))],
  ["system", createSystemIds()],
])("%s ids", (_name, ids) => {
  it("are version 4 identifiers, all different", () => {
    const all = Array.from({ length: 100 }, () => ids.uuid());
    for (const id of all) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(all).size).toBe(100);
  });

  it("end generated names with five letters of Kubernetes' alphabet unless told another length", () => {
    expect(ids.suffix()).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(ids.suffix(10)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{10}$/);
  });
});

describe("ids", () => {
  it("repeat themselves for equal seeds", () => {
    const [one, two] = [createIds(createSeededRandom("a")), createIds(createSeededRandom("a"))];
    expect([one.uuid(), one.suffix()]).toEqual([two.uuid(), two.suffix()]);
  });
});
