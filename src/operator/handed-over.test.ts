import { expect, test } from "vitest";
import { nodePool } from "../../test/builders/snapshot.ts";
import { isHandedOver } from "./handed-over.ts";
import { defaultOptions, parseOptions } from "./options.ts";
import { disruptionRules } from "./disruption-rules.ts";

const withBudgets = (
  ...budgets: NonNullable<NonNullable<ReturnType<typeof nodePool>["spec"]["disruption"]>["budgets"]>
) => nodePool("web", { spec: { disruption: { budgets } } });

test.each([
  ["lets nothing be consolidated", { nodes: "0", reasons: ["Underutilized", "Empty"] }, true],
  ["does so in percent", { nodes: "0%", reasons: ["Empty", "Underutilized"] }, true],
  ["lets nothing be disrupted at all", { nodes: "0" }, false],
  ["speaks of drift too", { nodes: "0", reasons: ["Empty", "Underutilized", "Drifted"] }, false],
  ["speaks of empty nodes alone", { nodes: "0", reasons: ["Empty"] }, false],
  ["lets one go", { nodes: "1", reasons: ["Empty", "Underutilized"] }, false],
  ["holds at times", { nodes: "0", reasons: ["Empty", "Underutilized"], schedule: "@daily", duration: "8h" }, false],
] as const)("a pool whose budget %s is handed over: %s", (_, budget, is) => {
  expect(isHandedOver(withBudgets({ nodes: "10%" }, budget))).toBe(is);
});

test("who consolidates takes a lease of its own, and decides neither about drift nor about static pools", () => {
  const asked = parseOptions({ mode: "consolidate" }, {});
  expect(asked.ok ? [] : asked.failure.errors).toEqual([
    '--leader-election-name is "karpenter-leader-election" with --mode consolidate, expected another: the controller that does the rest holds that lease',
  ]);
  const { methods } = disruptionRules({ options: { ...defaultOptions, mode: "consolidate" } });
  expect(methods.map(({ reason }) => reason)).toEqual(["Empty", "Underutilized"]);
});
