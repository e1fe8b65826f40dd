import { expect, it } from "vitest";
import { disruptionRules } from "./disruption-rules.ts";
import { defaultOptions } from "./options.ts";

const rulesOf = (change: Partial<typeof defaultOptions>) =>
  disruptionRules({ options: { ...defaultOptions, ...change } });

it("runs upstream's methods with its wait of 15 s under compatible, and ours at once by default", () => {
  const featureGates = { ...defaultOptions.featureGates, StaticCapacity: true };
  const told = (policy: "cheapest" | "compatible") =>
    rulesOf({ policy, featureGates }).methods.map(({ name, validationDelayMillis }) => [name, validationDelayMillis]);
  expect(told("compatible")).toEqual([
    ["emptiness", 15_000],
    ["static-drift", 0],
    ["drift", 0],
    ["multi-node-consolidation", 15_000],
    ["single-node-consolidation", 15_000],
  ]);
  expect(told("cheapest").at(-1)).toEqual(["consolidation", 0]);
});

it("compares machines by price alone under compatible, as upstream does", () => {
  expect(rulesOf({ policy: "compatible" }).settings.provisioning).toMatchObject({
    policy: "compatible",
    nodeChargePerHour: 0,
  });
  expect(rulesOf({}).settings.provisioning?.nodeChargePerHour).toBeGreaterThan(0);
});

it("passes on how spot is chosen and what a preference is worth", () => {
  expect(rulesOf({ spotChoice: "risk", preferencePrice: 0.05 }).settings).toMatchObject({
    spotChoice: "risk",
    preferencePricePerHour: 0.05,
  });
});
