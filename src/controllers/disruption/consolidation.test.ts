import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool, pod } from "../../../test/controllers/builders.ts";
import { type DisruptionFixture, disruptionFixture, smallType } from "../../../test/controllers/disruption-fixture.ts";
import { coreLabelRules, nodeClaimType, nodePoolType, podType } from "../../api/index.ts";
import {
  drift,
  type InstanceType,
  labelRequirements,
  multiNodeConsolidation,
  repacking,
  singleNodeConsolidation,
} from "../../core/index.ts";

const seconds = 1_000;

const tinyType: InstanceType = {
  ...smallType,
  name: "tiny",
  requirements: new Map([
    ...smallType.requirements,
    ...labelRequirements({ "node.kubernetes.io/instance-type": "tiny" }),
  ]),
  capacity: { cpu: 1000, memory: 2 * 1024 ** 3, pods: 20 },
  offerings: smallType.offerings.map((offering) => ({ ...offering, price: 0.02 })),
};

const podOn = (node: string, cpu: string, index = 0) =>
  pod(
    `pod-${node}-${index}`,
    { nodeName: `node-${node}`, containers: [{ name: "app", image: "pause", resources: { requests: { cpu } } }] },
    { labels: { app: "x" } },
  );

const pools = [nodePool("default")];
const settings = { provisioning: { labelRules: coreLabelRules } };

const ready = {
  type: "Ready",
  status: "True",
  reason: "Ready",
  message: "",
  lastTransitionTime: "2026-11-02T09:00:00Z",
};

/** Pods by node; both types are offered. */
async function cluster(
  pods: Readonly<Record<string, readonly string[]>>,
  options: Parameters<typeof disruptionFixture>[0] = {},
): Promise<DisruptionFixture> {
  const nodes = Object.keys(pods).map((name) => [name] as const);
  return disruptionFixture({
    pools,
    nodes,
    settings,
    methods: [repacking],
    ...options,
    before: async (fixture) => {
      fixture.provider.instanceTypeList = [smallType, tinyType];
      const pool = (await fixture.get(nodePoolType, "default"))!;
      await fixture.patch(nodePoolType, pool, { status: { conditions: [ready] } }, "status");
      for (const [name, cpus] of Object.entries(pods))
        for (const [index, cpu] of cpus.entries()) await fixture.create(podType, podOn(name, cpu, index));
      await options.before?.(fixture);
    },
  });
}

