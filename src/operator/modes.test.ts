import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../test/controllers/builders.ts";
import { clusterFixture } from "../../test/controllers/cluster-fixture.ts";
import { eventType, nodeClaimType, nodePoolType } from "../api/index.ts";
import { claimViewOf } from "../core/index.ts";
import { restrictClient, restrictCollector, restrictProvider } from "./modes.ts";

const event = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "e", namespace: "default" },
  involvedObject: { kind: "Pod", namespace: "default", name: "p" },
  reason: "Nominated",
  type: "Normal",
} as const;

describe("the fences of the modes", () => {
  test.each([
    ["plan", true],
    ["observe", false],
  ] as const)("%s: events and status of pools %s, everything else refused", async (mode, allowed) => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("p"));
    const kube = restrictClient(fixture.kube, mode, fixture.provider.nodeClassTypes);
    const outcome = (call: Promise<unknown>): Promise<boolean> =>
      call.then(
        () => true,
        () => false,
      );
    const patch = { type: "merge", body: { status: { nodes: 1 } } } as const;
    expect(await outcome(kube.create(eventType, event))).toBe(allowed);
    expect(await outcome(kube.patch(nodePoolType, { name: "p" }, { ...patch, subresource: "status" }))).toBe(allowed);
    expect(
      await outcome(kube.patch(nodePoolType, { name: "p" }, { type: "merge", body: { spec: { weight: 1 } } })),
    ).toBe(false);
    expect(await outcome(kube.create(nodeClaimType, nodeClaim("c")))).toBe(false);
    expect(await outcome(kube.delete(nodePoolType, { name: "p" }))).toBe(false);
    await expect(kube.create(nodeClaimType, nodeClaim("c"))).rejects.toThrow(`mode ${mode} does not create nodeclaims`);
    expect((await kube.list(nodePoolType)).items.length).toBe(1);
    await fixture.stop();
  });

  test("consolidate: marks and ends of claims, replacements and events, and nothing else", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("p"));
    await fixture.create(nodeClaimType, nodeClaim("c"));
    const kube = restrictClient(fixture.kube, "consolidate", fixture.provider.nodeClassTypes);
    const allowed = (call: Promise<unknown>): Promise<boolean> =>
      call.then(
        () => true,
        () => false,
      );
    const label = { type: "merge", body: { metadata: { labels: { a: "b" } } } } as const;
    const outcomes = {
      event: await allowed(kube.create(eventType, event)),
      replacement: await allowed(kube.create(nodeClaimType, nodeClaim("d"))),
      reason: await allowed(kube.patch(nodeClaimType, { name: "c" }, { ...label, subresource: "status" })),
      claim: await allowed(kube.patch(nodeClaimType, { name: "c" }, label)),
      poolStatus: await allowed(kube.patch(nodePoolType, { name: "p" }, { ...label, subresource: "status" })),
      pool: await allowed(kube.delete(nodePoolType, { name: "p" })),
      end: await allowed(kube.delete(nodeClaimType, { name: "c" })),
    };
    expect(outcomes).toEqual({
      event: true,
      replacement: true,
      reason: true,
      claim: false,
      poolStatus: false,
      pool: false,
      end: true,
    });
    await fixture.stop();
  });

  test("the cloud may be read, and nothing is launched or ended", async () => {
    const fixture = await clusterFixture();
    const signal = new AbortController().signal;
    const provider = restrictProvider(fixture.provider, "plan");
    await expect(provider.create(claimViewOf(nodeClaim("c")), { signal })).rejects.toThrow(
      "mode plan does not launch machines",
    );
    await expect(provider.delete(claimViewOf(nodeClaim("c")), { signal })).rejects.toThrow("does not terminate");
    expect(await provider.list({ signal })).toEqual([]);
    fixture.provider.leak({ providerId: "fake:///z/i-1" });
    const [leaked] = await provider.list({ signal });
    await expect(restrictCollector(fixture.provider, "observe").terminateUnowned(leaked!, { signal })).rejects.toThrow(
      "mode observe",
    );
    expect(fixture.provider.instances.size).toBe(1);
    await fixture.stop();
  });

  test("apply is the thing itself", async () => {
    const fixture = await clusterFixture();
    expect(restrictClient(fixture.kube, "apply", [])).toBe(fixture.kube);
    expect(restrictProvider(fixture.provider, "apply")).toBe(fixture.provider);
    await fixture.stop();
  });
});
