import { expect } from "vitest";
import { type ConfigMap, configMapType } from "../../api/index.ts";
import { type CaseContext, type ConformanceCase, causesOf, configMap, nameOf, refusal } from "./context.ts";
import { widget } from "./widget.ts";

const hold = "example.com/hold";

const createHeld = (context: CaseContext): Promise<ConfigMap> =>
  context.client.create(configMapType, configMap(context, "held", { metadata: { finalizers: [hold] } }));

/** Takes the finalizers off, so that the namespace can go. */
const letGo = ({ client, namespace }: CaseContext, name = "held") =>
  client.patch(configMapType, { name, namespace }, { type: "merge", body: { metadata: { finalizers: null } } });

/** Deletion, finalizers, preconditions and propagation. */
export const deletionCases: readonly ConformanceCase[] = [
  {
    title: "delete of an object that nothing holds removes it at once, and its name is free again",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a"));
      expect(await client.delete(configMapType, nameOf(created))).toBeUndefined();
      await refusal(client.get(configMapType, nameOf(created)), "NotFound", 404);
      const again = await client.create(configMapType, configMap(context, "a"));
      expect(again.metadata.uid).not.toBe(created.metadata.uid);
    },
  },
  {
    title: "delete of an absent object answers NotFound",
    run: async ({ client, namespace }) => {
      await refusal(client.delete(configMapType, { name: "none", namespace }), "NotFound", 404);
    },
  },
  {
    title: "a finalizer holds a deleted object until it is removed",
    run: async (context) => {
      const { client } = context;
      const created = await createHeld(context);
      const held = await client.delete(configMapType, nameOf(created));
      expect(held?.metadata).toMatchObject({ uid: created.metadata.uid, finalizers: [hold] });
      expect(held?.metadata.deletionTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      await letGo(context);
      await refusal(client.get(configMapType, nameOf(created)), "NotFound", 404);
    },
  },
  {
    title: "a second delete of a held object is accepted and changes nothing",
    run: async (context) => {
      const { client } = context;
      const name = nameOf(await createHeld(context));
      const first = await client.delete(configMapType, name);
      const second = await client.delete(configMapType, name);
      expect(second?.metadata.deletionTimestamp).toBe(first?.metadata.deletionTimestamp);
      await letGo(context);
    },
  },
  {
    title: "a held object can be changed, but takes no new finalizer",
    run: async (context) => {
      const { client } = context;
      const name = nameOf(await createHeld(context));
      await client.delete(configMapType, name);
      const labelled = await client.patch(configMapType, name, {
        type: "merge",
        body: { metadata: { labels: { still: "here" } } },
      });
      expect(labelled.metadata.labels).toEqual({ still: "here" });
      const body = { metadata: { finalizers: [hold, "example.com/another"] } };
      const fault = await refusal(client.patch(configMapType, name, { type: "merge", body }), "Invalid", 422);
      expect(causesOf(fault)).toEqual([["metadata.finalizers", "FieldValueForbidden"]]);
      await letGo(context);
    },
  },
  {
    title: "a custom object's generation rises when its deletion begins",
    run: async (context) => {
      const { client, widgets } = context;
      const object = widget(context, "w");
      const created = await client.create(widgets, { ...object, metadata: { ...object.metadata, finalizers: [hold] } });
      const held = await client.delete(widgets, nameOf(created));
      expect([created.metadata.generation, held?.metadata.generation]).toEqual([1, 2]);
      await client.patch(widgets, nameOf(created), { type: "merge", body: { metadata: { finalizers: null } } });
    },
  },
  {
    title: "delete with the uid of another object answers Conflict and leaves it",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a"));
      const name = nameOf(created);
      await refusal(
        client.delete(configMapType, name, { uid: "00000000-0000-4000-8000-000000000000" }),
        "Conflict",
        409,
      );
      await client.get(configMapType, name);
      const uid = created.metadata.uid ?? "";
      expect(await client.delete(configMapType, name, { uid })).toBeUndefined();
    },
  },
  {
    title: "delete with a stale version answers Conflict and leaves the object",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a"));
      const { resourceVersion = "" } = created.metadata;
      await client.update(configMapType, { ...created, data: { now: "changed" } });
      await refusal(client.delete(configMapType, nameOf(created), { resourceVersion }), "Conflict", 409);
      await client.get(configMapType, nameOf(created));
    },
  },
  {
    title: "delete with dryRun leaves the object",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a"));
      await client.delete(configMapType, nameOf(created), { dryRun: true });
      const { metadata } = await client.get(configMapType, nameOf(created));
      expect(metadata.deletionTimestamp).toBeUndefined();
    },
  },
  {
    title: "foreground and orphan propagation leave a finalizer for the garbage collector",
    run: async (context) => {
      const { client } = context;
      const policies = { Foreground: "foregroundDeletion", Orphan: "orphan" } as const;
      for (const propagationPolicy of ["Foreground", "Orphan"] as const) {
        const created = await client.create(configMapType, configMap(context, propagationPolicy.toLowerCase()));
        const held = await client.delete(configMapType, nameOf(created), { propagationPolicy });
        expect(held?.metadata.finalizers).toEqual([policies[propagationPolicy]]);
      }
    },
  },
  {
    title: "background propagation removes the object at once",
    run: async (context) => {
      const { client } = context;
      const created = await client.create(configMapType, configMap(context, "a"));
      expect(await client.delete(configMapType, nameOf(created), { propagationPolicy: "Background" })).toBeUndefined();
    },
  },
  {
    title: "an object has one controller at most",
    run: async (context) => {
      const owner = (name: string) => ({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name,
        uid: `00000000-0000-4000-8000-00000000000${name}`,
        controller: true,
      });
      const metadata = { ownerReferences: [owner("1"), owner("2")] };
      const fault = await refusal(
        context.client.create(configMapType, configMap(context, "a", { metadata })),
        "Invalid",
        422,
      );
      expect(causesOf(fault)).toEqual([["metadata.ownerReferences", "FieldValueInvalid"]]);
    },
  },
];
