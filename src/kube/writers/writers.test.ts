import { describe, expect, it } from "vitest";
import {
  type ConfigMap,
  type Condition,
  configMapType,
  type KubeObject,
  podType,
  resourceType,
} from "../../api/index.ts";
import { KubeFault, type KubeFaultReason } from "../fault.ts";
import {
  addFinalizer,
  bind,
  createOrRead,
  deleteIfPresent,
  evict,
  mergeDiff,
  patchLocked,
  patchMetadata,
  patchObject,
  patchStatus,
  removeFinalizer,
} from "../index.ts";
import { configMap, createRig, pod } from "../testing/rig.ts";

function stored(change: (object: ConfigMap) => ConfigMap = (object) => object) {
  const rig = createRig();
  const object = rig.api.put(configMapType, change(configMap("a", "1")));
  const target = { client: rig.api, type: configMapType, object };
  const patches = () => rig.api.calls.map(({ method, detail }) => (method === "patch" ? detail["body"] : method));
  return { ...rig, object, target, patches, name: { namespace: "default", name: "a" } };
}

const labelled = (object: ConfigMap): ConfigMap => ({
  ...object,
  metadata: { ...object.metadata, labels: { kept: "1", changed: "1", removed: "1" } },
});

describe("mergeDiff", () => {
  it.each([
    ["equal objects", { a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, undefined],
    ["a changed value deep down", { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    ["a removed key", { a: 1, b: 2 }, { b: 2 }, { a: null }],
    ["an undefined value as absence", { a: 1 }, { a: undefined }, { a: null }],
    ["a list, whole", { a: [1, 2] }, { a: [1] }, { a: [1] }],
    ["an object in place of a value", { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["an added object", {}, { a: { b: 1 } }, { a: { b: 1 } }],
  ])("gives for %s what differs", (_name, before, after, patch) => expect(mergeDiff(before, after)).toEqual(patch));
});

describe("patchMetadata", () => {
  it("sends only keys that change", async () => {
    const { target, patches } = stored(labelled);
    const after = await patchMetadata(target, {
      labels: { kept: "1", changed: "2", removed: null, absent: null },
      annotations: { note: "x" },
    });
    expect(patches()).toEqual([{ metadata: { labels: { changed: "2", removed: null }, annotations: { note: "x" } } }]);
    expect(after?.metadata.labels).toEqual({ kept: "1", changed: "2" });
  });

  it("makes no call when nothing changes", async () => {
    const { target, api, object } = stored(labelled);
    expect(await patchMetadata(target, { labels: { kept: "1" }, annotations: { none: null } })).toBe(object);
    expect(api.calls).toEqual([]);
  });

  it("gives undefined when the object is gone", async () => {
    const { target, api, name } = stored();
    api.remove(configMapType, name);
    expect(await patchMetadata(target, { labels: { a: "b" } })).toBeUndefined();
  });
});

describe("locked patches", () => {
  it("carry the version that was read, and conflict when somebody wrote since", async () => {
    const { target, patches, api, object } = stored();
    const after = { ...object, data: { value: "2" } };
    await patchLocked(target, after);
    expect(patches()).toEqual([
      { data: { value: "2" }, metadata: { resourceVersion: object.metadata.resourceVersion } },
    ]);
    await expect(patchLocked(target, { ...object, data: { value: "3" } })).rejects.toMatchObject({
      reason: "Conflict",
    });
    expect(api.peek(configMapType, { namespace: "default", name: "a" })?.data).toEqual({ value: "2" });
  });

  it("are not sent when nothing changes", async () => {
    const { target, api, object } = stored();
    expect(await patchLocked(target, { ...object })).toBe(object);
    expect(api.calls).toEqual([]);
  });

  it("are made of a plain patch when it replaces a list", async () => {
    const { target, patches, object } = stored();
    await patchObject(target, { ...object, data: { value: "2" } });
    expect(patches()).toEqual([{ data: { value: "2" } }]);
    const withList = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    await expect(patchObject(target, withList)).rejects.toMatchObject({ reason: "Conflict" });
  });

  it("refuse an object that was never read", async () => {
    const { target } = stored();
    const object = configMap("a");
    await expect(async () => patchLocked({ ...target, object }, { ...object, data: {} })).rejects.toThrow(
      "read it first",
    );
  });
});

describe("finalizers", () => {
  it("are added once and removed with the list gone when it is empty", async () => {
    const { target, patches, api, name } = stored();
    const added = await addFinalizer(target, "karpenter.sh/termination");
    expect(added?.metadata.finalizers).toEqual(["karpenter.sh/termination"]);
    const next = { ...target, object: added! };
    expect(await addFinalizer(next, "karpenter.sh/termination")).toBe(added);
    await removeFinalizer(next, "karpenter.sh/termination");
    expect(patches()).toHaveLength(2);
    expect(api.peek(configMapType, name)?.metadata).not.toHaveProperty("finalizers");
  });

  it("are not added to an object that is being deleted", async () => {
    const deleting = (object: ConfigMap): ConfigMap => ({
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["other"] },
    });
    const { target, api } = stored(deleting);
    await addFinalizer(target, "karpenter.sh/termination");
    expect(api.calls).toEqual([]);
  });
});

interface Thing extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly nodeName?: string };
}
const thingType = resourceType<Thing>("example.com/v1", "Thing", "things", "Cluster");
const ready = (status: Condition["status"], extra: Partial<Condition> = {}): Condition => ({
  type: "Ready",
  status,
  reason: "Test",
  message: "",
  ...extra,
});

function storedThing(conditions: readonly Condition[]) {
  const rig = createRig();
  const object = rig.api.put(thingType, {
    apiVersion: "example.com/v1",
    kind: "Thing",
    metadata: { name: "t", generation: 3 },
    status: { conditions },
  });
  return { ...rig, object, target: { client: rig.api, type: thingType, object } };
}

describe("patchStatus", () => {
  const before = ready("True", { lastTransitionTime: "2025-05-05T05:05:05Z", observedGeneration: 3 });

  it("keeps the transition time while the status stays, and makes no call when nothing else changes", async () => {
    const { target, api, clock, object } = storedThing([before]);
    expect(await patchStatus(target, { conditions: [ready("True")] }, { clock })).toBe(object);
    expect(api.calls).toEqual([]);
  });

  it("gives a condition that changes the time and the generation, locked as it replaces a list", async () => {
    const { target, api, clock, object } = storedThing([before]);
    await patchStatus(target, { conditions: [ready("False")] }, { clock });
    expect(api.calls[0]?.detail).toEqual({
      type: "merge",
      subresource: "status",
      body: {
        status: {
          conditions: [ready("False", { lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 3 })],
        },
        metadata: { resourceVersion: object.metadata.resourceVersion },
      },
    });
  });

  it("sends fields that are no lists without a lock, unless asked", async () => {
    const { target, api, clock } = storedThing([before]);
    await patchStatus(target, { conditions: [before], nodeName: "n" }, { clock });
    expect(api.calls[0]?.detail["body"]).toEqual({ status: { nodeName: "n" } });
    const locked = patchStatus(target, { conditions: [before], nodeName: "m" }, { clock, lock: true });
    await expect(locked).rejects.toMatchObject({ reason: "Conflict" });
  });

  it("leaves the generation out for core kinds", async () => {
    const { target, api, clock } = storedThing([]);
    await patchStatus(target, { conditions: [ready("True")] }, { clock, observedGeneration: false });
    expect(JSON.stringify(api.calls[0]?.detail)).not.toContain("observedGeneration");
  });
});

describe("createOrRead", () => {
  it("creates, and reads what is there already", async () => {
    const { client, name } = { client: createRig().api, name: "a" };
    const made = await createOrRead(client, { type: configMapType, object: configMap(name, "1") });
    const found = await createOrRead(client, { type: configMapType, object: configMap(name, "2") });
    expect([made.created, found.created]).toEqual([true, false]);
    expect(found.object).toBe(made.object);
  });
});

describe("deleteIfPresent", () => {
  it("tells deleted, gone and replaced apart", async () => {
    const { api, name } = stored();
    const which = { type: configMapType, name };
    expect(await deleteIfPresent(api, which, { uid: "other" })).toEqual({ kind: "replaced" });
    expect(await deleteIfPresent(api, which, { uid: "uid-1" })).toEqual({ kind: "deleting", object: undefined });
    expect(await deleteIfPresent(api, which)).toEqual({ kind: "gone" });
  });
});

const fault = (reason: KubeFaultReason, code: number, message: string, causes: { reason: string }[] = []) =>
  new KubeFault(reason, message, {
    code,
    status: { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure", details: { causes } },
  });
const violates = "Cannot evict pod as it would violate the pod's disruption budget.";

describe("evict", () => {
  it.each([
    ["evicted", undefined],
    ["blocked-by-budget", fault("TooManyRequests", 429, violates)],
    ["blocked-by-budget", fault("TooManyRequests", 429, "blocked", [{ reason: "DisruptionBudget" }])],
    ["gone", fault("NotFound", 404, "not found")],
    ["gone", fault("Conflict", 409, "the UID in the precondition does not match")],
    [
      "multiple-budgets",
      fault(
        "InternalError",
        500,
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
      ),
    ],
  ])("gives %s for %s", async (kind, error) => {
    const { api } = createRig();
    const object = api.put(podType, pod("p"));
    if (error !== undefined) api.failNext("createSubresource", error);
    expect((await evict(api, object)).kind).toBe(kind);
  });

  it("rejects with an overloaded server's 429 and with other faults", async () => {
    const { api } = createRig();
    const object = api.put(podType, pod("p"));
    const faults = [
      fault("TooManyRequests", 429, "too many requests, please try again later"),
      fault("InternalError", 500, "etcd is down"),
    ];
    for (const error of faults) {
      api.failNext("createSubresource", error);
      await expect(evict(api, object)).rejects.toBe(error);
    }
  });

  it("names the very pod, and the grace period where one is given", async () => {
    const { api } = createRig();
    await evict(api, api.put(podType, pod("p")), { gracePeriodSeconds: 5 });
    expect(api.calls[0]?.detail["body"]).toEqual({
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "p", namespace: "default" },
      deleteOptions: { preconditions: { uid: "uid-1" }, gracePeriodSeconds: 5 },
    });
  });
});

describe("bind", () => {
  it.each([
    ["bound", undefined],
    ["gone", fault("NotFound", 404, "not found")],
    ["taken", fault("Conflict", 409, "pod is already assigned to node")],
  ])("gives %s for %s", async (kind, error) => {
    const { api } = createRig();
    const object = api.put(podType, pod("p"));
    if (error !== undefined) api.failNext("createSubresource", error);
    expect((await bind(api, object, { nodeName: "n" })).kind).toBe(kind);
  });
});
