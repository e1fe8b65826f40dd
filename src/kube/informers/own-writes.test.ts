import { describe, expect, it } from "vitest";
import { configMapType } from "../../api/index.ts";
import { createInformerSet, createOwnWrites } from "../index.ts";
import { configMap, createRig } from "../testing/rig.ts";

async function startRig() {
  const rig = createRig();
  const informers = createInformerSet({ ...rig, client: rig.api });
  const informer = informers.informer({ type: configMapType });
  const writes = createOwnWrites({ informer, clock: rig.clock });
  void informers.run(rig.signal);
  await rig.clock.advance(0);
  return { ...rig, informer, writes, key: "default/a" };
}

describe("own writes", () => {
  it("are seen before the cache shows them, and the cache is seen afterwards", async () => {
    const { api, writes, informer, clock, key } = await startRig();
    const created = api.put(configMapType, configMap("a", "1"));
    writes.wrote(created);
    expect(informer.store.get(key)).toBeUndefined();
    expect(writes.get(key)).toBe(created);
    expect(writes.pending()).toEqual([created]);
    await clock.advance(0);
    expect(writes.pending()).toEqual([]);
    expect(writes.get(key)).toBe(informer.store.get(key));
  });

  it("give way to a newer version, whoever wrote it", async () => {
    const { api, writes, clock, key } = await startRig();
    const mine = api.put(configMapType, configMap("a", "mine"));
    api.put(configMapType, configMap("a", "theirs"));
    await clock.advance(0);
    writes.wrote(mine);
    expect(writes.get(key)?.data).toEqual({ value: "theirs" });
  });

  it("are forgotten when the object is deleted", async () => {
    const { api, writes, clock, key } = await startRig();
    writes.wrote(api.put(configMapType, configMap("a", "1")));
    api.remove(configMapType, { namespace: "default", name: "a" });
    await clock.advance(0);
    expect(writes.get(key)).toBeUndefined();
  });

  it("are forgotten after a minute when the cache never shows them", async () => {
    const { api, writes, clock, key } = await startRig();
    const object = { ...configMap("a", "1"), metadata: { ...configMap("a").metadata, resourceVersion: "999999" } };
    writes.wrote(object);
    await clock.advance(59_999);
    expect(writes.get(key)).toBe(object);
    await clock.advance(1);
    expect(writes.get(key)).toBeUndefined();
    expect(api.calls.length).toBeGreaterThan(0);
  });
});
