import type { Dispatcher } from "undici";
import { describe, expect, it } from "vitest";
import { createController } from "../index.ts";
import { createRig } from "../testing/rig.ts";
import { type Call, Caller } from "./caller.ts";

/** Answers without a wire: 429 until `busyMilliseconds` have passed, then success; keeps the time of each request. */
function overloaded(busyMilliseconds: number) {
  const rig = createRig();
  const requests: number[] = [];
  const request = async () => {
    const now = rig.clock.monotonic();
    requests.push(now);
    const busy = now < busyMilliseconds;
    const body = { text: async () => "too many requests", json: async () => ({}), on: () => undefined };
    return { statusCode: busy ? 429 : 200, headers: busy ? { "retry-after": "1" } : {}, body };
  };
  const pool = { request } as unknown as Dispatcher;
  const connections = { calls: pool, watches: pool, replace: () => false, close: async () => undefined };
  const caller = new Caller({ ...rig, server: "https://127.0.0.1:6443", qps: 20, burst: 30 }, connections);
  const call: Call = {
    method: "GET",
    path: "/api/v1/nodes/n",
    labels: { verb: "GET", group: "", version: "v1", kind: "Node", subresource: "" },
    idempotent: true,
    signal: rig.signal,
  };
  return { ...rig, requests, get: () => caller.call(call) };
}

/** Most requests that fall within a second. */
function busiestSecond(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length));
}

describe("a server that answers 429 for a minute", () => {
  it("[ops 9.2.32] is not asked more often than the limit, and everything is done soon after", async () => {
    const rig = overloaded(60_000);
    const done = new Map<string, number>();
    const controller = createController(rig, {
      name: "busy",
      maxConcurrent: 100,
      reconcile: async (key) => {
        await rig.get();
        done.set(key, rig.clock.monotonic());
      },
    });
    for (let number = 0; number < 200; number += 1) controller.enqueue(`key-${number}`);
    const ended = controller.run(rig.signal);
    await rig.clock.advance(180_000);
    expect(done.size).toBe(200);
    expect(Math.max(...done.values())).toBeLessThan(120_000);
    expect(busiestSecond(rig.requests)).toBeLessThanOrEqual(30 + 20);
    expect(busiestSecond(rig.requests.filter((time) => time >= 2000))).toBeLessThanOrEqual(21);
    rig.stop.abort();
    await ended;
  });
});
