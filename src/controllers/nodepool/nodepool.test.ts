import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { initializedNode } from "../../../test/controllers/disruption-fixture.ts";
import { testNodeClassType } from "../../../test/controllers/fake-provider.ts";
import {
  type Condition,
  getCondition,
  type KubeObject,
  nodeClaimType,
  type NodePool,
  nodePoolHash,
  nodePoolType,
  nodeType,
} from "../../api/index.ts";
import { createClusterModel } from "../cluster-state/index.ts";
import { createNodePoolCounter } from "./counter.ts";
import { createNodePoolHash } from "./hash.ts";
import { createNodePoolReadiness } from "./readiness.ts";
import { createRegistrationHealth } from "./registration-health.ts";
import { createNodePoolValidation } from "./validation.ts";

const poolOf = async (fixture: ClusterFixture): Promise<NodePool> => (await fixture.get(nodePoolType, "default"))!;
const moment = "2026-11-02T10:00:00Z";

const nodeClass: KubeObject = {
  apiVersion: "karpenter.test.sh/v1alpha1",
  kind: "TestNodeClass",
  metadata: { name: "default" },
};
const ready = (status: string, reason = "Ready", message = "") => ({
  status: { conditions: [{ type: "Ready", status, reason, message, lastTransitionTime: moment }] },
});

describe("readiness", () => {
  test.each<[string, object | undefined, Partial<Condition>]>([
    [
      "no class",
      undefined,
      { status: "False", reason: "NodeClassNotFound", message: "NodeClass not found on cluster" },
    ],
    [
      "no conditions",
      {},
      { status: "False", reason: "NodeClassReadinessUnknown", message: "Node Class Readiness Unknown" },
    ],
    ["unknown", ready("Unknown"), { status: "False", reason: "NodeClassReadinessUnknown" }],
    [
      "not ready",
      ready("False", "SubnetsNotFound", "none"),
      { status: "False", reason: "SubnetsNotFound", message: "none" },
    ],
    ["ready", ready("True"), { status: "True" }],
  ])("[lifecycle W7] node class: %s", async (_title, status, expected) => {
    const fixture = await clusterFixture();
    if (status !== undefined) {
      const created = await fixture.create(testNodeClassType, nodeClass);
      await fixture.patch(testNodeClassType, created, status, "status");
    }
    await fixture.create(nodePoolType, nodePool("default"));
    await fixture.run(createNodePoolReadiness(fixture));
    await fixture.advance(1_000);
    expect(getCondition(await poolOf(fixture), "NodeClassReady")).toMatchObject(expected);
    await fixture.stop();
  });

  test("[lifecycle W7] a class that is being deleted", async () => {
    const fixture = await clusterFixture();
    await fixture.create(testNodeClassType, {
      ...nodeClass,
      metadata: { name: "default", finalizers: ["example.com/hold"] },
    });
    await fixture.kube.delete(testNodeClassType, { name: "default" });
    await fixture.create(nodePoolType, nodePool("default"));
    await fixture.run(createNodePoolReadiness(fixture));
    await fixture.advance(1_000);
    expect(getCondition(await poolOf(fixture), "NodeClassReady")).toMatchObject({
      status: "False",
      reason: "NodeClassTerminating",
    });
    await fixture.stop();
  });

  test("a class that turns ready makes its pools ready", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("default"));
    await fixture.run(createNodePoolReadiness(fixture), createNodePoolValidation(fixture));
    await fixture.advance(1_000);
    const created = await fixture.create(testNodeClassType, nodeClass);
    await fixture.patch(testNodeClassType, created, ready("True"), "status");
    await fixture.advance(1_000);
    expect(getCondition(await poolOf(fixture), "Ready")).toMatchObject({ status: "True" });
    await fixture.stop();
  });
});

describe("validation", () => {
  const template = nodePool("default").spec.template;
  const withTemplate = (change: Partial<NodePool["spec"]["template"]>): NodePool =>
    nodePool("default", { template: { ...template, ...change } });
  const capacity = (...values: readonly string[]) => ({
    spec: { ...template.spec, requirements: [{ key: "karpenter.sh/capacity-type", operator: "In" as const, values }] },
  });

  test.each([
    ["nothing wrong", withTemplate({}), "True"],
    ["a label key that is none", withTemplate({ metadata: { labels: { "bad key": "x" } } }), "False"],
    ["only unknown capacity types", withTemplate(capacity("free")), "False"],
    ["known and unknown capacity types", withTemplate(capacity("free", "spot")), "True"],
  ])("[lifecycle W8] %s", async (_title, pool, status) => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, pool);
    await fixture.run(createNodePoolValidation(fixture));
    await fixture.advance(1_000);
    expect(getCondition(await poolOf(fixture), "ValidationSucceeded")).toMatchObject({
      status,
      reason: status === "True" ? "ValidationSucceeded" : "NodePoolValidationFailed",
    });
    await fixture.stop();
  });
});

describe("counter", () => {
  test("[lifecycle W9] zeros at first, then what there is, then zeros again; each pool by itself", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("default"));
    await fixture.create(nodePoolType, nodePool("other"));
    const model = createClusterModel(fixture);
    await fixture.run(createNodePoolCounter({ ...fixture, model }));
    await fixture.advance(6_000);
    const zeros = { cpu: "0", memory: "0", pods: "0", "ephemeral-storage": "0", nodes: "0" };
    expect((await poolOf(fixture)).status).toMatchObject({ nodes: 0, resources: zeros });
    await initializedNode(fixture, "a");
    await fixture.advance(6_000);
    expect((await poolOf(fixture)).status).toMatchObject({
      nodes: 1,
      resources: { cpu: "4", memory: "8Gi", pods: "20", nodes: "1" },
    });
    expect((await fixture.get(nodePoolType, "other"))?.status).toMatchObject({ nodes: 0, resources: zeros });
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.kube.delete(nodeType, { name: "node-a" });
    await fixture.advance(6_000);
    expect((await poolOf(fixture)).status?.nodes).toBe(0);
    await fixture.stop();
  });
});

