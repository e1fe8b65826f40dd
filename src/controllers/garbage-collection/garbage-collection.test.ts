import { describe, expect, test } from "vitest";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { initializedNode } from "../../../test/controllers/disruption-fixture.ts";
import { type Node, nodeClaimType, nodeType } from "../../api/index.ts";
import { epochMillisOf } from "../../core/index.ts";
import { createClaimCollection } from "./claims.ts";
import { createInstanceCollection } from "./instances.ts";

const minutes = 60_000;
const idOf = (name: string): string => `fake:///test-zone-1/i-${name}`;
const claimNames = async (fixture: ClusterFixture): Promise<readonly (string | undefined)[]> =>
  (await fixture.kube.list(nodeClaimType)).items.map(({ metadata }) => metadata.name);

async function collecting(
  nodes: readonly string[],
  options: { readonly ready?: boolean; readonly conditions?: readonly string[] } = {},
) {
  const fixture = await clusterFixture();
  for (const name of nodes) await initializedNode(fixture, name, options);
  return fixture;
}

describe("claims whose machine vanished", () => {
  test("[lifecycle G1] the node is not ready: the claim goes, a hundred of them in one run", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
    const fixture = await collecting(names, { ready: false });
    for (const name of names) fixture.provider.vanish(idOf(name));
    await fixture.run(createClaimCollection(fixture));
    await fixture.advance(3 * minutes);
    expect(await claimNames(fixture)).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle G2] the node is ready: the cloud's list is stale", async () => {
    const fixture = await collecting(["a"]);
    fixture.provider.vanish(idOf("a"));
    await fixture.run(createClaimCollection(fixture));
    await fixture.advance(5 * minutes);
    expect(await claimNames(fixture)).toEqual(["a"]);
    await fixture.stop();
  });

  test("[lifecycle G3] not registered: liveness owns it", async () => {
    const fixture = await collecting(["a"], { ready: false });
    const claim = (await fixture.get(nodeClaimType, "a"))!;
    await fixture.patch(nodeClaimType, claim, { status: { conditions: [] } }, "status");
    fixture.provider.vanish(idOf("a"));
    await fixture.run(createClaimCollection(fixture));
    await fixture.advance(5 * minutes);
    expect(await claimNames(fixture)).toEqual(["a"]);
    await fixture.stop();
  });

  test("[lifecycle G4] the machine is there, its node is not: kept", async () => {
    const fixture = await collecting(["a"]);
    await fixture.kube.delete(nodeType, { name: "node-a" });
    await fixture.run(createClaimCollection(fixture));
    await fixture.advance(5 * minutes);
    expect(await claimNames(fixture)).toEqual(["a"]);
    await fixture.stop();
  });

  test("[lifecycle G7] neither machine nor node: the claim goes", async () => {
    const fixture = await collecting(["a"]);
    await fixture.kube.delete(nodeType, { name: "node-a" });
    fixture.provider.vanish(idOf("a"));
    await fixture.run(createClaimCollection(fixture));
    await fixture.advance(3 * minutes);
    expect(await claimNames(fixture)).toEqual([]);
    await fixture.stop();
  });
});

describe("machines without a claim", () => {
  const run = async (fixture: ClusterFixture, isLaunching: (id: string) => boolean = () => false): Promise<void> => {
    await fixture.run(createInstanceCollection({ ...fixture, collector: fixture.provider, isLaunching }));
  };

  test("[lifecycle G5] older than 30 s: terminated, and its node deleted; younger: kept", async () => {
    const fixture = await collecting([]);
    const now = fixture.clock.now();
    fixture.provider.leak({ providerId: idOf("old"), launchedAt: epochMillisOf(now - 60_000) });
    await fixture.create(nodeType, {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node-old" },
      spec: { providerID: idOf("old") },
    });
    fixture.provider.leak({ providerId: idOf("young"), launchedAt: epochMillisOf(now) });
    await run(fixture);
    await fixture.advance(21_000);
    expect([...fixture.provider.instances.keys()]).toEqual([idOf("young")]);
    expect(await fixture.get<Node>(nodeType, "node-old")).toBeUndefined();
    await fixture.advance(20_000);
    expect(fixture.provider.instances.size).toBe(0);
    await fixture.stop();
  });

  test("one that a claim has is never touched, nor one whose launch is being written down", async () => {
    const fixture = await collecting(["a"]);
    fixture.provider.leak({
      providerId: idOf("launching"),
      launchedAt: epochMillisOf(fixture.clock.now() - 10 * minutes),
    });
    await run(fixture, (id) => id === idOf("launching"));
    await fixture.advance(10 * minutes);
    expect([...fixture.provider.instances.keys()].sort()).toEqual([idOf("a"), idOf("launching")]);
    await fixture.stop();
  });
});
