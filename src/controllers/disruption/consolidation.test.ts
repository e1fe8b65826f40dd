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
