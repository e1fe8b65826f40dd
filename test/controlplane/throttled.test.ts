/**
 * An API server that has enough of it, for a minute. Apart from other faults: whoever was refused for so long waits up to 30 s
 * before each next try, for two minutes after (spec: operations 7.4).
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { isOfLease, type ProxiedCall } from "./api-proxy.ts";
import { expectNothingLeft, expectPictureOfTheCluster, type FaultRig, openFaultRig } from "./fault-rig.ts";

const running: { rig?: FaultRig } = {};
const rig = (): FaultRig => {
  if (running.rig === undefined) throw new Error("the cluster did not start");
  return running.rig;
};

beforeAll(async () => {
  running.rig = await openFaultRig(inject("binaries"), 10);
});
afterAll(() => running.rig?.stop());

describe("a controller on a real control plane, while", () => {
  it("[ops 9.2.32] the server answers 429 for a minute: it is not asked more often than the limits allow, and all is well after", async () => {
    const { proxy, scale, settled, sleep } = rig();
    const from = proxy.calls.length;
    proxy.setFault((call) =>
      isOfLease(call) ? undefined : { kind: "answer", code: 429, reason: "TooManyRequests", retryAfterSeconds: 1 },
    );
    proxy.cutWatches("cut");
    await scale(14);
    await sleep(60_000);
    proxy.setFault(undefined);
    await settled(14);
    const asked = proxy.calls.slice(from).filter(({ isWatch }) => !isWatch);
    // 200 a second and 300 at once.
    expect(mostWithin(asked, 1_000)).toBeLessThanOrEqual(500);
    expect(mostWithin(asked, 10_000)).toBeLessThanOrEqual(2_300);
    await expectPictureOfTheCluster(rig());
  });

  it("everything goes at last, and nothing is left", () => expectNothingLeft(rig()));
});

/** The most calls that came within a time. */
function mostWithin(calls: readonly ProxiedCall[], milliseconds: number): number {
  let most = 0;
  let first = 0;
  for (const [index, { at }] of calls.entries()) {
    while ((calls[first]?.at ?? at) < at - milliseconds) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
