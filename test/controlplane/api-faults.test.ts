/**
 * An API server that answers wrongly, late or not at all, and a controller that goes on: after each fault every pod runs, and
 * claims, nodes and machines stand for each other.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createSeededRandom } from "../../src/platform/index.ts";
import { isWrite, type ProxiedCall } from "./api-proxy.ts";
import { expectNothingLeft, expectPictureOfTheCluster, type FaultRig, openFaultRig } from "./fault-rig.ts";

const random = createSeededRandom(9);
const running: { rig?: FaultRig } = {};
const rig = (): FaultRig => {
  if (running.rig === undefined) throw new Error("the cluster did not start");
  return running.rig;
};
const apart = (milliseconds: number): number => milliseconds * (0.5 + random.next());

beforeAll(async () => {
  running.rig = await openFaultRig(inject("binaries"), 2);
});
afterAll(() => running.rig?.stop());

describe("a controller on a real control plane, while", () => {
  it("[ops 9.2.27] watches are cut at random under load: its picture equals the cluster, and nothing is done twice", async () => {
    const { proxy, scale, settled, sleep } = rig();
    let cut = 0;
    for (let pods = 3; pods <= 6; pods += 1) {
      await scale(pods);
      for (let times = 0; times < 4; times += 1) {
        await sleep(apart(400));
        cut += proxy.cutWatches("cut");
      }
    }
    expect(cut).toBeGreaterThan(40);
    await settled(6);
    await expectPictureOfTheCluster(rig());
  });

  it("[ops 9.2.28] every watch is told that it is too old, for five seconds: lists stay few", async () => {
    const { proxy, scale, settled, sleep } = rig();
    const from = proxy.calls.length;
    proxy.setFault((call) => (call.isWatch ? { kind: "answer", code: 410, reason: "Expired" } : undefined));
    await scale(8);
    for (let times = 0; times < 10; times += 1) {
      await sleep(500);
      proxy.cutWatches("expire");
    }
    const lists = proxy.calls.slice(from).filter(({ method, isWatch }) => method === "GET" && !isWatch);
    proxy.setFault(undefined);
    await settled(8);
    await expectPictureOfTheCluster(rig());
    expect(mostOf(lists.map(({ path }) => path))).toBeLessThan(25);
  });

  it("[ops 9.2.31] the first try of each write is a conflict", async () => {
    const { proxy, scale, settled } = rig();
    const seen = new Set<string>();
    // Deletions name the object by its UID alone: a conflict there means that it is another one, and is none to try again.
    const isUpdate = ({ method }: ProxiedCall): boolean => method === "PUT" || method === "PATCH";
    proxy.setFault((call) => {
      const key = `${call.method} ${call.path}`;
      if (!isUpdate(call) || seen.has(key)) return undefined;
      seen.add(key);
      return { kind: "answer", code: 409, reason: "Conflict" };
    });
    await scale(10);
    await settled(10);
    proxy.setFault(undefined);
    // Two machines came: at the least their claims, the status of these and their nodes were written. How often a pod is
    // promised one, and what is folded into one write, hangs on chance.
    expect(seen.size).toBeGreaterThanOrEqual(6);
  });

  it("every fourth write is taken and its answer lost", async () => {
    const { proxy, scale, settled } = rig();
    let writes = 0;
    let lost = 0;
    proxy.setFault((call) => {
      if (!isWrite(call)) return undefined;
      writes += 1;
      if (writes % 4 !== 0) return undefined;
      lost += 1;
      return { kind: "lose" };
    });
    await scale(12);
    await settled(12);
    proxy.setFault(undefined);
    // Two machines came, each by several writes.
    expect(lost).toBeGreaterThanOrEqual(2);
  });

  it("everything goes at last, and nothing is left", () => expectNothingLeft(rig()));
});

/** How often the most frequent of them is there. */
function mostOf(texts: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
