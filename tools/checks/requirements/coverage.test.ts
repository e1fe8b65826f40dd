import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type RequirementTable, requirementCoverage } from "./coverage.ts";

const report = (...tests: readonly (readonly [string, string])[]) => ({
  suite: "unit",
  commit: "a",
  tests: tests.map(([title, state]) => ({ title, state, file: "a.test.ts" })),
});

const table = { R1: { rules: ["KBP101", "KBP111"] }, R2: {}, R10: { reason: "guidance" } };

const coverage = (...reports: readonly ReturnType<typeof report>[]) =>
  requirementCoverage(table, reports, new Set(["KBP101"]));

test("a rule that the advisor does not have is told apart from one that it has", () => {
  expect(coverage()[0]).toMatchObject({ rule: "KBP101", ruleToCome: "KBP111" });
});

test("the chapter's table: 85 rows, and a reason alone only where nothing can be tested", () => {
  const rows = JSON.parse(readFileSync(new URL("table.json", import.meta.url), "utf8")) as RequirementTable;
  expect(Object.keys(rows)).toEqual(Array.from({ length: 85 }, (_, index) => `R${index + 1}`));
  const excused = Object.keys(rows).filter((requirement) => rows[requirement]?.reason !== undefined);
  expect(excused).toEqual(["R13", "R41", "R59", "R72", "R74", "R78", "R83", "R84", "R85"]);
});

test("a requirement counts with a test that passed, and not with one of a longer number", () => {
  const [first, second, third] = coverage(report(["[R1] [R10] a pod gets a machine", "passed"]));
  expect(first).toMatchObject({ requirement: "R1", test: "[R1] [R10] a pod gets a machine" });
  expect(second).toEqual({ schema: "coverage-requirements/1", requirement: "R2" });
  expect(third).not.toHaveProperty("reason");
});

test("a requirement whose test fails does not count, whatever else passes", () => {
  const lines = coverage(report(["[R2] a", "passed"], ["[R2] b", "failed"]));
  expect(lines[1]).not.toHaveProperty("test");
});

test("a reason stands in where no test has run", () => {
  expect(coverage()[2]).toMatchObject({ requirement: "R10", reason: "guidance" });
});
