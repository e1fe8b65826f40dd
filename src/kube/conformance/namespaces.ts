import { expect } from "vitest";
import { configMapType, eventType, namespaceType } from "../../api/index.ts";
import { type ConformanceCase, configMap, refusal } from "./context.ts";

/** Namespaces and events. */
export const namespaceCases: readonly ConformanceCase[] = [
  {
    title: "a namespace is active, labelled with its name and held by its own finalizer",
    run: async ({ client, namespace }) => {
      const found = await client.get(namespaceType, { name: namespace });
      expect(found).toMatchObject({
        metadata: { labels: { "kubernetes.io/metadata.name": namespace } },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      });
    },
  },
  {
    title: "create in a namespace that is absent answers NotFound naming it",
    run: async (context) => {
      const elsewhere = { ...context, namespace: `${context.namespace}-absent` };
      const fault = await refusal(context.client.create(configMapType, configMap(elsewhere, "a")), "NotFound", 404);
      expect(fault.message).toBe(`namespaces "${elsewhere.namespace}" not found`);
    },
  },
  {
    title: "a namespace that is deleted while it holds something terminates and takes nothing new",
    run: async (context) => {
      const { client, namespace } = context;
      const metadata = { finalizers: ["example.com/hold"] };
      await client.create(configMapType, configMap(context, "held", { metadata }));
      const terminating = await client.delete(namespaceType, { name: namespace });
      expect(terminating).toMatchObject({ status: { phase: "Terminating" } });
      const fault = await refusal(client.create(configMapType, configMap(context, "late")), "Forbidden", 403);
      expect(fault.message).toContain("because it is being terminated");
      expect(fault.status?.details?.causes?.[0]).toMatchObject({ reason: "NamespaceTerminating" });
      const body = { metadata: { finalizers: null } };
      await client.patch(configMapType, { name: "held", namespace }, { type: "merge", body });
    },
  },
  {
    title: "the namespace default cannot be deleted",
    run: async ({ client }) => {
      await refusal(client.delete(namespaceType, { name: "default" }), "Forbidden", 403);
    },
  },
  {
    title: "events are stored beside what they are about",
    run: async ({ client, namespace }) => {
      const created = await client.create(eventType, {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: "a.1", namespace },
        involvedObject: { apiVersion: "v1", kind: "Pod", name: "a", namespace },
        reason: "Nominated",
        message: "Pod should schedule on: nodeclaim/a",
        type: "Normal",
        count: 1,
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        source: { component: "karpenter" },
      });
      expect(created.reason).toBe("Nominated");
      const fieldSelector = "involvedObject.kind=Pod,involvedObject.name=a,reason=Nominated";
      expect((await client.list(eventType, { namespace, fieldSelector })).items).toHaveLength(1);
    },
  },
];
