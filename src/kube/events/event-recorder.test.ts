import { describe, expect, it } from "vitest";
import { type Event, eventType } from "../../api/index.ts";
import { createIds } from "../../platform/index.ts";
import { KubeFault } from "../fault.ts";
import { createEventRecorder, createTokenBucket } from "../index.ts";
import { createRig, pod } from "../testing/rig.ts";

function startRecorder() {
  const rig = createRig();
  const recorder = createEventRecorder({ ...rig, client: rig.api, ids: createIds(rig.random) });
  const ended = recorder.run(rig.signal);
  const object = { ...pod("p"), metadata: { name: "p", namespace: "shop", uid: "u1", resourceVersion: "7" } };
  const say = (message: string, how: Partial<Parameters<typeof recorder.publish>[0]> = {}): void =>
    recorder.publish({ object, type: "Normal", reason: "Nominated", message, ...how });
  const events = async (): Promise<readonly Event[]> => (await rig.api.list(eventType)).items;
  const dropped = (cause: string) => rig.metrics.value("karpenter_kube_events_dropped_total", { cause });
  return { ...rig, recorder, say, events, dropped, object, ended, settle: () => rig.clock.advance(0) };
}

describe("the event recorder", () => {
  it("writes an event as users and tools expect it", async () => {
    const { say, events, settle } = startRecorder();
    say("Pod should schedule on: nodeclaim/a");
    await settle();
    const [event] = await events();
    expect(event).toMatchObject({
      type: "Normal",
      reason: "Nominated",
      message: "Pod should schedule on: nodeclaim/a",
      count: 1,
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
      source: { component: "karpenter" },
      reportingComponent: "karpenter",
      involvedObject: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "p", uid: "u1", resourceVersion: "7" },
    });
    expect(event?.metadata.namespace).toBe("shop");
    expect(event?.metadata.name).toMatch(/^p\.[0-9a-f]{16}$/);
  });

  it("stores events of cluster-scoped objects in the namespace default", async () => {
    const { say, events, settle } = startRecorder();
    say("gone", { object: { apiVersion: "v1", kind: "Node", metadata: { name: "n" } } });
    await settle();
    expect((await events())[0]?.metadata.namespace).toBe("default");
  });

  it("[ops 9.2.6] drops equal events for two minutes or the time given, whatever the message when values are given", async () => {
    const { say, events, settle, clock } = startRecorder();
    say("one", { dedupeValues: ["u1"] });
    say("two", { dedupeValues: ["u1"] });
    say("long", { reason: "Unconsolidatable", dedupeValues: ["u1"], dedupeMilliseconds: 900_000 });
    await clock.advance(119_999);
    say("three", { dedupeValues: ["u1"] });
    await clock.advance(1);
    say("four", { dedupeValues: ["u1"] });
    say("long again", { reason: "Unconsolidatable", dedupeValues: ["u1"], dedupeMilliseconds: 900_000 });
    await settle();
    expect((await events()).map(({ message }) => `${message}`).toSorted()).toEqual(["four", "long", "one"]);
  });

  it("dedupes by object: two pods of one name in two namespaces have an event each", async () => {
    const { say, events, settle, object } = startRecorder();
    say("out", { dedupeValues: ["p"] });
    say("out", {
      dedupeValues: ["p"],
      object: { ...object, metadata: { ...object.metadata, uid: "u2", namespace: "b" } },
    });
    await settle();
    expect(await events()).toHaveLength(2);
  });

  it("counts a repeated event up by a patch", async () => {
    const { say, events, clock, api } = startRecorder();
    say("again");
    await clock.advance(120_000);
    say("again");
    await clock.advance(0);
    const all = await events();
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({
      count: 2,
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:02:00Z",
    });
    expect(api.calls.filter(({ method }) => method === "patch")).toHaveLength(1);
  });

  it("writes a new event when the one to count up has expired", async () => {
    const { say, events, clock, api } = startRecorder();
    say("again");
    await clock.advance(0);
    const { name = "", namespace = "" } = (await events())[0]!.metadata;
    api.remove(eventType, { name, namespace });
    await clock.advance(120_000);
    say("again");
    await clock.advance(0);
    expect((await events()).map(({ count }) => count)).toEqual([2]);
  });

  it("[ops 9.2.8] folds eleven events that differ only in their message into one combined event at the end", async () => {
    const { say, events, settle } = startRecorder();
    for (let number = 1; number <= 11; number += 1) say(`try ${number}`);
    await settle();
    const all = await events();
    const combined = all.filter(({ message }) => message?.startsWith("(combined from similar events): "));
    expect(combined).toHaveLength(1);
    expect(combined[0]).toMatchObject({ message: "(combined from similar events): try 11", count: 2 });
    expect(all).toHaveLength(10);
  });

  it("lets one object have 25 events at once, then one each five minutes", async () => {
    const { say, clock, dropped, api } = startRecorder();
    for (let number = 0; number < 40; number += 1) say("x", { reason: `Reason${number}` });
    await clock.advance(0);
    const writes = () => api.calls.filter(({ method }) => method === "create").length;
    expect(writes()).toBe(25);
    expect(await dropped("spam")).toBe(15);
    await clock.advance(300_000);
    for (let number = 0; number < 3; number += 1) say("y", { reason: `Later${number}` });
    await clock.advance(0);
    expect(writes()).toBe(26);
  });

  it("[ops 9.2.7] asks the shared limiter after the dedupe check", async () => {
    const { say, clock, dropped, object, api } = startRecorder();
    const limiter = createTokenBucket({ clock, qps: 5, burst: 10 });
    for (let number = 0; number < 1000; number += 1) {
      say("nominated", { limiter, object: { ...object, metadata: { ...object.metadata, uid: `u${number}` } } });
    }
    await clock.advance(0);
    expect(api.calls.filter(({ method }) => method === "create")).toHaveLength(10);
    expect(await dropped("limited")).toBe(990);
  });

  it("holds a thousand events for a writer that is slow, and drops and counts more", async () => {
    const rig = createRig();
    const recorder = createEventRecorder({ ...rig, client: rig.api, ids: createIds(rig.random) });
    for (let number = 0; number < 1005; number += 1) {
      recorder.publish({ object: pod(`p${number}`), type: "Normal", reason: "R", message: "m" });
    }
    expect(await rig.metrics.value("karpenter_kube_events_dropped_total", { cause: "overflow" })).toBe(5);
  });

  it("tries twelve times, ten seconds apart, where there is no answer", async () => {
    const { say, clock, api, dropped } = startRecorder();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      api.failNext("create", new KubeFault("ConnectionFailed", "connection refused"));
    }
    say("lost");
    await clock.advance(109_999);
    expect(api.calls).toHaveLength(11);
    await clock.advance(1_000_000);
    expect(api.calls).toHaveLength(12);
    expect(await dropped("unreachable")).toBe(1);
  });

  it("drops what the server rejects and goes on", async () => {
    const { say, settle, api, dropped, events } = startRecorder();
    api.failNext("create", new KubeFault("Forbidden", "namespace is being terminated", { code: 403 }));
    say("refused");
    say("written");
    await settle();
    expect((await events()).map(({ message }) => message)).toEqual(["written"]);
    expect(await dropped("rejected")).toBe(1);
  });

  it("on stop writes what waits, without retries", async () => {
    const { say, stop, ended, events, api, settle } = startRecorder();
    api.failNext("create", new KubeFault("ConnectionFailed", "connection refused"));
    say("first");
    await settle();
    say("second");
    stop.abort();
    await ended;
    expect((await events()).map(({ message }) => `${message}`).toSorted()).toEqual(["first", "second"]);
  });
});
