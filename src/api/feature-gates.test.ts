import { expect, test } from "vitest";
import { defaultFeatureGates, featureGates, resolveFeatureGates } from "./feature-gates.ts";

test("ReservedCapacity is on unless it is turned off, everything else off", () => {
  expect(defaultFeatureGates).toEqual({
    SpotToSpotConsolidation: false,
    NodeRepair: false,
    ReservedCapacity: true,
    NodeOverlay: false,
    StaticCapacity: false,
    CapacityBuffer: false,
    NodeClassCEL: false,
  });
});

test("a removed gate is listed with its history and cannot be set", () => {
  expect(featureGates.find((gate) => gate.name === "Drift")?.stage).toBe("removed");
  expect(resolveFeatureGates({ core: "Drift=false" })).toEqual({ ok: true, gates: defaultFeatureGates });
});

test("gates are read from the flag of their owner; unknown names are ignored", () => {
  const outcome = resolveFeatureGates({
    core: "NodeRepair=true, ReservedCapacity=false,Unknown=true,NodeClassCEL=true",
    aws: "StaticCapacity=true",
  });
  expect(outcome).toEqual({ ok: true, gates: { ...defaultFeatureGates, NodeRepair: true, ReservedCapacity: false } });
  expect(resolveFeatureGates({ aws: "NodeClassCEL=T" })).toMatchObject({ gates: { NodeClassCEL: true } });
});

test.each(["NodeRepair=yes", "NodeRepair", "NodeRepair="])("%s stops the start", (core) => {
  expect(resolveFeatureGates({ core })).toMatchObject({ ok: false, message: expect.stringContaining("NodeRepair") });
});
