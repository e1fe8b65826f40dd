import { expect } from "vitest";
import { configMapType, deploymentType, leaseType, nodeType, podType } from "../../api/index.ts";
import { type ConformanceCase, configMap, nameOf, pod, refusal } from "./context.ts";

/** Reading, creating and replacing. */
export const objectCases: readonly ConformanceCase[] = [
  {
    title: "create fills in uid, version and creation time, and get reads it back",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a", { data: { key: "value" } }));
      expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(Number(created.metadata.resourceVersion)).toBeGreaterThan(0);
      expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const read = await client.get(configMapType, nameOf(created));
      expect(read).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", data: { key: "value" } });
      expect(read.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    },
  },
  {
    title: "create does not take uid and creation time from the client",
    run: async (context) => {
      const metadata = { uid: "00000000-0000-4000-8000-000000000000", creationTimestamp: "2001-01-01T00:00:00Z" };
      const created = await context.client.create(configMapType, configMap(context, "a", { metadata }));
      expect(created.metadata.uid).not.toBe(metadata.uid);
      expect(created.metadata.creationTimestamp).not.toBe(metadata.creationTimestamp);
    },
  },
  {
    title: "create of a name that is taken answers AlreadyExists",
    run: async (context) => {
      await context.client.create(configMapType, configMap(context, "a"));
      const fault = await refusal(context.client.create(configMapType, configMap(context, "a")), "AlreadyExists", 409);
      expect(fault.message).toBe('configmaps "a" already exists');
      expect(fault.status?.details).toMatchObject({ name: "a", kind: "configmaps" });
    },
  },
  {
    title: "create with generateName adds five letters of the alphabet without vowels",
    run: async ({ client, namespace }) => {
      const metadata = { generateName: "gen-", namespace };
      const created = await client.create(configMapType, { apiVersion: "v1", kind: "ConfigMap", metadata });
      expect(created.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(created.metadata.generateName).toBe("gen-");
    },
  },
  {
    title: "create with dryRun answers as if and stores nothing",
    run: async (context) => {
      const { client } = context;
      const answer = await client.create(configMapType, configMap(context, "a"), { dryRun: true });
      expect(answer.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      await refusal(client.get(configMapType, nameOf(answer)), "NotFound", 404);
    },
  },
  {
    title: "get of an absent object answers NotFound with its name and resource",
    run: async ({ client, namespace }) => {
      const fault = await refusal(client.get(deploymentType, { name: "none", namespace }), "NotFound", 404);
      expect(fault.message).toBe('deployments.apps "none" not found');
      expect(fault.status).toMatchObject({
        kind: "Status",
        status: "Failure",
        reason: "NotFound",
        code: 404,
        details: { name: "none", group: "apps", kind: "deployments" },
      });
    },
  },
  {
    title: "an invalid name is refused naming metadata.name",
    run: async (context) => {
      const fault = await refusal(
        context.client.create(configMapType, configMap(context, "Not_A_Name")),
        "Invalid",
        422,
      );
      expect(fault.status?.details?.causes?.[0]).toMatchObject({ field: "metadata.name", reason: "FieldValueInvalid" });
    },
  },
  {
    title: "an invalid label value is refused naming metadata.labels",
    run: async (context) => {
      const metadata = { labels: { app: "not a value" } };
      const call = context.client.create(configMapType, configMap(context, "a", { metadata }));
      const fault = await refusal(call, "Invalid", 422);
      expect(fault.status?.details?.causes?.[0]?.field).toMatch(/^metadata\.labels/);
    },
  },
  {
    title: "update with the version that was read replaces the whole object",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a", { data: { one: "1", two: "2" } }));
      const updated = await client.update(configMapType, { ...created, data: { two: "3" } });
      expect(updated.data).toEqual({ two: "3" });
      expect(updated.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
      expect(updated.metadata.uid).toBe(created.metadata.uid);
    },
  },
  {
    title: "update with a stale version answers Conflict",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a"));
      await client.update(configMapType, { ...created, data: { by: "other" } });
      const stale = client.update(configMapType, { ...created, data: { by: "me" } });
      const fault = await refusal(stale, "Conflict", 409);
      expect(fault.message).toBe(
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; ' +
          "please apply your changes to the latest version and try again",
      );
    },
  },
  {
    title: "update without a version overwrites a core kind",
    run: async (context) => {
      const { client } = context;
      await client.create(configMapType, configMap(context, "a", { data: { one: "1" } }));
      const updated = await client.update(configMapType, configMap(context, "a", { data: { two: "2" } }));
      expect(updated.data).toEqual({ two: "2" });
    },
  },
  {
    title: "update of an object of another uid answers Conflict",
    run: async (context) => {
      const created = await context.client.create(configMapType, configMap(context, "a"));
      const metadata = { ...created.metadata, uid: "00000000-0000-4000-8000-000000000000" };
      await refusal(context.client.update(configMapType, { ...created, metadata }), "Conflict", 409);
    },
  },
  {
    title: "update of an absent object answers NotFound",
    run: async (context) => {
      await refusal(context.client.update(configMapType, configMap(context, "a")), "NotFound", 404);
    },
  },
  {
    title: "update that changes nothing keeps the version",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a", { data: { one: "1" } }));
      const updated = await client.update(configMapType, created);
      expect(updated.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    },
  },
  {
    title: "of two writers with one version of a lease, one wins",
    run: async ({ client, namespace }) => {
      const lease = await client.create(leaseType, {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "leader", namespace },
        spec: { holderIdentity: "", leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.123456Z" },
      });
      expect(lease.spec?.renewTime).toBe("2026-01-01T00:00:00.123456Z");
      const claim = (holderIdentity: string) =>
        client.update(leaseType, { ...lease, spec: { ...lease.spec, holderIdentity } }).then(
          () => "won",
          (error: { readonly reason?: string }) => `${error.reason}`,
        );
      expect((await Promise.all([claim("one"), claim("two")])).toSorted()).toEqual(["Conflict", "won"]);
    },
  },
  {
    title: "generation starts at 1, rises with the spec and not with labels",
    run: async ({ client, namespace }) => {
      const labels = { app: "web" };
      const template = {
        metadata: { labels },
        spec: { containers: [{ name: "main", image: "registry.example/a:1" }] },
      };
      const created = await client.create(deploymentType, {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace },
        spec: { replicas: 0, selector: { matchLabels: labels }, template },
      });
      expect(created.metadata.generation).toBe(1);
      const name = { name: "web", namespace };
      const patch = (body: unknown) => client.patch(deploymentType, name, { type: "merge", body });
      const labelled = await patch({ metadata: { labels: { team: "a" } } });
      expect(labelled.metadata.generation).toBe(1);
      const respecified = await patch({ spec: { minReadySeconds: 5 } });
      expect(respecified.metadata.generation).toBe(2);
    },
  },
  {
    title: "cluster-scoped objects have no namespace",
    run: async ({ client, unique }) => {
      const name = unique("node");
      const created = await client.create(nodeType, { apiVersion: "v1", kind: "Node", metadata: { name }, spec: {} });
      expect(created.metadata.namespace).toBeUndefined();
      expect((await client.get(nodeType, { name })).metadata.uid).toBe(created.metadata.uid);
      await client.delete(nodeType, { name });
    },
  },
  {
    title: "a call whose signal is aborted rejects with the reason of the signal",
    run: async ({ client, namespace }) => {
      const signal = AbortSignal.abort(new Error("not wanted any more"));
      await expect(client.get(podType, { name: "a", namespace }, { signal })).rejects.toThrow("not wanted any more");
    },
  },
  {
    title: "isServed tells kinds that are there from those that are not",
    run: async ({ client, widgets }) => {
      expect(await client.isServed(podType)).toBe(true);
      expect(await client.isServed(widgets)).toBe(true);
      expect(await client.isServed({ ...widgets, plural: "gadgets", kind: "Gadget" })).toBe(false);
      expect(await client.isServed({ ...widgets, group: "none.example.com" })).toBe(false);
      expect(await client.isServed({ ...widgets, version: "v9" })).toBe(false);
    },
  },
  {
    title: "a kind that is not served answers NotFound",
    run: async ({ client, namespace, widgets }) => {
      await refusal(client.list({ ...widgets, plural: "gadgets", kind: "Gadget" }, { namespace }), "NotFound", 404);
    },
  },
  {
    title: "status is no part of what create stores for a kind with a status subresource",
    run: async (context) => {
      const created = await context.client.create(podType, {
        ...pod(context, "a"),
        status: { phase: "Running" },
      });
      expect(created.status?.phase).toBe("Pending");
    },
  },
];
