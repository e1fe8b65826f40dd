import { describe, expect, it } from "vitest";
import type { Pod } from "../../api/index.ts";
import { pod } from "../testing/rig.ts";
import { IndexedStore } from "./indexed-store.ts";

const byNode = (object: Pod): readonly string[] => [object.spec.nodeName ?? ""];
const names = (objects: readonly Pod[]) => objects.map(({ metadata }) => metadata.name);
const storeOf = (...pods: readonly Pod[]): IndexedStore<Pod> => {
  const store = new IndexedStore<Pod>();
  store.addIndexes({ byNode });
  for (const object of pods) store.set(`default/${object.metadata.name}`, object);
  return store;
};

describe("the store", () => {
  it("lists in order of key whatever the order of arrival", () => {
    const store = storeOf(pod("c"), pod("a"), pod("d"), pod("b"));
    expect(names(store.list())).toEqual(["a", "b", "c", "d"]);
    expect(store.size).toBe(4);
  });

  it("hands out lists that stay as they were while writers run", () => {
    const store = storeOf(pod("a"), pod("b"));
    const before = store.list();
    store.set("default/c", pod("c"));
    store.delete("default/a");
    store.set("default/b", pod("b", "n1"));
    expect(names(before)).toEqual(["a", "b"]);
    expect(before[1]?.spec.nodeName).toBeUndefined();
    expect(names(store.list())).toEqual(["b", "c"]);
  });

  it("moves an object between index values, and finds none after its deletion", () => {
    const store = storeOf(pod("b", "n1"), pod("a", "n1"), pod("c"));
    expect(names(store.byIndex("byNode", "n1"))).toEqual(["a", "b"]);
    store.set("default/a", pod("a", "n2"));
    store.delete("default/b");
    expect(names(store.byIndex("byNode", "n1"))).toEqual([]);
    expect(names(store.byIndex("byNode", "n2"))).toEqual(["a"]);
    expect(names(store.byIndex("byNode", ""))).toEqual(["c"]);
  });

  it("indexes what it holds already when an index is added later", () => {
    const store = storeOf(pod("a"), pod("b"));
    store.addIndexes({ byName: (object) => [object.metadata.name ?? ""] });
    expect(names(store.byIndex("byName", "b"))).toEqual(["b"]);
  });

  it("refuses an index it does not know, naming those it does, and a second function under one name", () => {
    const store = storeOf();
    expect(() => store.byIndex("byZone", "a")).toThrow('no index "byZone" on this store; indexes: byNode');
    expect(() => store.addIndexes({ byNode: () => [] })).toThrow("by another function");
  });

  it("keeps order over many random inserts and deletes", () => {
    const store = storeOf();
    const numbers = Array.from({ length: 2000 }, (_, index) => (index * 7919) % 2003);
    for (const number of numbers) store.set(`default/p${number}`, pod(`p${number}`));
    for (const number of numbers) if (number % 2 === 0) store.delete(`default/p${number}`);
    const kept = numbers.filter((number) => number % 2 !== 0).map((number) => `p${number}`);
    expect(names(store.list())).toEqual(kept.toSorted());
  });
});
