import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import { disruptionFixture } from "../../../test/controllers/disruption-fixture.ts";
import { getCondition, nodePoolType } from "../../api/index.ts";
import { type ClusterLimit, type PlannedClaim, poolViewOf } from "../../core/index.ts";
import { createClaims } from "../provisioning/index.ts";
import { createClusterLimitStatus } from "./cluster-limits.ts";

const planned: PlannedClaim = {
  poolKey: { kind: "NodePool", name: "default" },
  pool: poolViewOf(nodePool("default")),
  pods: [],
  claim: nodeClaim("r"),
  instanceTypes: ["small"],
  cheapest: { instanceType: "small", zone: "test-zone-1", capacityType: "on-demand", price: 0.1 },
  reasons: [],
};

const machines = (nodes: number): readonly ClusterLimit[] => [
  { name: "all", selects: () => true, resources: { nodes } },
];

/** A pool with one machine; nothing is disrupted. */
const oneMachine = () => disruptionFixture({ nodes: [["a"]], methods: [] });

describe("limits over several pools (v1alpha5 6.3)", () => {
  test.each([
    [1, false, ["ClusterLimitReached NodePool"]],
    [2, true, []],
  ] as const)("[R67] with one machine and a limit of %s, another is created: %s", async (most, created, events) => {
    const { fixture, model } = await oneMachine();
    const { signal } = new AbortController();
    const deps = { ...fixture, model, clusterLimits: machines(most) };
    const [outcome] = await createClaims(deps, [planned], { reason: "provisioned", signal });
    expect(outcome?.ok).toBe(created);
    const told = fixture.published.filter(({ reason }) => reason === "ClusterLimitReached");
    expect(told.map(({ reason, object }) => `${reason} ${object.kind}`)).toEqual(events);
    await fixture.stop();
  });

  test.each([
    [1, "False", 'cluster limit "all" allows 1 of nodes, 1 are held'],
    [2, "True", ""],
  ] as const)("[R67] with one machine and a limit of %s, the pool says %s", async (most, status, message) => {
    const { fixture, model } = await oneMachine();
    await fixture.run(createClusterLimitStatus({ ...fixture, model, clusterLimits: machines(most) }));
    await fixture.advance(6_000);
    const pool = (await fixture.get(nodePoolType, "default"))!;
    expect(getCondition(pool, "WithinClusterLimits")).toMatchObject({ status, message });
    await fixture.stop();
  });
});
