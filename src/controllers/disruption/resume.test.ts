import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import {
  type DisruptionFixture,
  disruptionFixture,
  type DisruptionOptions,
} from "../../../test/controllers/disruption-fixture.ts";
import { nodeClaimType } from "../../api/index.ts";
import { type DisruptionMethod, emptiness, type PlannedClaim, poolViewOf } from "../../core/index.ts";

const seconds = 1_000;

const planned = (name: string): PlannedClaim => ({
  poolKey: { kind: "NodePool", name: "default" },
  pool: poolViewOf(nodePool("default")),
  pods: [],
  claim: nodeClaim(name),
  instanceTypes: ["small"],
  cheapest: { instanceType: "small", zone: "test-zone-1", capacityType: "on-demand", price: 0.1 },
  reasons: [],
});

/** Takes the empty nodes in one command that wants these claims in their place. */
const replacing = (...names: readonly string[]): DisruptionMethod => ({
  ...emptiness,
  validation: "none",
  *choose(candidates, context) {
    const choice = yield* emptiness.choose(candidates, context);
    return {
      ...choice,
      commands: choice.commands.map((command) => ({ ...command, replacements: names.map(planned) })),
    };
  },
});

/** Nodes `a` and `b`; of the claims that a command wants, only those up to `made` are created. */
async function cut(names: readonly string[], made = names.length): Promise<DisruptionFixture> {
  let owner: DisruptionFixture["fixture"] | undefined;
  const cluster = await disruptionFixture({
    nodes: [["a"], ["b"]],
    methods: [replacing(...names)],
    replacements: async (claims) => {
      const created = [];
      for (const { claim } of claims.slice(0, made)) created.push(await owner!.create(nodeClaimType, claim));
      if (made < claims.length) throw new Error("the process ends here");
      return created;
    },
    before: async (fixture) => {
      owner = fixture;
    },
  });
  await cluster.fixture.advance(2 * seconds);
  await cluster.fixture.stop();
  return cluster;
}

const restarted = (
  { fixture: after }: DisruptionFixture,
  options: Pick<DisruptionOptions, "methods"> = {},
): Promise<DisruptionFixture> => disruptionFixture({ after, methods: options.methods ?? [replacing()] });

async function launched({ fixture }: DisruptionFixture, name: string, initialized: boolean): Promise<void> {
  const claim = (await fixture.get(nodeClaimType, name))!;
  const own = {
    type: "Initialized",
    status: "True",
    reason: "Initialized",
    message: "",
    lastTransitionTime: "2026-11-02T10:00:00Z",
  };
  const status = { providerID: `fake:///z/${name}`, conditions: initialized ? [own] : [] };
  await fixture.patch(nodeClaimType, claim, { status }, "status");
}

describe("commands of a process that ended", () => {
  test("[lifecycle 8.21] [lifecycle O19] the next one waits for the replacement and then deletes the candidates", async () => {
    const first = await cut(["r"]);
    await launched(first, "r", false);
    const second = await restarted(first);
    await second.fixture.advance(30 * seconds);
    expect(await second.claimNames()).toEqual(["a", "b", "r"]);
    expect(await second.taintedNodes()).toEqual(["node-a", "node-b"]);
    await launched(second, "r", true);
    await second.fixture.advance(3 * seconds);
    expect(await second.claimNames()).toEqual(["r"]);
    await second.fixture.stop();
  });

  test("[lifecycle O19] cut while it made its replacements, it is given up: what exists stays, the taints go", async () => {
    const first = await cut(["r", "s"], 1);
    await launched(first, "r", true);
    const second = await restarted(first, { methods: [] });
    await second.fixture.advance(20 * seconds);
    expect(await second.taintedNodes()).toEqual([]);
    expect(await second.claimNames()).toEqual(["a", "b", "r"]);
    await second.fixture.stop();
  });

  test("[lifecycle O19] one whose candidates were given back is not taken up again", async () => {
    const first = await cut(["r"]);
    await launched(first, "r", false);
    const second = await restarted(first, { methods: [] });
    await second.fixture.advance(5 * seconds);
    expect(await second.taintedNodes()).toEqual([]);
    await second.fixture.stop();
    const third = await restarted(first);
    await launched(third, "r", true);
    await third.fixture.advance(1 * seconds);
    expect(third.fixture.log.lines.map(({ message }) => message)).not.toContain(
      "took up a command of an earlier process",
    );
    await third.fixture.stop();
  });

  test("[lifecycle O19] a text edited by hand is left alone, and its leftovers are given back", async () => {
    const first = await cut(["r"]);
    await launched(first, "r", false);
    const claim = (await first.fixture.get(nodeClaimType, "r"))!;
    await first.fixture.patch(nodeClaimType, claim, {
      metadata: { annotations: { "karpenter-ts.dev/disruption-command": "{" } },
    });
    const second = await restarted(first, { methods: [] });
    await second.fixture.advance(5 * seconds);
    expect(await second.taintedNodes()).toEqual([]);
    await second.fixture.stop();
  });

  test("a quiet start takes up and repairs, but decides nothing yet", async () => {
    const quiet = await disruptionFixture({
      nodes: [["c"]],
      methods: [{ ...emptiness, validation: "none" }],
      quietStartMilliseconds: 10 * seconds,
    });
    await quiet.fixture.advance(9 * seconds);
    expect(await quiet.claimNames()).toEqual(["c"]);
    await quiet.fixture.advance(5 * seconds);
    expect(await quiet.claimNames()).toEqual([]);
    await quiet.fixture.stop();
  });
});
