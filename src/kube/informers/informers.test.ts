import { describe, expect, it } from "vitest";
import { type ConfigMap, configMapType, nodeType, podType } from "../../api/index.ts";
import { createInformerSet } from "../index.ts";
import { KubeFault } from "../fault.ts";
import type { Delta } from "../runtime.ts";
import { configMap, createRig } from "../testing/rig.ts";

const told = (delta: Delta<ConfigMap>): string => {
  const { name, uid } = delta.object.metadata;
  if (delta.type === "added") return `added ${name}${delta.initial ? " initially" : ""} ${uid}`;
  if (delta.type === "deleted") return `deleted ${name}${delta.finalStateUnknown ? " unseen" : ""} ${uid}`;
  return `updated ${name} ${delta.previous.data?.["value"]}>${delta.object.data?.["value"]}`;
};

function startRig() {
  const rig = createRig();
  const informers = createInformerSet({ client: rig.api, freeze: true, ...rig });
  const informer = informers.informer({ type: configMapType });
  const deltas: string[] = [];
  informer.subscribe((delta) => deltas.push(told(delta)));
  const running = { ended: Promise.resolve() };
  return {
    ...rig,
    informers,
    informer,
    deltas,
    begin: async () => {
      running.ended = informers.run(rig.signal);
      await rig.clock.advance(0);
    },
    end: async () => {
      rig.stop.abort();
      await running.ended;
    },
    listCalls: () => rig.api.calls.filter(({ method }) => method === "list"),
    watchCalls: () => rig.api.calls.filter(({ method }) => method === "watch"),
    values: () => informer.store.list().map(({ metadata, data }) => `${metadata.name}=${data?.["value"]}`),
  };
}

