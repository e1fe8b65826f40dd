import { expect, test } from "vitest";
import { pod } from "../../test/builders/pods.ts";
import { snapshot, testOptions } from "../../test/builders/snapshot.ts";
import { type DisruptionCommand, provision } from "../core/index.ts";
import { createMetricsRegistry } from "../platform/index.ts";
import { createPlannedFigures } from "./planned-figures.ts";

test("what would be done is told as it stands, and goes when there is nothing to do any more", async () => {
  const metrics = createMetricsRegistry();
  const figures = createPlannedFigures(metrics);
  const told = () =>
    Promise.all(
      ["launches", "launch_cost", "removals", "saving"].map((name) => metrics.value(`karpenter_planned_${name}`)),
    );
  expect(await told()).toEqual([0, 0, 0, 0]);
  const plan = provision(snapshot({ pods: [pod("a", { requests: { cpu: "3" } })] }), testOptions);
  const command = { candidates: [{}, {}], savingPerHour: 0.25 } as unknown as DisruptionCommand;
  figures.launches(plan);
  figures.removals([command, command]);
  expect(await told()).toEqual([1, plan.claims[0]?.cheapest.price, 4, 0.5]);
  figures.launches(provision(snapshot(), testOptions));
  figures.removals([]);
  expect(await told()).toEqual([0, 0, 0, 0]);
});
