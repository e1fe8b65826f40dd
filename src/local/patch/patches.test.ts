import { describe, expect, test } from "vitest";
import type { JsonObject } from "../store/api-object.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicPatch } from "./strategic-merge.ts";

const strategic = (original: JsonObject, patch: JsonObject, model = "V1Pod"): unknown => {
  const result = applyStrategicPatch(original, patch, { model });
  return result.ok ? result.value : result.message;
};

const podWith = (containers: readonly unknown[], rest: JsonObject = {}): JsonObject => ({
  spec: { containers, ...rest },
});

describe("JSON patch (RFC 6902)", () => {
  const document = { a: { b: [1, 2, 3] }, "c/d": 1, "e~f": 2 };

  test.each([
    ["add appends with -", [{ op: "add", path: "/a/b/-", value: 4 }], { ...document, a: { b: [1, 2, 3, 4] } }],
    ["add inserts at an index", [{ op: "add", path: "/a/b/0", value: 0 }], { ...document, a: { b: [0, 1, 2, 3] } }],
    ["replace", [{ op: "replace", path: "/a/b", value: [] }], { ...document, a: { b: [] } }],
    ["remove of an item", [{ op: "remove", path: "/a/b/1" }], { ...document, a: { b: [1, 3] } }],
    [
      "escapes of / and ~",
      [
        { op: "remove", path: "/c~1d" },
        { op: "remove", path: "/e~0f" },
      ],
      { a: { b: [1, 2, 3] } },
    ],
    ["move", [{ op: "move", from: "/a/b/0", path: "/z" }], { ...document, a: { b: [2, 3] }, z: 1 }],
    ["copy", [{ op: "copy", from: "/c~1d", path: "/z" }], { ...document, z: 1 }],
    [
      "test, then change",
      [
        { op: "test", path: "/c~1d", value: 1 },
        { op: "add", path: "/z", value: 1 },
      ],
      { ...document, z: 1 },
    ],
    ["the whole document", [{ op: "replace", path: "", value: { z: 1 } }], { z: 1 }],
  ])("%s", (_name, patch, expected) => {
    expect(applyJsonPatch(document, patch)).toEqual({ ok: true, value: expected });
  });

  test.each([
    ["a test that fails", [{ op: "test", path: "/c~1d", value: 2 }], false],
    ["a path that is not there", [{ op: "replace", path: "/no/way", value: 1 }], false],
    ["an index out of range", [{ op: "add", path: "/a/b/9", value: 1 }], false],
    ["an unknown operation", [{ op: "merge", path: "/a" }], true],
    ["an operation without a value", [{ op: "add", path: "/a" }], true],
    ["no list", { op: "remove", path: "/a" }, true],
  ])("%s is refused, and nothing is applied", (_name, patch, malformed) => {
    const before = structuredClone(document);
    expect(applyJsonPatch(document, patch)).toMatchObject({ ok: false, malformed });
    expect(document).toEqual(before);
  });
});

describe("merge patch (RFC 7386)", () => {
  test.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    ["text", { a: { b: null } }, { a: {} }],
  ])("%j with %j gives %j", (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });

  test("a member named __proto__ stays a member", () => {
    const patched = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
    expect(Object.keys(patched)).toEqual(["__proto__"]);
  });
});

describe("strategic merge patch", () => {
  test("merges containers by name and adds new ones behind", () => {
    const original = podWith([{ name: "a", image: "1", env: [{ name: "X", value: "1" }] }]);
    const patch = podWith([
      { name: "a", env: [{ name: "Y", value: "2" }] },
      { name: "b", image: "2" },
    ]);
    expect(strategic(original, patch)).toEqual(
      podWith([
        {
          name: "a",
          image: "1",
          env: [
            { name: "X", value: "1" },
            { name: "Y", value: "2" },
          ],
        },
        { name: "b", image: "2" },
      ]),
    );
  });

  test("replaces lists without a key, such as tolerations and command", () => {
    const original = podWith([{ name: "a", command: ["x"] }], { tolerations: [{ key: "a" }] });
    const patch = podWith([{ name: "a", command: ["y"] }], { tolerations: [{ key: "b" }] });
    expect(strategic(original, patch)).toEqual(patch);
  });

  test("$patch: delete takes an item, $patch: replace the whole list", () => {
    const original = podWith([{ name: "a" }, { name: "b" }]);
    expect(strategic(original, podWith([{ name: "a", $patch: "delete" }]))).toEqual(podWith([{ name: "b" }]));
    expect(strategic(original, podWith([{ $patch: "replace" }, { name: "c" }]))).toEqual(podWith([{ name: "c" }]));
  });

  test("$setElementOrder orders, $deleteFromPrimitiveList takes values, finalizers merge by value", () => {
    const original = podWith([{ name: "a" }, { name: "b" }]);
    const ordered = strategic(original, { spec: { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] } });
    expect(ordered).toEqual(podWith([{ name: "b" }, { name: "a" }]));
    const held = { metadata: { finalizers: ["a/a", "b/b"] } };
    expect(strategic(held, { metadata: { "$deleteFromPrimitiveList/finalizers": ["a/a"] } })).toEqual({
      metadata: { finalizers: ["b/b"] },
    });
    expect(strategic(held, { metadata: { finalizers: ["c/c", "a/a"] } })).toEqual({
      metadata: { finalizers: ["a/a", "b/b", "c/c"] },
    });
  });

  test("$retainKeys drops what the strategy no longer has", () => {
    const original = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } };
    expect(strategic(original, patch, "V1Deployment")).toEqual({ spec: { strategy: { type: "Recreate" } } });
  });

  test("ports merge by containerPort in containers and by port in services", () => {
    const container = podWith([{ name: "a", ports: [{ containerPort: 1, name: "x" }] }]);
    expect(strategic(container, podWith([{ name: "a", ports: [{ containerPort: 1, protocol: "UDP" }] }]))).toEqual(
      podWith([{ name: "a", ports: [{ containerPort: 1, name: "x", protocol: "UDP" }] }]),
    );
    const service = { spec: { ports: [{ port: 80, name: "a" }] } };
    expect(strategic(service, { spec: { ports: [{ port: 80, targetPort: 8080 }] } }, "V1Service")).toEqual({
      spec: { ports: [{ port: 80, name: "a", targetPort: 8080 }] },
    });
  });

  test("an item without its merge key is refused", () => {
    expect(strategic(podWith([{ name: "a" }]), podWith([{ image: "x" }]))).toBe(
      "map: map[image:x] does not contain declared merge key: name",
    );
  });
});