describe("informers", () => {
  it("list, tell what there is, then follow the watch", async () => {
    const rig = startRig();
    rig.api.put(configMapType, configMap("a", "1"));
    await rig.begin();
    rig.api.put(configMapType, configMap("b", "1"));
    rig.api.put(configMapType, configMap("a", "2"));
    rig.api.remove(configMapType, { namespace: "default", name: "b" });
    await rig.clock.advance(0);
    expect(rig.deltas).toEqual(["added a initially uid-1", "added b uid-2", "updated a 1>2", "deleted b uid-2"]);
    expect(rig.values()).toEqual(["a=2"]);
    await rig.end();
  });

  it("list in pages of 500, the first time from the server's cache, and ask for bookmarks", async () => {
    const rig = startRig();
    for (let index = 0; index < 1201; index += 1) rig.api.put(configMapType, configMap(`c${index}`));
    await rig.begin();
    expect(rig.informer.store.size).toBe(1201);
    expect(rig.listCalls().map(({ detail }) => detail)).toEqual([
      { resourceVersion: "0", limit: 500 },
      { limit: 500, continue: "500" },
      { limit: 500, continue: "1000" },
    ]);
    const [watch] = rig.watchCalls();
    expect(watch?.detail["allowBookmarks"]).toBe(true);
    expect(watch?.detail["timeoutSeconds"]).toBeGreaterThanOrEqual(300);
    expect(watch?.detail["timeoutSeconds"]).toBeLessThanOrEqual(600);
    await rig.end();
  });

  it("are shared by kind, and tell a later subscriber what is stored", async () => {
    const rig = startRig();
    rig.api.put(configMapType, configMap("a"));
    await rig.begin();
    const again = rig.informers.informer({ type: configMapType, indexes: { byValue: () => ["x"] } });
    const late: string[] = [];
    again.subscribe((delta) => late.push(told(delta)));
    expect(again).toBe(rig.informer);
    expect(again.store.byIndex("byValue", "x")).toHaveLength(1);
    expect(late).toEqual(["added a initially uid-1"]);
    expect(rig.listCalls()).toHaveLength(1);
    await rig.end();
  });

  it("asked for after the start are started too", async () => {
    const rig = startRig();
    await rig.begin();
    const pods = rig.informers.informer({ type: podType });
    await rig.informers.waitForSync({ signal: rig.signal });
    expect(pods.synced).toBe(true);
    await rig.end();
  });

  it("resume a watch that was closed from the last version at once, without a list", async () => {
    const rig = startRig();
    await rig.begin();
    const last = rig.api.put(configMapType, configMap("a"));
    await rig.clock.advance(5000);
    rig.api.endWatches();
    await rig.clock.advance(0);
    rig.api.put(configMapType, configMap("b"));
    await rig.clock.advance(0);
    expect(rig.watchCalls().at(-1)?.detail["resourceVersion"]).toBe(last.metadata.resourceVersion);
    expect(rig.listCalls()).toHaveLength(1);
    expect(rig.deltas).toEqual(["added a uid-1", "added b uid-2"]);
    await rig.end();
  });

  it("take the version of a bookmark", async () => {
    const rig = startRig();
    await rig.begin();
    rig.api.put(nodeType, { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {} });
    rig.api.sendBookmarks();
    await rig.clock.advance(5000);
    const { version } = rig.api;
    rig.api.endWatches();
    await rig.clock.advance(0);
    expect(rig.watchCalls().at(-1)?.detail["resourceVersion"]).toBe(version);
    await rig.end();
  });

  it("relist after a 410 at once, consistently, and tell nothing twice", async () => {
    const rig = startRig();
    rig.api.put(configMapType, configMap("a", "1"));
    await rig.begin();
    await rig.clock.advance(5000);
    rig.api.put(configMapType, configMap("a", "2"));
    rig.api.endWatches(new KubeFault("Expired", "too old resource version", { code: 410 }));
    rig.api.compact();
    await rig.clock.advance(0);
    expect(rig.listCalls().at(-1)?.detail).toEqual({ limit: 500 });
    expect(rig.deltas).toEqual(["added a initially uid-1", "updated a 1>2"]);
    expect(await rig.metrics.value("karpenter_kube_relists_total", { kind: "ConfigMap" })).toBe(1);
    await rig.end();
  });

  it("[ops 9.2.28] outlast a storm of 410s without storming back", async () => {
    const rig = startRig();
    await rig.begin();
    await rig.clock.advance(5000);
    const expired = new KubeFault("Expired", "too old resource version", { code: 410 });
    for (let answer = 0; answer < 12; answer += 1) rig.api.failNext("watch", expired);
    rig.api.endWatches(expired);
    await rig.clock.advance(10_000);
    expect(rig.listCalls().length).toBeLessThan(8);
    rig.api.put(configMapType, configMap("a", "1"));
    await rig.clock.advance(300_000);
    rig.api.put(configMapType, configMap("a", "2"));
    await rig.clock.advance(0);
    expect(rig.values()).toEqual(["a=2"]);
    await rig.end();
  });

  it("[ops 9.2.29] see a delete and a create of one name between lists as delete and add", async () => {
    const rig = startRig();
    rig.api.put(configMapType, configMap("a", "1"));
    rig.api.put(configMapType, configMap("gone", "1"));
    await rig.begin();
    rig.api.failNext("watch", new KubeFault("Expired", "too old resource version", { code: 410 }));
    await rig.clock.advance(5000);
    rig.api.endWatches(new KubeFault("ConnectionFailed", "connection reset"));
    await rig.clock.advance(0);
    rig.api.remove(configMapType, { namespace: "default", name: "a" });
    rig.api.put(configMapType, configMap("a", "2", "uid-new"));
    rig.api.remove(configMapType, { namespace: "default", name: "gone" });
    rig.api.compact();
    await rig.clock.advance(2000);
    expect(rig.deltas.slice(2)).toEqual(["deleted a unseen uid-1", "added a uid-new", "deleted gone unseen uid-2"]);
    await rig.end();
  });

  it("wait longer after each failure, from 0.8 s to 30 s, and resume with the watch", async () => {
    const rig = startRig();
    await rig.begin();
    await rig.clock.advance(5000);
    const reset = new KubeFault("ConnectionFailed", "connection reset");
    for (let failure = 0; failure < 4; failure += 1) rig.api.failNext("watch", reset);
    rig.api.endWatches(reset);
    await rig.clock.advance(799);
    expect(rig.watchCalls()).toHaveLength(1);
    await rig.clock.advance(60_000);
    expect(rig.watchCalls()).toHaveLength(6);
    expect(rig.api.openWatches).toBe(1);
    expect(rig.log.lines.map(({ fields }) => fields["retryMilliseconds"] as number)).toSatisfy((waits: number[]) =>
      waits.every((wait, index) => wait >= 800 * 2 ** index && wait <= 30_000),
    );
    await rig.end();
  });

  it("wait as long as an overloaded server asks", async () => {
    const rig = startRig();
    rig.api.failNext(
      "list",
      new KubeFault("TooManyRequests", "too many requests", { code: 429, retryAfterSeconds: 20 }),
    );
    await rig.begin();
    await rig.clock.advance(19_999);
    expect(rig.listCalls()).toHaveLength(1);
    await rig.clock.advance(1);
    expect(rig.listCalls()).toHaveLength(2);
    await rig.end();
  });

  it("list anew when the watch fails five times in a row, in case the version is unknown to the server", async () => {
    const rig = startRig();
    await rig.begin();
    await rig.clock.advance(5000);
    const fault = new KubeFault("BadRequest", "invalid resource version", { code: 400 });
    for (let failure = 0; failure < 5; failure += 1) rig.api.failNext("watch", fault);
    rig.api.endWatches(fault);
    await rig.clock.advance(200_000);
    expect(rig.listCalls()).toHaveLength(2);
    await rig.end();
  });

  it("start from 0.8 s again after two healthy minutes", async () => {
    const rig = startRig();
    await rig.begin();
    const reset = new KubeFault("ConnectionFailed", "connection reset");
    for (let round = 0; round < 4; round += 1) {
      await rig.clock.advance(5000);
      rig.api.endWatches(reset);
      await rig.clock.advance(30_000);
    }
    await rig.clock.advance(120_000);
    rig.api.endWatches(reset);
    await rig.clock.advance(0);
    expect(rig.log.lines.at(-1)?.fields["retryMilliseconds"]).toBeLessThanOrEqual(1600);
    await rig.end();
  });

  it("abort a watch that is silent for longer than it was asked to last, and resume", async () => {
    const rig = startRig();
    await rig.begin();
    await rig.clock.advance(631_000);
    expect(rig.watchCalls()).toHaveLength(2);
    const cause = { kind: "ConfigMap", cause: "silent" };
    expect(await rig.metrics.value("karpenter_kube_watch_restarts_total", cause)).toBe(1);
    await rig.end();
  });

  it("keep a watch that speaks now and then", async () => {
    const rig = startRig();
    await rig.begin();
    for (let minute = 0; minute < 40; minute += 1) {
      await rig.clock.advance(60_000);
      rig.api.sendBookmarks();
    }
    expect(rig.watchCalls()).toHaveLength(1);
    await rig.end();
  });

  it("do not storm a server that closes watches at once", async () => {
    const rig = startRig();
    await rig.begin();
    for (let round = 0; round < 50; round += 1) {
      rig.api.endWatches();
      await rig.clock.advance(100);
    }
    expect(rig.watchCalls().length).toBeLessThan(8);
    await rig.end();
  });

  it("say nothing of a version they have", async () => {
    const rig = startRig();
    rig.api.put(configMapType, configMap("a"));
    await rig.begin();
    rig.api.endWatches(new KubeFault("Gone", "gone", { code: 410 }));
    await rig.clock.advance(0);
    expect(rig.listCalls()).toHaveLength(2);
    expect(rig.deltas).toEqual(["added a initially uid-1"]);
    await rig.end();
  });

  it("drop managed fields and what `strip` drops, and freeze the rest", async () => {
    const rig = createRig();
    const informers = createInformerSet({ client: rig.api, freeze: true, ...rig });
    const strip = ({ data: _, ...kept }: ConfigMap): ConfigMap => kept;
    const { store } = informers.informer({ type: configMapType, strip });
    const object = configMap("a", "large");
    rig.api.put(configMapType, { ...object, metadata: { ...object.metadata, managedFields: [{}] } });
    const ended = informers.run(rig.signal);
    await informers.waitForSync({ signal: rig.signal });
    const stored = store.get("default/a");
    expect(stored).not.toHaveProperty("data");
    expect(stored?.metadata).not.toHaveProperty("managedFields");
    expect(Object.isFrozen(stored?.metadata)).toBe(true);
    rig.stop.abort();
    await ended;
  });

  it("of an optional kind are synced while it is absent and find it within a minute", async () => {
    const rig = createRig();
    rig.api.serve(configMapType, false);
    const informers = createInformerSet({ client: rig.api, ...rig });
    const informer = informers.informer({ type: configMapType, optional: true });
    const ended = informers.run(rig.signal);
    await informers.waitForSync({ signal: rig.signal });
    expect(informer.store.size).toBe(0);
    rig.api.serve(configMapType, true);
    rig.api.put(configMapType, configMap("a"));
    await rig.clock.advance(60_000);
    expect(informer.store.size).toBe(1);
    rig.stop.abort();
    await ended;
  });

  it("of an optional kind that goes are emptied", async () => {
    const rig = createRig();
    const informers = createInformerSet({ client: rig.api, ...rig });
    const informer = informers.informer({ type: configMapType, optional: true });
    rig.api.put(configMapType, configMap("a"));
    const ended = informers.run(rig.signal);
    await rig.clock.advance(5000);
    rig.api.serve(configMapType, false);
    rig.api.endWatches(new KubeFault("NotFound", "the server could not find the requested resource", { code: 404 }));
    await rig.clock.advance(1000);
    expect(informer.store.size).toBe(0);
    rig.stop.abort();
    await ended;
  });

  it("that do not sync within two minutes fail the start naming the kind and why", async () => {
    const rig = createRig();
    rig.api.serve(configMapType, false);
    const informers = createInformerSet({ client: rig.api, ...rig });
    informers.informer({ type: configMapType });
    informers.informer({ type: podType });
    const ended = informers.run(rig.signal);
    const synced = expect(informers.waitForSync({ signal: rig.signal })).rejects.toThrow(
      /two minutes: configmaps\.v1 \(not served\); check/,
    );
    await rig.clock.advance(120_000);
    await synced;
    rig.stop.abort();
    await ended;
  });

  it("go on when a handler throws, and log it", async () => {
    const rig = startRig();
    rig.informer.subscribe(() => {
      throw new Error("bug in a handler");
    });
    rig.api.put(configMapType, configMap("a"));
    await rig.begin();
    expect(rig.informer.store.size).toBe(1);
    expect(rig.log.lines[0]?.message).toBe("informer handler failed");
    await rig.end();
  });

  it("deliver everything again each ten hours", async () => {
    const rig = startRig();
    rig.api.put(configMapType, configMap("a", "1"));
    await rig.begin();
    for (let minute = 0; minute < 11 * 60; minute += 5) {
      await rig.clock.advance(300_000);
      rig.api.sendBookmarks();
    }
    expect(rig.deltas).toEqual(["added a initially uid-1", "updated a 1>1"]);
    await rig.end();
  });

  it("tell how old the cache is", async () => {
    const rig = startRig();
    await rig.begin();
    await rig.clock.advance(42_000);
    expect(await rig.metrics.value("karpenter_kube_cache_age_seconds", { kind: "ConfigMap" })).toBe(42);
    await rig.end();
  });
});
