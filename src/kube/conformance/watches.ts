import { expect } from "vitest";
import { configMapType, nodeType, podType } from "../../api/index.ts";
import { isKubeFault } from "../fault.ts";
import { type CaseContext, type ConformanceCase, configMap, follow, nameOf, pod, refusal } from "./context.ts";
import { widget } from "./widget.ts";

/** A version to watch from, and a selector that keeps out what a control plane puts into a namespace. */
async function now({ client, namespace }: CaseContext): Promise<string> {
  return (await client.list(configMapType, { namespace })).metadata.resourceVersion ?? "";
}

const label = (context: CaseContext, name: string, labels: Record<string, string | null>) =>
  context.client.patch(
    configMapType,
    { name, namespace: context.namespace },
    { type: "merge", body: { metadata: { labels } } },
  );

/** Watches. */
export const watchCases: readonly ConformanceCase[] = [
  {
    title: "watch tells what is added, modified and deleted after a version, in order",
    run: async (context) => {
      const { client, namespace } = context;
      const watch = follow(context, configMapType, {
        namespace,
        resourceVersion: await now(context),
        labelSelector: "w",
      });
      const labels = { w: "" };
      const created = await client.create(configMapType, configMap(context, "a", { metadata: { labels } }));
      await client.update(configMapType, { ...created, data: { key: "value" } });
      await client.delete(configMapType, nameOf(created));
      expect(await watch.next()).toBe("ADDED a");
      const modified = await watch.nextEvent();
      expect(modified).toMatchObject({ type: "MODIFIED", object: { kind: "ConfigMap", data: { key: "value" } } });
      const deleted = await watch.nextEvent();
      expect(deleted).toMatchObject({ type: "DELETED", object: { data: { key: "value" } } });
      expect(Number(deleted.object.metadata.resourceVersion)).toBeGreaterThan(
        Number(modified.object.metadata.resourceVersion),
      );
      await watch.stop();
    },
  },
  {
    title: "watch without a version begins with what there is",
    run: async (context) => {
      const { client, namespace } = context;
      const labels = { w: "" };
      for (const name of ["a", "b"]) {
        await client.create(configMapType, configMap(context, name, { metadata: { labels } }));
      }
      const watch = follow(context, configMapType, { namespace, labelSelector: "w" });
      expect([await watch.next(), await watch.next()].toSorted()).toEqual(["ADDED a", "ADDED b"]);
      await label(context, "b", { more: "1" });
      expect(await watch.next()).toBe("MODIFIED b");
      await watch.stop();
    },
  },
  {
    title: "watch from version 0 begins with what there is",
    run: async (context) => {
      const { client, namespace } = context;
      await client.create(configMapType, configMap(context, "a", { metadata: { labels: { w: "" } } }));
      const watch = follow(context, configMapType, { namespace, labelSelector: "w", resourceVersion: "0" });
      expect(await watch.next()).toBe("ADDED a");
      await watch.stop();
    },
  },
  {
    title: "watch resumes from the version of an event and tells only what came after",
    run: async (context) => {
      const { client, namespace } = context;
      const labels = { w: "" };
      const versions: string[] = [];
      for (const name of ["a", "b", "c"]) {
        const made = await client.create(configMapType, configMap(context, name, { metadata: { labels } }));
        versions.push(made.metadata.resourceVersion ?? "");
      }
      const [, resourceVersion = ""] = versions;
      const watch = follow(context, configMapType, { namespace, labelSelector: "w", resourceVersion });
      expect(await watch.next()).toBe("ADDED c");
      await watch.stop();
    },
  },
  {
    title: "watch with a label selector tells of objects that begin and cease to match as added and deleted",
    run: async (context) => {
      const { client, namespace } = context;
      await client.create(configMapType, configMap(context, "a"));
      const resourceVersion = await now(context);
      const watch = follow(context, configMapType, { namespace, resourceVersion, labelSelector: "match=yes" });
      await label(context, "a", { match: "yes" });
      await label(context, "a", { match: "yes", other: "1" });
      await label(context, "a", { match: "no" });
      await label(context, "a", { match: "yes" });
      expect([await watch.next(), await watch.next(), await watch.next(), await watch.next()]).toEqual([
        "ADDED a",
        "MODIFIED a",
        "DELETED a",
        "ADDED a",
      ]);
      await watch.stop();
    },
  },
  {
    title: "watch with a field selector tells of a pod once it is bound to the node",
    run: async (context) => {
      const { client, namespace } = context;
      const { metadata } = await client.list(podType, { namespace });
      const resourceVersion = metadata.resourceVersion ?? "";
      const watch = follow(context, podType, { namespace, resourceVersion, fieldSelector: "spec.nodeName=n1" });
      for (const name of ["other", "mine"]) {
        await client.create(podType, pod(context, name));
        await client.createSubresource(podType, { name, namespace }, "binding", {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { name, namespace },
          target: { apiVersion: "v1", kind: "Node", name: name === "mine" ? "n1" : "n2" },
        } as never);
      }
      expect(await watch.next()).toBe("ADDED mine");
      await watch.stop();
    },
  },
  {
    title: "watch of a namespace says nothing of others",
    run: async (context) => {
      const { client, namespace } = context;
      const resourceVersion = await now(context);
      const watch = follow(context, configMapType, { namespace, resourceVersion, labelSelector: "w" });
      const labels = { w: "" };
      const elsewhere = { ...configMap(context, "elsewhere", { metadata: { labels } }) };
      await client.create(configMapType, {
        ...elsewhere,
        metadata: { labels, name: context.unique("elsewhere"), namespace: "default" },
      });
      await client.create(configMapType, configMap(context, "here", { metadata: { labels } }));
      expect(await watch.next()).toBe("ADDED here");
      await watch.stop();
    },
  },
  {
    title: "watch says nothing of an update that changes nothing",
    run: async (context) => {
      const { client, namespace } = context;
      const created = await client.create(configMapType, configMap(context, "a"));
      const resourceVersion = created.metadata.resourceVersion ?? "";
      const watch = follow(context, configMapType, { namespace, resourceVersion, fieldSelector: "metadata.name=a" });
      await client.update(configMapType, created);
      await label(context, "a", { now: "changed" });
      expect(await watch.nextEvent()).toMatchObject({ object: { metadata: { labels: { now: "changed" } } } });
      await watch.stop();
    },
  },
  {
    title: "watch ends at the time-out it asked for, with a bookmark before the end when asked",
    run: async ({ client, namespace }) => {
      const options = { namespace, timeoutSeconds: 4, allowBookmarks: true, resourceVersion: "0" };
      const bookmarks: string[] = [];
      for await (const event of client.watch(podType, options)) {
        if (event.type === "BOOKMARK") bookmarks.push(event.resourceVersion);
      }
      expect(bookmarks.length).toBeGreaterThan(0);
      for (const version of bookmarks) expect(Number(version)).toBeGreaterThan(0);
    },
  },
  {
    title: "watch without bookmarks gets none",
    run: async ({ client, namespace }) => {
      const types: string[] = [];
      for await (const event of client.watch(podType, { namespace, timeoutSeconds: 1 })) types.push(event.type);
      expect(types).toEqual([]);
    },
  },
  {
    // The kind is younger than version 1, so a real server has forgotten it however little has happened since.
    title: "watch from a version that is too old rejects with Expired or Gone",
    run: async (context) => {
      const { client, namespace, widgets, server } = context;
      await client.create(widgets, widget(context, "w"));
      await server.compact?.();
      const watch = follow(context, widgets, { namespace, resourceVersion: "1" });
      const fault = await watch.next().catch((error: unknown) => error);
      expect(isKubeFault(fault, "Expired") || isKubeFault(fault, "Gone"), String(fault)).toBe(true);
      expect(fault).toMatchObject({ code: 410 });
      await watch.stop();
    },
  },
  {
    // kube-apiserver answers 500 without a reason, where 400 would be meant.
    title: "watch from a version that is none is refused",
    run: async (context) => {
      const watch = follow(context, configMapType, { namespace: context.namespace, resourceVersion: "nonsense" });
      const fault = await watch.next().catch((error: unknown) => error);
      expect(isKubeFault(fault) && fault.code >= 400, String(fault)).toBe(true);
      await watch.stop();
    },
  },
  {
    title: "watch rejects with the reason of its signal",
    run: async ({ client, namespace }) => {
      const stop = new AbortController();
      const iterator = client.watch(podType, { namespace, signal: stop.signal })[Symbol.asyncIterator]();
      const next = iterator.next();
      stop.abort(new Error("enough watched"));
      await expect(next).rejects.toThrow("enough watched");
    },
  },
  {
    title: "watch of a kind that is not served answers NotFound",
    run: async ({ client, namespace, widgets }) => {
      const gadgets = { ...widgets, plural: "gadgets", kind: "Gadget" };
      await refusal(client.watch(gadgets, { namespace })[Symbol.asyncIterator]().next(), "NotFound", 404);
    },
  },
  {
    title: "watch of a cluster-scoped kind tells of status changes too",
    run: async (context) => {
      const { client } = context;
      const name = context.unique("node");
      const created = await client.create(nodeType, { apiVersion: "v1", kind: "Node", metadata: { name }, spec: {} });
      const resourceVersion = created.metadata.resourceVersion ?? "";
      const watch = follow(context, nodeType, { fieldSelector: `metadata.name=${name}`, resourceVersion });
      const body = { status: { capacity: { cpu: "4" } } };
      await client.patch(nodeType, { name }, { type: "merge", subresource: "status", body });
      // A control plane may taint or label the node in between.
      let event = await watch.nextEvent();
      while (!JSON.stringify(event.object).includes('"capacity"')) event = await watch.nextEvent();
      expect(event).toMatchObject({ type: "MODIFIED", object: { status: { capacity: { cpu: "4" } } } });
      await client.delete(nodeType, { name });
      await watch.stop();
    },
  },
];
