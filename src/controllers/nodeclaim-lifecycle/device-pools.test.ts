import { describe, expect, test } from "vitest";
import { node, nodeClaim, readyStatus } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import {
  type Condition,
  getCondition,
  nodeClaimType,
  nodeType,
  type ResourceSlice,
  resourceSliceType,
} from "../../api/index.ts";
import { createNodeClaimLifecycle } from "./lifecycle.ts";

const outcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };
const providerId = "fake:///test-zone-1/i-0001";

/** A registered, ready node whose claim asks for devices of `drivers`. */
async function joined(drivers: string | undefined, dynamicResources = true): Promise<ClusterFixture> {
  const fixture = await clusterFixture({ dynamicResources });
  await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes }));
  const annotations = drivers === undefined ? {} : { "karpenter.sh/requested-dra-drivers": drivers };
  await fixture.create(nodeClaimType, nodeClaim("a", {}, { annotations }));
  await fixture.advance(2_000);
  const created = await fixture.create(nodeType, node("node-a", providerId));
  await fixture.patch(nodeType, created, readyStatus, "status");
  await fixture.advance(2_000);
  return fixture;
}

const initialized = async (fixture: ClusterFixture): Promise<Condition | undefined> =>
  getCondition((await fixture.get(nodeClaimType, "a"))!, "Initialized");

interface Part {
  readonly driver?: string;
  readonly generation?: number;
  readonly of?: number;
}

async function publish(
  fixture: ClusterFixture,
  name: string,
  { driver = "gpu.test", generation = 1, of = 1 }: Part = {},
): Promise<void> {
  await fixture.create(resourceSliceType, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: { name },
    spec: { driver, nodeName: "node-a", pool: { name: `${driver}-pool`, generation, resourceSliceCount: of } },
  } satisfies ResourceSlice);
  await fixture.advance(2_000);
}

const waitingFor = (driver: string) => ({
  status: "Unknown",
  reason: "DRADriverPoolsNotPublished",
  message: `DRA driver "${driver}" has not published a complete resource pool`,
});

describe("devices that a node must publish before it counts", () => {
  test("[lifecycle I8] without any slice it waits; a complete pool ends that", async () => {
    const fixture = await joined("gpu.test");
    expect(await initialized(fixture)).toMatchObject(waitingFor("gpu.test"));
    await publish(fixture, "other", { driver: "net.test" });
    expect(await initialized(fixture)).toMatchObject(waitingFor("gpu.test"));
    await publish(fixture, "one");
    expect(await initialized(fixture)).toMatchObject({ status: "True" });
    await fixture.stop();
  });

  test("[lifecycle I9] one of two declared slices is not enough", async () => {
    const fixture = await joined("gpu.test");
    await publish(fixture, "one", { of: 2 });
    expect(await initialized(fixture)).toMatchObject(waitingFor("gpu.test"));
    await publish(fixture, "two", { of: 2 });
    expect(await initialized(fixture)).toMatchObject({ status: "True" });
    await fixture.stop();
  });

  test("[lifecycle I10] a complete old generation says nothing of the new one", async () => {
    const fixture = await joined("gpu.test,net.test");
    await publish(fixture, "old");
    await publish(fixture, "new", { generation: 2, of: 2 });
    await publish(fixture, "net", { driver: "net.test" });
    expect(await initialized(fixture)).toMatchObject(waitingFor("gpu.test"));
    await fixture.stop();
  });

  test("[lifecycle I11] all listed drivers must have published", async () => {
    const fixture = await joined("gpu.test, net.test");
    await publish(fixture, "gpu");
    expect(await initialized(fixture)).toMatchObject(waitingFor("net.test"));
    await publish(fixture, "net", { driver: "net.test" });
    expect(await initialized(fixture)).toMatchObject({ status: "True" });
    await fixture.stop();
  });

  test.each([
    ["the claim asks for none", undefined, true],
    ["dynamic resources are not looked at", "gpu.test", false],
  ] as const)("[lifecycle I12] nothing is waited for where %s", async (_case, drivers, dynamicResources) => {
    const fixture = await joined(drivers, dynamicResources);
    expect(await initialized(fixture)).toMatchObject({ status: "True" });
    await fixture.stop();
  });
});
