import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import { type ClusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { type DisruptionFixture, disruptionFixture } from "../../../test/controllers/disruption-fixture.ts";
import { getCondition, type NodeClaim, nodeClaimType, nodeType } from "../../api/index.ts";
import { type DisruptionMethod, emptiness, type PlannedClaim, poolViewOf } from "../../core/index.ts";
import type { DisruptionDeps } from "./deps.ts";

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

/** Takes what emptiness takes, and wants as many new claims. It stands in for the methods that replace. */
const replacing = (count: number, onMemory?: (given: number) => void): DisruptionMethod => ({
  ...emptiness,
  validation: "none",
  *choose(candidates, context) {
    onMemory?.(context.settings.memory.given.length);
    const choice = yield* emptiness.choose(candidates, context);
    const replacements = Array.from({ length: count }, () => planned);
    return { ...choice, commands: choice.commands.map((command) => ({ ...command, replacements })) };
  },
});

interface Replacing extends DisruptionFixture {
  readonly settle: (claim: string) => Promise<void>;
}

async function running(
  count: number,
  options: {
    readonly create?: (fixture: ClusterFixture, index: number) => Promise<NodeClaim>;
    readonly onMemory?: (given: number) => void;
    /** Nodes that the pool lets go at a time; all when absent. */
    readonly budget?: string;
  } = {},
): Promise<Replacing> {
  let owner: ClusterFixture | undefined;
  const create = options.create ?? ((fixture, index) => fixture.create(nodeClaimType, nodeClaim(`r${index}`)));
  const replacements: DisruptionDeps["createReplacements"] = async (claims) => {
    const made: NodeClaim[] = [];
    for (const index of claims.keys()) made.push(await create(owner as ClusterFixture, index));
    return made;
  };
  const cluster = await disruptionFixture({
    nodes: [["a"], ["b"]],
    ...(options.budget === undefined
      ? {}
      : {
          pools: [
            nodePool("default", { disruption: { consolidateAfter: "0s", budgets: [{ nodes: options.budget }] } }),
          ],
        }),
    methods: [replacing(count, options.onMemory)],
    replacements,
    before: async (fixture) => {
      owner = fixture;
    },
  });
  await cluster.fixture.advance(2 * seconds);
  return {
    ...cluster,
    settle: async (name) => {
      const claim = (await cluster.fixture.get(nodeClaimType, name))!;
      const condition = {
        type: "Initialized",
        status: "True",
        reason: "Initialized",
        message: "",
        lastTransitionTime: "2026-11-02T10:00:00Z",
      };
      await cluster.fixture.patch(
        nodeClaimType,
        claim,
        { status: { providerID: `fake:///z/${name}`, conditions: [condition] } },
        "status",
      );
      await cluster.fixture.advance(2 * seconds);
    },
  };
}

describe("commands with replacements", () => {
  test("[lifecycle U1] until the replacement is initialized the candidates stay, tainted", async () => {
    const cluster = await running(1);
    await cluster.fixture.advance(60 * seconds);
    expect(await cluster.claimNames()).toEqual(["a", "b", "r0"]);
    expect(await cluster.taintedNodes()).toEqual(["node-a", "node-b"]);
    const reasons = new Set(cluster.fixture.published.map(({ reason }) => reason));
    expect(reasons.has("DisruptionLaunching") && reasons.has("DisruptionWaitingReadiness")).toBe(true);
    await cluster.fixture.stop();
  });

  test("[lifecycle U2] once it is, they go", async () => {
    const cluster = await running(1);
    await cluster.settle("r0");
    expect(await cluster.claimNames()).toEqual(["r0"]);
    const labels = { decision: "replace", reason: "empty", consolidation_type: "empty" };
    expect(await cluster.fixture.metrics.value("karpenter_voluntary_disruption_decisions_total", labels)).toBe(1);
    await cluster.fixture.stop();
  });

  test("[lifecycle U3] all replacements are waited for", async () => {
    const cluster = await running(2);
    await cluster.settle("r1");
    expect(await cluster.claimNames()).toEqual(["a", "b", "r0", "r1"]);
    await cluster.settle("r0");
    expect(await cluster.claimNames()).toEqual(["r0", "r1"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle U4] without replacements the candidates go on the first look", async () => {
    const cluster = await running(0);
    expect(await cluster.claimNames()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[lifecycle U5] a replacement that is gone everywhere rolls the command back", async () => {
    const cluster = await running(1);
    await cluster.fixture.kube.delete(nodeClaimType, { name: "r0" });
    await cluster.fixture.advance(1 * seconds);
    const failures = "karpenter_voluntary_disruption_queue_failures_total";
    const labels = { decision: "replace", reason: "empty", consolidation_type: "empty" };
    expect(await cluster.fixture.metrics.value(failures, labels)).toBe(1);
    expect(await cluster.claimNames()).toContain("a");
    await cluster.fixture.stop();
  });

  test("[lifecycle U6] after eleven minutes the candidates are untainted and free, the replacement stays", async () => {
    const cluster = await running(1);
    await cluster.fixture.advance(11 * 60 * seconds);
    expect(await cluster.taintedNodes()).toEqual([]);
    const claim = (await cluster.fixture.get(nodeClaimType, "a")) as NodeClaim;
    expect(getCondition(claim, "DisruptionReason")).toBeUndefined();
    expect(cluster.model.snapshot().nodes.filter(({ markedForDeletion }) => markedForDeletion)).toEqual([]);
    expect(await cluster.claimNames()).toEqual(["a", "b", "r0"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle R35] a command that was given up: after its rest, told of, the node is tried again, and nothing is held against it", async () => {
    let made = 0;
    const memories: number[] = [];
    const cluster = await running(1, {
      create: (fixture) => fixture.create(nodeClaimType, nodeClaim(`r${made++}`)),
      onMemory: (given) => memories.push(given),
    });
    await cluster.fixture.kube.delete(nodeClaimType, { name: "r0" });
    await cluster.fixture.advance(20 * seconds);
    expect([made, await cluster.taintedNodes()]).toEqual([1, []]);
    const told = cluster.fixture.published.filter(({ message }) => message.includes("last command was abandoned"));
    expect(new Set(told.map(({ object, reason }) => `${reason} ${object.kind}`))).toEqual(
      new Set(["DisruptionBlocked Node", "DisruptionBlocked NodeClaim"]),
    );
    await cluster.fixture.advance(50 * seconds);
    expect([made > 1, await cluster.taintedNodes(), memories.at(-1)]).toEqual([true, ["node-a", "node-b"], 0]);
    await cluster.fixture.stop();
  });

  test("[lifecycle R15] where budgets let one go at a time, the second starts once the first is through, and both end", async () => {
    let made = 0;
    const cluster = await running(1, {
      budget: "1",
      create: (fixture) => fixture.create(nodeClaimType, nodeClaim(`r${made++}`)),
    });
    await cluster.fixture.advance(30 * seconds);
    expect([made, (await cluster.taintedNodes()).length]).toEqual([1, 1]);
    await cluster.settle("r0");
    await cluster.fixture.kube.delete(nodeType, { name: "node-a" });
    await cluster.fixture.advance(20 * seconds);
    expect(made).toBe(2);
    await cluster.settle("r1");
    expect(await cluster.claimNames()).toEqual(["r0", "r1"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle U11] while a replacement is being made its candidates are not marked: nobody plans for their pods", async () => {
    const gate = Promise.withResolvers<void>();
    const cluster = await running(1, {
      create: async (fixture, index) => {
        await gate.promise;
        return fixture.create(nodeClaimType, nodeClaim(`r${index}`));
      },
    });
    const marked = () => cluster.model.snapshot().nodes.filter(({ markedForDeletion }) => markedForDeletion).length;
    expect([await cluster.taintedNodes(), marked()]).toEqual([["node-a", "node-b"], 0]);
    gate.resolve();
    await cluster.fixture.advance(1 * seconds);
    expect(marked()).toBe(2);
    await cluster.fixture.stop();
  });

  test("[lifecycle U10] a replacement that cannot be created: the next pass takes the taints back", async () => {
    let fail = true;
    const cluster = await running(1, {
      create: (fixture, index) => {
        if (fail) return Promise.reject(new Error("quota"));
        return fixture.create(nodeClaimType, nodeClaim(`r${index}`));
      },
    });
    await cluster.fixture.advance(1 * seconds);
    fail = false;
    const repaired = cluster.fixture.decided.filter(({ kind }) => kind === "repair");
    expect(repaired.length).toBeGreaterThan(0);
    expect(await cluster.claimNames()).toContain("a");
    await cluster.fixture.stop();
  });

  test("[lifecycle U13] a candidate that vanishes meanwhile does not keep the command from its end", async () => {
    const cluster = await running(1);
    await cluster.fixture.kube.delete(nodeClaimType, { name: "a" });
    await cluster.settle("r0");
    expect(await cluster.claimNames()).toEqual(["r0"]);
    await cluster.fixture.stop();
  });

  test("a candidate whose name another claim has by now is given back at once, and the command ends", async () => {
    const cluster = await running(1);
    const { metadata: _, status, ...claim } = (await cluster.fixture.get(nodeClaimType, "a"))!;
    await cluster.fixture.kube.delete(nodeClaimType, { name: "a" });
    const { metadata } = nodeClaim("a");
    const restored = await cluster.fixture.create(nodeClaimType, { ...claim, metadata });
    // No candidate for the next pass, so that what is seen is the end of this command.
    const conditions = (status?.conditions ?? []).filter(({ type }) => type !== "Consolidatable");
    await cluster.fixture.patch(nodeClaimType, restored, { status: { ...status, conditions } }, "status");
    await cluster.settle("r0");
    expect(await cluster.claimNames()).toEqual(["a", "r0"]);
    expect(await cluster.taintedNodes()).toEqual(["node-b"]);
    const marked = cluster.model.snapshot().nodes.filter(({ markedForDeletion }) => markedForDeletion);
    expect(marked.map(({ name }) => name)).not.toContain("node-a");
    const after = (await cluster.fixture.get(nodeClaimType, "a")) as NodeClaim;
    expect(getCondition(after, "DisruptionReason")).toBeUndefined();
    await cluster.fixture.stop();
  });

  test("[lifecycle U15] when the second of three cannot be created, the first stays and the taints go", async () => {
    let made = 0;
    const cluster = await running(3, {
      create: (fixture, index) => {
        made += 1;
        return made === 1 ? fixture.create(nodeClaimType, nodeClaim(`r${index}`)) : Promise.reject(new Error("quota"));
      },
    });
    await cluster.settle("r0");
    expect(await cluster.claimNames()).toEqual(["a", "b", "r0"]);
    expect(cluster.fixture.decided.map(({ kind }) => kind)).toContain("repair");
    await cluster.fixture.stop();
  });
});
