import { expect, test } from "vitest";
import { nodePool } from "../../../test/controllers/builders.ts";
import { clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { nodePoolType } from "../../api/index.ts";
import { createPoolAdvice } from "./pool-advice.ts";

test("[R65] [R71] a pool without limits is told by events and counted, until it has some", async () => {
  const fixture = await clusterFixture();
  const pool = await fixture.create(nodePoolType, nodePool("default"));
  await fixture.run(createPoolAdvice(fixture));
  await fixture.advance(1_000);
  const series = { nodepool: "default", rule: "KBP601", severity: "warning" };
  const count = () => fixture.metrics.value("karpenter_nodepools_best_practice_findings", series);
  expect(fixture.published).toContainEqual(
    expect.objectContaining({
      type: "Warning",
      reason: "BestPractice",
      message: expect.stringMatching(/^KBP601: NodePool default has no resource limits\. Set limits/),
    }),
  );
  expect(await count()).toBe(1);

  await fixture.patch(nodePoolType, pool, { spec: { limits: { cpu: "10", memory: "10Gi" } } });
  await fixture.advance(1_000);
  expect(await count()).toBeUndefined();
  await fixture.stop();
});

test("[R43] pools are judged beside each other, and hints are told nobody", async () => {
  const fixture = await clusterFixture();
  await fixture.create(nodePoolType, nodePool("limited", { limits: { cpu: "10" } }));
  await fixture.run(createPoolAdvice(fixture));
  await fixture.advance(1_000);
  // Memory is without a limit, which is a hint.
  const series = { nodepool: "limited", rule: "KBP602", severity: "info" };
  expect(await fixture.metrics.value("karpenter_nodepools_best_practice_findings", series)).toBe(1);
  expect(fixture.published).toEqual([]);
  await fixture.stop();
});
