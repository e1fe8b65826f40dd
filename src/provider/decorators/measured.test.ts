import { expect, test } from "vitest";
import { createManualClock, createMetricsRegistry } from "../../platform/index.ts";
import { failed } from "../../core/index.ts";
import type { CloudProvider } from "../cloud-provider.ts";
import { measureCloudProvider } from "./measured.ts";

const refuse = () => Promise.reject(new Error("not asked for here"));

const provider = (parts: Partial<CloudProvider>): CloudProvider => ({
  name: "fake",
  nodeClassTypes: [],
  repairPolicies: [],
  create: refuse,
  delete: refuse,
  get: refuse,
  list: refuse,
  instanceTypes: refuse,
  driftReason: refuse,
  ...parts,
});

const { signal } = new AbortController();

test("a failure that is a value is counted under its name, and the call is timed", async () => {
  const metrics = createMetricsRegistry();
  const get = () => Promise.resolve(failed({ kind: "not-found", message: "gone" } as const));
  const measured = measureCloudProvider(provider({ get }), { metrics, clock: createManualClock(), controller: "test" });
  await measured.get("aws:///zone/i-1", { signal });
  const text = await metrics.expose();
  expect(text).toContain(
    'karpenter_cloudprovider_errors_total{controller="test",method="Get",provider="fake",error="NodeClaimNotFoundError"} 1',
  );
  expect(text).toContain(
    'karpenter_cloudprovider_duration_seconds_count{controller="test",method="Get",provider="fake"} 1',
  );
});

test("a fault passes through and is counted without a name", async () => {
  const metrics = createMetricsRegistry();
  const list = () => Promise.reject(new Error("throttled"));
  const measured = measureCloudProvider(provider({ list }), {
    metrics,
    clock: createManualClock(),
    controller: "test",
  });
  await expect(measured.list({ signal })).rejects.toThrow("throttled");
  expect(await metrics.expose()).toContain(
    'karpenter_cloudprovider_errors_total{controller="test",method="List",provider="fake",error=""} 1',
  );
});
