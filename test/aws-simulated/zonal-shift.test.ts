import { describe, expect, test } from "vitest";
import { createMetricsRegistry } from "../../src/platform/index.ts";
import type { ZonalShift } from "../../src/provider-aws/contract/index.ts";
import { classOf, createControllerFixture } from "./controllers.ts";
import { poolOf } from "./fixture.ts";
import { capacity, claimOf, relaunch, requirement, types } from "./requests.ts";

const half = 30_000;

async function shifting() {
  const shifts: ZonalShift[] = [];
  const metrics = createMetricsRegistry();
  const fixture = await createControllerFixture({
    metrics,
    provider: { disableDryRun: true },
    wrapClients: (clients) => ({
      ...clients,
      zonalShift: { getManagedResource: () => Promise.resolve({ zonalShifts: [...shifts] }) },
    }),
  });
  const nodeClass = await fixture.resolve(classOf());
  const zoneId = nodeClass.status?.subnets?.find(({ zone }) => zone === "us-east-1a")?.zoneID ?? "";
  const shift = async (minutes: number): Promise<void> => {
    const expiryTime = new Date(fixture.clock.now() + minutes * 60_000);
    shifts.push({ awayFrom: zoneId, appliedStatus: "APPLIED", expiryTime });
    await fixture.reconcile("zonalshift");
  };
  const zones = async () => {
    const { aws, pool, run } = fixture;
    const listed = await run(aws.cloudProvider.instanceTypes(pool, { signal: new AbortController().signal }));
    if (!listed.ok) throw new Error(listed.failure.message);
    const offerings = listed.value.find(({ name }) => name === "m5.large")?.offerings ?? [];
    return [...new Set(offerings.filter(({ available }) => available).map(({ zone }) => zone))].sort();
  };
  return { ...fixture, metrics, shift, zones, end: () => void shifts.splice(0) };
}

const all = ["us-east-1a", "us-east-1b", "us-east-1c"];

describe("a zone that traffic is shifted away from", () => {
  test("[aws 9.2.42] has no offerings until the shift ends, or runs out", async () => {
    const { zones, shift, end, reconcile, clock } = await shifting();
    expect(await zones()).toEqual(all);
    await shift(60);
    expect(await zones()).toEqual(["us-east-1b", "us-east-1c"]);
    end();
    await reconcile("zonalshift");
    expect(await zones()).toEqual(all);
    await shift(10);
    await clock.advance(10 * 60_000 + half);
    expect(await zones()).toEqual(all);
  });

  test("[aws 9.6.114] keeps its machines: ending one is an error without a call, and counts as no failure", async () => {
    const { account, aws, run, shift, metrics, ...fixture } = await shifting();
    const view = claimOf([
      types("m5.large"),
      capacity("on-demand"),
      requirement("topology.kubernetes.io/zone", "us-east-1a"),
    ]);
    const outcome = await relaunch({ account, aws, run, ...fixture }, view);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    await shift(60);
    const claim = { ...view.claim, status: { providerID: outcome.value.providerId } };
    const { signal } = new AbortController();
    await expect(run(aws.cloudProvider.delete({ ...view, claim }, { signal }))).rejects.toThrow("shifted away from");
    expect(account.calls.get("EC2 TerminateInstances")).toBeUndefined();
    expect(await metrics.expose()).not.toMatch(/instance_termination_failures_total\{/);
  });

  test("[aws 9.6.115] keeps the instances that a list no longer has", async () => {
    const { account, aws, run, shift, ...fixture } = await shifting();
    const view = claimOf([
      types("m5.large"),
      capacity("on-demand"),
      requirement("topology.kubernetes.io/zone", "us-east-1a"),
    ]);
    const outcome = await relaunch({ account, aws, run, ...fixture }, view);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    await shift(60);
    account.faults.terminate(outcome.value.providerId.split("/").at(-1) ?? "");
    await fixture.clock.advance(20_000);
    const { signal } = new AbortController();
    await run(aws.cloudProvider.list({ signal }));
    expect(await run(aws.cloudProvider.get(outcome.value.providerId, { signal }))).toMatchObject({ ok: true });
  });

  test("[aws 9.8.147] is told once to each pool that could use it, and so is its return", async () => {
    const { pools, events, shift, end, reconcile } = await shifting();
    pools.put(poolOf().pool);
    const elsewhere = poolOf([requirement("topology.kubernetes.io/zone", "us-east-1b")]).pool;
    pools.put({ ...elsewhere, metadata: { name: "elsewhere" } });
    await shift(60);
    await reconcile("zonalshift");
    expect(events).toEqual([expect.stringMatching(/^ZonalShiftActive: Zone us-east-1a/)]);
    end();
    await reconcile("zonalshift");
    expect(events.slice(1)).toEqual([expect.stringMatching(/^ZonalShiftCleared: Zone us-east-1a/)]);
  });
});