describe("consolidation", () => {
  test("[lifecycle O12] repacking acts at once: the node whose pods fit elsewhere goes", async () => {
    const running = await cluster({ a: ["1"], b: ["2"] });
    await running.fixture.advance(3 * seconds);
    expect(await running.claimNames()).toEqual(["b"]);
    const labels = { decision: "delete", reason: "underutilized", consolidation_type: "single" };
    expect(await running.fixture.metrics.value("karpenter_voluntary_disruption_decisions_total", labels)).toBe(1);
    await running.fixture.stop();
  });

  test("[lifecycle M5] upstream's rules wait 15 seconds for their second look", async () => {
    const running = await cluster(
      { a: ["1"], b: ["2"] },
      { methods: [multiNodeConsolidation, singleNodeConsolidation] },
    );
    await running.fixture.advance(14 * seconds);
    expect(await running.taintedNodes()).toEqual([]);
    await running.fixture.advance(3 * seconds);
    expect(await running.claimNames()).toEqual(["b"]);
    await running.fixture.stop();
  });

  test("[lifecycle M8] what a pod budget forbids by then is not done, and told as rejected", async () => {
    const running = await cluster(
      { a: ["1"], b: ["2"] },
      { methods: [multiNodeConsolidation, singleNodeConsolidation] },
    );
    await running.fixture.advance(5 * seconds);
    await running.fixture.create(podType, podOn("b", "2", 9));
    await running.fixture.advance(12 * seconds);
    expect(await running.claimNames()).toEqual(["a", "b"]);
    expect(running.fixture.published.some(({ reason }) => reason === "ConsolidationRejected")).toBe(true);
    await running.fixture.stop();
  });

  test("[lifecycle M3] where pods came meanwhile and the set no longer fits, the same pass goes on with single nodes", async () => {
    const running = await cluster(
      { a: ["500m"], b: ["500m"] },
      { methods: [multiNodeConsolidation, singleNodeConsolidation] },
    );
    await running.fixture.advance(5 * seconds);
    await running.fixture.create(podType, podOn("b", "3", 9));
    await running.fixture.advance(12 * seconds);
    expect(running.fixture.published.some(({ reason }) => reason === "ConsolidationRejected")).toBe(true);
    expect(await running.claimNames()).toEqual(["a", "b"]);
    await running.fixture.advance(15 * seconds);
    expect(await running.claimNames()).toEqual(["b"]);
    await running.fixture.stop();
  });

  test("[lifecycle M17] what is refused because pods would not fit is not counted as a failed validation", async () => {
    const running = await cluster(
      { a: ["1"], b: ["2"] },
      { methods: [multiNodeConsolidation, singleNodeConsolidation] },
    );
    await running.fixture.advance(5 * seconds);
    await running.fixture.create(podType, podOn("b", "1500m", 9));
    await running.fixture.advance(12 * seconds);
    expect(running.fixture.published.some(({ reason }) => reason === "ConsolidationRejected")).toBe(true);
    const failed = "karpenter_voluntary_disruption_failed_validations_total";
    expect((await running.fixture.metrics.value(failed, { consolidation_type: "single" })) ?? 0).toBe(0);
    await running.fixture.stop();
  });

  const moves = "karpenter_consolidation_moves_total";
  const scores = "karpenter_consolidation_score_count";
  const scored = async (running: DisruptionFixture, policy: string) => {
    const labels = { decision: "approved", nodepool: "default", policy };
    return Promise.all([moves, scores].map(async (name) => (await running.fixture.metrics.value(name, labels)) ?? 0));
  };

  test("[lifecycle Z13] a move in a pool that is not Balanced is counted, without a score or an event", async () => {
    const running = await cluster({ a: ["1"], b: ["2"] });
    await running.fixture.advance(3 * seconds);
    expect(await scored(running, "WhenEmptyOrUnderutilized")).toEqual([1, 0]);
    expect(running.fixture.published.some(({ reason }) => reason === "ConsolidationApproved")).toBe(false);
    await running.fixture.stop();
  });

  test("[lifecycle Z11] in a Balanced pool it has a score, and node and claim are told", async () => {
    const disruption = {
      consolidateAfter: "0s",
      consolidationPolicy: "Balanced",
      budgets: [{ nodes: "100%" }],
    } as const;
    const running = await cluster({ a: ["1"], b: ["2"] }, { pools: [nodePool("default", { disruption })] });
    await running.fixture.advance(3 * seconds);
    expect(await scored(running, "Balanced")).toEqual([1, 1]);
    const told = running.fixture.published.filter(({ reason }) => reason === "ConsolidationApproved");
    expect(told.map(({ object }) => object.kind)).toEqual(["Node", "NodeClaim"]);
    expect(told[0]?.message).toMatch(
      /score \d+\.\d\d >= threshold 0\.50 \(k=2\): saves 50% .* \d+(\.\d)?% of its disruption/,
    );
    await running.fixture.stop();
  });

  test("[lifecycle R1] a replacement is told as a candidate, made, and waited for before the node goes", async () => {
    const made: string[] = [];
    const owner: { fixture?: DisruptionFixture["fixture"] } = {};
    const running = await cluster(
      { a: ["500m"] },
      {
        replacements: async (planned) => {
          made.push(...planned.map(({ cheapest }) => cheapest.instanceType));
          return [await owner.fixture!.create(nodeClaimType, nodeClaim("r0"))];
        },
        before: async (fixture) => {
          owner.fixture = fixture;
        },
      },
    );
    await running.fixture.advance(30 * seconds);
    expect(made).toEqual(["tiny"]);
    expect(await running.claimNames()).toContain("a");
    expect(await running.taintedNodes()).toEqual(["node-a"]);
    expect(running.fixture.published.some(({ reason }) => reason === "ConsolidationCandidate")).toBe(true);
    await running.fixture.stop();
  });

  test("[lifecycle U12] a decision says what goes and what comes", async () => {
    const running = await cluster({ a: ["1"], b: ["2"] });
    await running.fixture.advance(3 * seconds);
    const [decision] = running.fixture.decided.filter(({ kind }) => kind === "remove");
    expect(decision?.reason).toContain("remove node-a, whose pods fit on other nodes");
    await running.fixture.stop();
  });

  test("[lifecycle 8.16] nodes that pods are to move to are nominated, and the pods are told", async () => {
    const running = await cluster({ a: ["1"], b: ["2"] });
    await running.fixture.advance(3 * seconds);
    const told = running.fixture.published.filter(({ reason }) => reason === "Nominated");
    expect(told.map(({ message }) => message)).toEqual(["Pod should schedule on: node/node-b"]);
    await running.fixture.stop();
  });
});

describe("drift", () => {
  test("[lifecycle B16] five of ten drifted, budget 30 %: three are tainted and go, seven are left", async () => {
    const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
    const budgets = [{ nodes: "30%" }];
    const running = await disruptionFixture({
      pools: [nodePool("default", { disruption: { consolidateAfter: "0s", budgets } })],
      settings,
      methods: [drift],
      nodes: names.map((name, index) => [name, { held: true, conditions: index < 5 ? ["Drifted"] : [] }] as const),
      before: async (fixture) => {
        for (const name of names.slice(0, 5)) await fixture.create(podType, podOn(name, "1"));
      },
    });
    await running.fixture.advance(60 * seconds);
    expect([(await running.taintedNodes()).length, (await running.claimNames()).length]).toEqual([3, 7]);
    await running.fixture.stop();
  });

  test("[lifecycle R33] a drifted node whose pods fit elsewhere goes without a replacement", async () => {
    const running = await disruptionFixture({
      pools,
      settings,
      methods: [drift],
      nodes: [["a", { conditions: ["Drifted"] }], ["b"]],
      before: async (fixture) => {
        await fixture.create(podType, podOn("a", "1"));
      },
    });
    await running.fixture.advance(3 * seconds);
    expect(await running.claimNames()).toEqual(["b"]);
    const labels = { decision: "delete", reason: "drifted", consolidation_type: "" };
    expect(await running.fixture.metrics.value("karpenter_voluntary_disruption_decisions_total", labels)).toBe(1);
    await running.fixture.stop();
  });
});
