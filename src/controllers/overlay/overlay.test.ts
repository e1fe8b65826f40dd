import { describe, expect, test } from "vitest";
import { nodePool } from "../../../test/controllers/builders.ts";
import { clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { smallType } from "../../../test/controllers/disruption-fixture.ts";
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  getCondition,
  type NodeOverlay,
  nodeOverlayType,
  nodePoolType,
} from "../../api/index.ts";
import { poolViewOf } from "../../core/index.ts";
import { createInformerSet } from "../../kube/index.ts";
import { createSeededRandom } from "../../platform/index.ts";
import { createOverlayController } from "./overlay.ts";
import { createOverlayStore, overlayProvider } from "./overlay-store.ts";

const overlay = (name: string, spec: Partial<NodeOverlay["spec"]>): NodeOverlay => ({
  apiVersion: "karpenter.sh/v1alpha1",
  kind: "NodeOverlay",
  metadata: { name },
  spec: { requirements: [], ...spec },
});

async function overlaid(...overlays: readonly NodeOverlay[]) {
  const fixture = await clusterFixture();
  fixture.provider.instanceTypeList = [smallType];
  for (const crd of customResourceDefinitions.filter(({ spec }) => spec.names.kind === "NodeOverlay"))
    await fixture.create(customResourceDefinitionType, crd);
  const pool = await fixture.create(nodePoolType, nodePool("default"));
  for (const each of overlays) await fixture.create(nodeOverlayType, each);
  const stopping = new AbortController();
  const informers = createInformerSet({ ...fixture, client: fixture.kube, random: createSeededRandom(1) });
  const store = createOverlayStore();
  const provider = overlayProvider(fixture.provider, store);
  const signal = stopping.signal;
  const types = () => provider.instanceTypes(poolViewOf(pool), { signal });
  const before = await types();
  const controller = createOverlayController({
    ...fixture,
    act: true,
    overlays: informers.informer({ type: nodeOverlayType }),
    store,
  });
  const running = informers.run(signal);
  await fixture.advance(0);
  await fixture.run(controller);
  await fixture.advance(1_000);
  const conditionOf = async (name: string) => {
    const found = await fixture.get(nodeOverlayType, name);
    return found === undefined ? undefined : getCondition(found, "ValidationSucceeded");
  };
  return {
    before,
    types,
    conditionOf,
    stop: async () => {
      stopping.abort();
      await fixture.stop();
      await running;
    },
  };
}

describe("overlays", () => {
  test("[scheduling O207] a pool waits without types until overlays were evaluated, then sells at their price", async () => {
    const cluster = await overlaid(overlay("sale", { price: "0.01" }));
    const after = await cluster.types();
    expect(cluster.before).toEqual({
      ok: false,
      failure: { kind: "unavailable", message: "awaiting evaluation of node overlays" },
    });
    expect(after.ok ? after.value[0]?.offerings.map(({ price }) => price) : []).toEqual([0.01]);
    expect(await cluster.types()).toEqual(after);
    expect((await cluster.conditionOf("sale"))?.status).toBe("True");
    await cluster.stop();
  });

  test("of equal weight that say the same, the later one is refused as a whole", async () => {
    const cluster = await overlaid(overlay("a", { price: "1" }), overlay("b", { price: "2" }));
    const after = await cluster.types();
    expect(after.ok ? after.value[0]?.offerings.map(({ price }) => price) : []).toEqual([2]);
    expect(await cluster.conditionOf("a")).toMatchObject({
      status: "False",
      reason: "Conflict",
      message: "conflict with another overlay",
    });
    await cluster.stop();
  });

  test("that name what only the provider may set are refused, and the others hold", async () => {
    const cluster = await overlaid(
      overlay("bad", { capacity: { "vpc.amazonaws.com/pod-eni": "1" } }),
      overlay("good", { capacity: { "example.com/fuse": "1" } }),
    );
    const after = await cluster.types();
    expect(after.ok ? Object.keys(after.value[0]?.capacity ?? {}) : []).toContain("example.com/fuse");
    expect((await cluster.conditionOf("bad"))?.reason).toBe("RuntimeValidation");
    await cluster.stop();
  });
});