describe("hash", () => {
  const hashKey = "karpenter.sh/nodepool-hash";
  const versionKey = "karpenter.sh/nodepool-hash-version";

  test("the pool is stamped, and stamped anew when its template changes", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("default"));
    await fixture.run(createNodePoolHash(fixture));
    await fixture.advance(1_000);
    const before = (await poolOf(fixture)).metadata.annotations;
    expect(before).toEqual({ [hashKey]: nodePoolHash(nodePool("default")), [versionKey]: "v3" });
    await fixture.patch(nodePoolType, await poolOf(fixture), { spec: { template: { spec: { expireAfter: "1h" } } } });
    await fixture.advance(1_000);
    expect((await poolOf(fixture)).metadata.annotations?.[hashKey]).not.toBe(before?.[hashKey]);
    await fixture.stop();
  });

  test("[lifecycle R30] another version is carried over to claims, but those that drifted keep their hash", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, {
      ...nodePool("default"),
      metadata: { name: "default", annotations: { [versionKey]: "v2", [hashKey]: "old" } },
    });
    const stale = { annotations: { [versionKey]: "v2", [hashKey]: "old" } };
    await fixture.create(nodeClaimType, nodeClaim("plain", {}, stale));
    const drifted = await fixture.create(nodeClaimType, nodeClaim("drifted", {}, stale));
    const condition = { type: "Drifted", status: "True", reason: "x", message: "", lastTransitionTime: moment };
    await fixture.patch(nodeClaimType, drifted, { status: { conditions: [condition] } }, "status");
    const current = { [versionKey]: "v3", [hashKey]: "of another template" };
    await fixture.create(nodeClaimType, nodeClaim("current", {}, { annotations: current }));
    await fixture.run(createNodePoolHash(fixture));
    await fixture.advance(1_000);
    const hash = nodePoolHash(nodePool("default"));
    expect((await poolOf(fixture)).metadata.annotations).toEqual({ [versionKey]: "v3", [hashKey]: hash });
    const annotationsOf = async (name: string) => (await fixture.get(nodeClaimType, name))?.metadata.annotations;
    expect(await annotationsOf("plain")).toEqual({ [versionKey]: "v3", [hashKey]: hash });
    expect(await annotationsOf("drifted")).toEqual({ [versionKey]: "v3", [hashKey]: "old" });
    expect(await annotationsOf("current")).toEqual(current);
    await fixture.stop();
  });
});

describe("registration health", () => {
  const healthy = async (fixture: ClusterFixture) => getCondition(await poolOf(fixture), "NodeRegistrationHealthy");

  async function healthFixture(): Promise<ClusterFixture> {
    const fixture = await clusterFixture();
    await fixture.create(testNodeClassType, nodeClass);
    await fixture.create(nodePoolType, nodePool("default"));
    const health = createRegistrationHealth(fixture);
    await fixture.run(health.reconciler);
    await fixture.advance(1_000);
    return fixture;
  }

  const settled = async (fixture: ClusterFixture, status: "True" | "False"): Promise<void> => {
    const { metadata } = await poolOf(fixture);
    const condition = {
      type: "NodeRegistrationHealthy",
      status,
      reason: "x",
      message: "",
      lastTransitionTime: moment,
      observedGeneration: metadata.generation,
    };
    await fixture.patch(
      nodePoolType,
      await poolOf(fixture),
      { status: { conditions: [condition], nodeClassObservedGeneration: 1 } },
      "status",
    );
    await fixture.advance(1_000);
  };

  test("a new pool is unknown", async () => {
    const fixture = await healthFixture();
    expect(await healthy(fixture)).toMatchObject({ status: "Unknown", reason: "AwaitingReconciliation" });
    await fixture.stop();
  });

  test("[lifecycle N3] another generation of the class resets it", async () => {
    const fixture = await healthFixture();
    await settled(fixture, "False");
    await fixture.patch(testNodeClassType, nodeClass, { spec: { changed: true } });
    await fixture.advance(1_000);
    expect(await healthy(fixture)).toMatchObject({ status: "Unknown" });
    await fixture.stop();
  });

  test("[lifecycle N4] another generation of the pool resets it", async () => {
    const fixture = await healthFixture();
    await settled(fixture, "True");
    await fixture.patch(nodePoolType, await poolOf(fixture), { spec: { weight: 10 } });
    await fixture.advance(1_000);
    expect(await healthy(fixture)).toMatchObject({ status: "Unknown" });
    await fixture.stop();
  });

  test.each(["True", "False"] as const)("[lifecycle N5] nothing changed: %s stays", async (status) => {
    const fixture = await healthFixture();
    await settled(fixture, status);
    await fixture.patch(nodePoolType, await poolOf(fixture), { metadata: { labels: { touched: "yes" } } });
    await fixture.advance(1_000);
    expect(await healthy(fixture)).toMatchObject({ status });
    await fixture.stop();
  });

  test("[lifecycle N6] without its class nothing is written", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("default"));
    await fixture.run(createRegistrationHealth(fixture).reconciler);
    await fixture.advance(1_000);
    expect(await healthy(fixture)).toBeUndefined();
    await fixture.stop();
  });
});
