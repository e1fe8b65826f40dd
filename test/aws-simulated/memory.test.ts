import { describe, expect, test } from "vitest";
import { classOf, createControllerFixture, nodeOf } from "./controllers.ts";
import { capacity, claimOf, types } from "./requests.ts";

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
const byFormula = 7577 * mebibyte;

async function withMachine() {
  const fixture = await createControllerFixture({ provider: { disableDryRun: true } });
  await fixture.resolve(classOf());
  const claim = await fixture.launchClaim(claimOf([types("m5.large"), capacity("on-demand")]));
  const registers = async (memory: string): Promise<void> => {
    fixture.nodes.put(nodeOf(claim, { memory }));
    await fixture.reconcile("providers.instancetype.capacity", "node-of-general-x");
  };
  const memory = async () => {
    const { aws, pool, run } = fixture;
    const listed = await run(aws.cloudProvider.instanceTypes(pool, { signal: new AbortController().signal }));
    if (!listed.ok) throw new Error(listed.failure.message);
    return listed.value.find(({ name }) => name === "m5.large")?.capacity["memory"];
  };
  const releaseImages = async (): Promise<void> => {
    fixture.account.images.release("v20261201", "2026-12-01T00:00:00.000Z");
    await fixture.clock.advance(25 * 3_600_000);
    await fixture.resolve(classOf());
  };
  return { ...fixture, claim, registers, memory, releaseImages };
}

describe("memory that a node tells of when it registers", () => {
  test("[aws 9.2.44] replaces the formula when it is less; more is ignored, and a new image starts anew", async () => {
    const { registers, memory, releaseImages } = await withMachine();
    expect(await memory()).toBe(byFormula);
    await registers("7Gi");
    expect(await memory()).toBe(7 * gibibyte);
    await registers("7500Mi");
    expect(await memory()).toBe(7 * gibibyte);
    await registers("6900Mi");
    expect(await memory()).toBe(6900 * mebibyte);
    await releaseImages();
    expect(await memory()).toBe(byFormula);
  });

  test("[aws 9.2.45] is worth nothing from a node of an outdated image", async () => {
    const { registers, memory, releaseImages } = await withMachine();
    await releaseImages();
    await registers("6Gi");
    expect(await memory()).toBe(byFormula);
  });
});
