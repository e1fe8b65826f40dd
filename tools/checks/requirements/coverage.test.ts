import { expect, test } from "vitest";
import { requirementCoverage } from "./coverage.ts";

const report = (...tests: readonly (readonly [string, string])[]) => ({
  suite: "unit",
  commit: "a",
  tests: tests.map(([title, state]) => ({ title, state, file: "a.test.ts" })),
});

const table = { R1: { rules: ["KBP101", "KBP111"] }, R2: {}, R10: { reason: "guidance" } };

test("a requirement counts with a test that passed, and not with one of a longer number", () => {
  const [first, second, third] = requirementCoverage(table, [report(["[R1] [R10] a pod gets a machine", "passed"])]);
  expect(first).toMatchObject({ requirement: "R1", test: "[R1] [R10] a pod gets a machine", rule: "KBP101 KBP111" });
  expect(second).toEqual({ schema: "coverage-requirements/1", requirement: "R2" });
  expect(third).not.toHaveProperty("reason");
});

test("a requirement whose test fails does not count, whatever else passes", () => {
  const lines = requirementCoverage(table, [report(["[R2] a", "passed"], ["[R2] b", "failed"])]);
  expect(lines[1]).not.toHaveProperty("test");
});

test("a reason stands in where no test has run", () => {
  expect(requirementCoverage(table, [])[2]).toMatchObject({ requirement: "R10", reason: "guidance" });
});
