import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import type { ClusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { type DisruptionFixture, disruptionFixture } from "../../../test/controllers/disruption-fixture.ts";
import { getCondition, nodeClaimType } from "../../api/index.ts";
import { type DisruptionMethod, emptiness, type PlannedClaim, poolViewOf } from "../../core/index.ts";

const seconds = 1_000;

const planned: PlannedClaim = {
  poolKey: { kind: "NodePool", name: "default" },
  pool: poolViewOf(nodePool("default")),
  pods: [],
  claim: nodeClaim("r"),
  instanceTypes: ["small"],
  cheapest: { instanceType: "small", zone: "test-zone-1", capacityType: "on-demand", price: 0.1 },
  reasons: [],
};

/** One command for each empty node, with one replacement each. */
const oneByOne: DisruptionMethod = {
  ...emptiness,
  validation: "none",
  *choose(candidates, context) {
    const choice = yield* emptiness.choose(candidates, context);
    const commands = choice.commands.flatMap((command) =>
      command.candidates.map((candidate) => ({ ...command, candidates: [candidate], replacements: [planned] })),
    );
    return { ...choice, commands };
  },
};

/** Nodes `a` and `b`, each on its way out; their replacements are `r0` and `r1`. */
async function twoCommands(): Promise<DisruptionFixture> {
  const owner: { fixture?: ClusterFixture } = {};
  let made = 0;
  const cluster = await disruptionFixture({
    nodes: [["a"], ["b"]],
    methods: [oneByOne],
    replacements: async () => {
      const claim = await owner.fixture!.create(nodeClaimType, nodeClaim(`r${made}`));
      made += 1;
      return [claim];
    },
    before: async (fixture) => {
      owner.fixture = fixture;
    },
  });
  await cluster.fixture.advance(2 * seconds);
  return cluster;
}

async function initialize({ fixture }: DisruptionFixture, name: string): Promise<void> {
  const lastTransitionTime = "2026-11-02T10:00:00Z";
  const conditions = [{ type: "Initialized", status: "True", reason: "Initialized", message: "", lastTransitionTime }];
  const status = { providerID: `fake:///z/${name}`, conditions };
  await fixture.patch(nodeClaimType, (await fixture.get(nodeClaimType, name))!, { status }, "status");
  await fixture.advance(2 * seconds);
}

describe("commands side by side", () => {
  test("[lifecycle U7] each ends when its own replacement is there", async () => {
    const cluster = await twoCommands();
    expect(await cluster.claimNames()).toEqual(["a", "b", "r0", "r1"]);
    await initialize(cluster, "r1");
    expect(await cluster.claimNames()).toEqual(["a", "r0", "r1"]);
    expect(await cluster.taintedNodes()).toContain("node-a");
    await initialize(cluster, "r0");
    expect(await cluster.claimNames()).toEqual(["r0", "r1"]);
    await cluster.fixture.stop();
  });

  test("one that is given up leaves the other alone, and its node is free and says nothing of it any more", async () => {
    const cluster = await twoCommands();
    await cluster.fixture.kube.delete(nodeClaimType, { name: "r0" });
    await cluster.fixture.advance(3 * seconds);
    const freed = (await cluster.fixture.get(nodeClaimType, "a"))!;
    expect(getCondition(freed, "DisruptionReason")).toBeUndefined();
    await initialize(cluster, "r1");
    expect(await cluster.claimNames()).not.toContain("b");
    await cluster.fixture.stop();
  });
});
