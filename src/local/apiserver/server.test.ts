import { describe, expect, test } from "vitest";
import {
  deploymentType,
  namespaceType,
  nodeType,
  podDisruptionBudgetType,
  podType,
  replicaSetType,
} from "../../api/index.ts";
import type { Deployment, Node, Pod, PodDisruptionBudget, ReplicaSet } from "../../api/index.ts";
import type { WatchEvent } from "../../kube/index.ts";
import { apiServerFixture, deployment, pod } from "./server-fixture.ts";

const inDefault = (name: string) => ({ name, namespace: "default" });

async function take<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const events: T[] = [];
  for await (const event of source) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

const summary = (events: readonly WatchEvent<Pod>[]): readonly string[] =>
  events.map((event) => (event.type === "BOOKMARK" ? "BOOKMARK" : `${event.type} ${event.object.metadata.name}`));

describe("writes", () => {
  test("create stamps identity, time and version, and generates a name", async () => {
    const { client } = apiServerFixture();
    const created = await client.create(podType, pod("", {}, { name: "", generateName: "web-" }));
    expect(created.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(created.metadata).toMatchObject({ creationTimestamp: "2026-11-01T10:00:00Z", namespace: "default" });
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(created.status?.phase).toBe("Pending");
  });

  test("a second create answers 409 AlreadyExists", async () => {
    const { client } = apiServerFixture();
    await client.create(podType, pod("a"));
    await expect(client.create(podType, pod("a"))).rejects.toMatchObject({
      reason: "AlreadyExists",
      code: 409,
      message: 'pods "a" already exists',
    });
  });

  test("a create in a missing namespace answers 404", async () => {
    const { client } = apiServerFixture();
    await expect(client.create(podType, pod("a", {}, { namespace: "nowhere" }))).rejects.toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
  });

  test("generation rises with spec, not with labels or status", async () => {
    const { client } = apiServerFixture();
    const first = await client.create(deploymentType, deployment("web"));
    const labelled = await client.patch(deploymentType, inDefault("web"), {
      type: "merge",
      body: { metadata: { labels: { a: "b" } } },
    });
    const scaled = await client.patch(deploymentType, inDefault("web"), {
      type: "merge",
      body: { spec: { replicas: 3 } },
    });
    const status = await client.patch(deploymentType, inDefault("web"), {
      type: "merge",
      subresource: "status",
      body: { status: { replicas: 3 }, spec: { replicas: 9 } },
    });
    expect([first, labelled, scaled, status].map(({ metadata }) => metadata.generation)).toEqual([1, 1, 2, 2]);
    expect(status.spec.replicas).toBe(3);
    expect(status.status?.replicas).toBe(3);
  });

  test("an update with an old version answers 409", async () => {
    const { client } = apiServerFixture();
    const old = await client.create(deploymentType, deployment("web"));
    await client.patch(deploymentType, inDefault("web"), { type: "merge", body: { spec: { replicas: 3 } } });
    await expect(client.update(deploymentType, old)).rejects.toMatchObject({
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  test("a write that changes nothing keeps its version", async () => {
    const { client } = apiServerFixture();
    const first = await client.create(deploymentType, deployment("web"));
    const again = await client.patch(deploymentType, inDefault("web"), {
      type: "merge",
      body: { spec: { replicas: 1 } },
    });
    expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test("a dry run stores nothing", async () => {
    const { client } = apiServerFixture();
    await client.create(podType, pod("a"), { dryRun: true });
    await expect(client.get(podType, inDefault("a"))).rejects.toMatchObject({
      code: 404,
      message: 'pods "a" not found',
    });
  });

  test("scale reads and writes replicas", async () => {
    const { client } = apiServerFixture();
    await client.create(deploymentType, deployment("web"));
    await client.patch(deploymentType, inDefault("web"), {
      type: "merge",
      subresource: "scale",
      body: { spec: { replicas: 5 } },
    });
    const scaled: Deployment = await client.get(deploymentType, inDefault("web"));
    expect(scaled.spec.replicas).toBe(5);
    expect(await client.getScale(deploymentType, inDefault("web"))).toMatchObject({
      kind: "Scale",
      spec: { replicas: 5 },
      status: { selector: "app=web" },
    });
  });
});

describe("deletes", () => {
  test("an unscheduled pod goes at once, a bound one when its kubelet says so", async () => {
    const { client, clock } = apiServerFixture();
    await client.create(podType, pod("loose"));
    await client.create(podType, pod("bound", { nodeName: "n1" }));
    expect(await client.delete(podType, inDefault("loose"))).toBeUndefined();
    const going = await client.delete(podType, inDefault("bound"));
    expect(going?.metadata).toMatchObject({
      deletionTimestamp: "2026-11-01T10:00:30Z",
      deletionGracePeriodSeconds: 30,
    });
    await clock.advance(5000);
    expect(await client.delete(podType, inDefault("bound"), { gracePeriodSeconds: 0 })).toBeUndefined();
  });

  test("finalizers hold an object until they are removed, and none may be added", async () => {
    const { client } = apiServerFixture();
    const node: Node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n1", finalizers: ["karpenter.sh/termination"] },
      spec: {},
    };
    await client.create(nodeType, node);
    expect((await client.delete(nodeType, { name: "n1" }))?.metadata.deletionTimestamp).toBe("2026-11-01T10:00:00Z");
    await expect(
      client.patch(
        nodeType,
        { name: "n1" },
        { type: "json", body: [{ op: "add", path: "/metadata/finalizers/-", value: "a.b/c" }] },
      ),
    ).rejects.toMatchObject({ code: 422, message: expect.stringContaining("no new finalizers can be added") });
    await client.patch(nodeType, { name: "n1" }, { type: "merge", body: { metadata: { finalizers: null } } });
    await expect(client.get(nodeType, { name: "n1" })).rejects.toMatchObject({ code: 404 });
  });

  test("preconditions are checked", async () => {
    const { client } = apiServerFixture();
    await client.create(podType, pod("a"));
    await expect(client.delete(podType, inDefault("a"), { uid: "other" })).rejects.toMatchObject({ code: 409 });
  });

  test("dependents follow their owner in the background", async () => {
    const { client, server } = apiServerFixture();
    const owner = await client.create(deploymentType, deployment("web"));
    await client.create(replicaSetType, replicaSet("web-1", owner));
    await client.delete(deploymentType, inDefault("web"));
    await server.settled();
    await expect(client.get(replicaSetType, inDefault("web-1"))).rejects.toMatchObject({ code: 404 });
  });

  test("foreground waits for blocking dependents, orphan lets them live", async () => {
    const { client, server } = apiServerFixture();
    const web = await client.create(deploymentType, deployment("web"));
    await client.create(replicaSetType, replicaSet("web-1", web, ["example.com/hold"]));
    await client.delete(deploymentType, inDefault("web"), { propagationPolicy: "Foreground" });
    await server.settled();
    expect((await client.get(deploymentType, inDefault("web"))).metadata.finalizers).toEqual(["foregroundDeletion"]);
    await client.patch(replicaSetType, inDefault("web-1"), { type: "merge", body: { metadata: { finalizers: null } } });
    await server.settled();
    await expect(client.get(deploymentType, inDefault("web"))).rejects.toMatchObject({ code: 404 });

    const api = await client.create(deploymentType, deployment("api"));
    await client.create(replicaSetType, replicaSet("api-1", api));
    await client.delete(deploymentType, inDefault("api"), { propagationPolicy: "Orphan" });
    await server.settled();
    const left: ReplicaSet = await client.get(replicaSetType, inDefault("api-1"));
    expect(left.metadata.ownerReferences).toBeUndefined();
    await expect(client.get(deploymentType, inDefault("api"))).rejects.toMatchObject({ code: 404 });
  });

  test("a namespace goes with its content", async () => {
    const { client, server } = apiServerFixture();
    await client.create(namespaceType, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    await client.create(podType, pod("a", { nodeName: "n1" }, { namespace: "shop" }));
    await client.delete(namespaceType, { name: "shop" });
    await server.settled();
    expect((await client.get(namespaceType, { name: "shop" })).status?.phase).toBe("Terminating");
    await expect(client.create(podType, pod("b", {}, { namespace: "shop" }))).rejects.toMatchObject({ code: 403 });
    await client.delete(podType, { name: "a", namespace: "shop" }, { gracePeriodSeconds: 0 });
    await server.settled();
    await expect(client.get(namespaceType, { name: "shop" })).rejects.toMatchObject({ code: 404 });
  });
});

function replicaSet(name: string, owner: Deployment, finalizers?: readonly string[]): ReplicaSet {
  const { selector, template } = owner.spec;
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name,
      namespace: "default",
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          name: owner.metadata.name!,
          uid: owner.metadata.uid!,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { replicas: 1, selector, template },
  };
}

describe("watches", () => {
  test("begin with what is there, then follow", async () => {
    const { client } = apiServerFixture();
    await client.create(podType, pod("a"));
    const events = client.watch(podType)[Symbol.asyncIterator]();
    await client.create(podType, pod("b"));
    await client.delete(podType, inDefault("a"));
    const seen = [await events.next(), await events.next(), await events.next()].map(
      ({ value }) => value as WatchEvent<Pod>,
    );
    expect(summary(seen)).toEqual(["ADDED a", "ADDED b", "DELETED a"]);
  });

  test("resume after a version, and answer 410 when the history is forgotten", async () => {
    const { client, server } = apiServerFixture();
    const { metadata } = await client.list(podType);
    await client.create(podType, pod("a"));
    const resumed = await take(client.watch(podType, { resourceVersion: metadata.resourceVersion! }), 1);
    expect(summary(resumed)).toEqual(["ADDED a"]);
    server.compact();
    await expect(take(client.watch(podType, { resourceVersion: metadata.resourceVersion! }), 1)).rejects.toMatchObject({
      reason: "Expired",
      code: 410,
    });
  });

  test("leaving a selection is a delete, entering it an add", async () => {
    const { client } = apiServerFixture();
    const events = client.watch(podType, { fieldSelector: "spec.nodeName=n1" })[Symbol.asyncIterator]();
    await client.create(podType, pod("a"));
    await client.createSubresource(podType, inDefault("a"), "binding", {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name: "a" },
      target: { kind: "Node", name: "n1" },
    } as Parameters<typeof client.createSubresource>[3]);
    await client.delete(podType, inDefault("a"), { gracePeriodSeconds: 0 });
    const seen = [await events.next(), await events.next()].map(({ value }) => value as WatchEvent<Pod>);
    expect(summary(seen)).toEqual(["ADDED a", "DELETED a"]);
  });

  test("end at their time-out, reject when aborted, and tell their place each minute", async () => {
    const { client, clock } = apiServerFixture();
    const timed = client.watch(podType, { timeoutSeconds: 90, allowBookmarks: true })[Symbol.asyncIterator]();
    await client.create(namespaceType, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    await clock.advance(61_000);
    expect((await timed.next()).value).toMatchObject({ type: "BOOKMARK" });
    await clock.advance(61_000);
    expect((await timed.next()).value).toMatchObject({ type: "BOOKMARK" });
    expect(await timed.next()).toEqual({ done: true, value: undefined });
    const stop = new AbortController();
    const aborted = client.watch(podType, { signal: stop.signal })[Symbol.asyncIterator]();
    stop.abort(new Error("enough"));
    await expect(aborted.next()).rejects.toThrow("enough");
  });
});

describe("lists", () => {
  test("pages are consistent with the first one", async () => {
    const { client } = apiServerFixture();
    for (const name of ["a", "b", "c", "d"]) await client.create(podType, pod(name));
    const first = await client.list(podType, { limit: 2 });
    await client.delete(podType, inDefault("c"));
    await client.create(podType, pod("e"));
    const second = await client.list(podType, { limit: 2, continue: first.metadata.continue! });
    expect(first.metadata.remainingItemCount).toBe(2);
    expect(second.items.map(({ metadata }) => metadata.name)).toEqual(["c", "d"]);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(second.metadata.continue).toBeUndefined();
  });

  test("label and field selectors", async () => {
    const { client } = apiServerFixture();
    await client.create(podType, pod("a", { nodeName: "n1" }, { labels: { app: "web", tier: "1" } }));
    await client.create(podType, pod("b", {}, { labels: { app: "db" } }));
    const names = async (options: Parameters<typeof client.list>[1]) =>
      (await client.list(podType, options)).items.map(({ metadata }) => metadata.name);
    expect(await names({ labelSelector: "app in (web, db),!tier" })).toEqual(["b"]);
    expect(await names({ labelSelector: "tier>0" })).toEqual(["a"]);
    expect(await names({ fieldSelector: "spec.nodeName=n1" })).toEqual(["a"]);
    expect(await names({ fieldSelector: "spec.nodeName!=n1,metadata.namespace=default" })).toEqual(["b"]);
    await expect(names({ fieldSelector: "spec.foo=1" })).rejects.toMatchObject({
      code: 400,
      message: "field label not supported: spec.foo",
    });
  });
});

describe("eviction", () => {
  const budget = (name: string, allowed: number): PodDisruptionBudget => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    status: {
      observedGeneration: 1,
      disruptionsAllowed: allowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
    },
  });
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "a", namespace: "default" } };

  async function running(budgets: readonly PodDisruptionBudget[]) {
    const fixture = apiServerFixture();
    const { client } = fixture;
    await client.create(podType, pod("a", { nodeName: "n1" }, { labels: { app: "web" } }));
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    await client.patch(podType, inDefault("a"), { type: "merge", subresource: "status", body: { status } });
    for (const one of budgets) {
      await client.create(podDisruptionBudgetType, one);
      await client.patch(podDisruptionBudgetType, inDefault(one.metadata.name!), {
        type: "merge",
        subresource: "status",
        body: { status: one.status },
      });
    }
    return fixture;
  }

  test("takes one disruption from the budget", async () => {
    const { client } = await running([budget("web", 1)]);
    await client.createSubresource(podType, inDefault("a"), "eviction", eviction);
    const pdb = await client.get(podDisruptionBudgetType, inDefault("web"));
    expect(pdb.status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { a: "2026-11-01T10:00:00Z" } });
    expect((await client.get(podType, inDefault("a"))).metadata.deletionTimestamp).toBe("2026-11-01T10:00:30Z");
  });

  test("is refused when none is left", async () => {
    const { client } = await running([budget("web", 0)]);
    await expect(client.createSubresource(podType, inDefault("a"), "eviction", eviction)).rejects.toMatchObject({
      code: 429,
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      status: {
        details: { causes: [{ message: "The disruption budget web needs 1 healthy pods and has 1 currently" }] },
      },
    });
  });

  test("is not supported with two budgets", async () => {
    const { client } = await running([budget("web", 1), budget("too", 1)]);
    await expect(client.createSubresource(podType, inDefault("a"), "eviction", eviction)).rejects.toMatchObject({
      code: 500,
    });
  });
});
