import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyMutation, drawn, type MutantTable } from "./mutation.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const row = { rule: "r", file: "a.ts", tests: [] };

describe("a mutation", () => {
  it("replaces the one place that it names", () => {
    expect(applyMutation("a + b", { ...row, find: "+", replace: "-" })).toEqual({ ok: true, value: "a - b" });
  });

  it.each([["c"], ["a"]])("is out of date when %s is not there exactly once", (find) => {
    expect(applyMutation("a + a", { ...row, find, replace: "x" }).ok).toBe(false);
  });
});

it("draws the same scenarios for the same seed, each once", () => {
  const ids = ["A", "B", "C", "D", "E"];
  const [once, again, other] = [1, 1, 2].map((seed) => drawn(ids, { seed, count: 3 }));
  expect([once, new Set(once).size, drawn(ids, { seed: 1, count: 9 }).length]).toEqual([again, 3, 5]);
  expect(other).not.toEqual(once);
});

describe("every row of the tables", () => {
  const tables = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json"));
  const rows = tables.flatMap((name) => {
    const table = JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8")) as MutantTable;
    return Object.entries(table).map(([id, mutation]) => [`${name.replace(".json", "")} ${id}`, mutation] as const);
  });

  it.each(rows)("%s changes what is there, for tests that name it", (scenario, mutation) => {
    const source = readFileSync(join(root, mutation.file), "utf8");
    expect(applyMutation(source, mutation)).toMatchObject({ ok: true });
    const [, id = ""] = scenario.split(" ");
    const texts = mutation.tests.map((path) => readFileSync(join(root, path), "utf8"));
    expect(texts.some((text) => text.includes(id))).toBe(true);
  });
});
