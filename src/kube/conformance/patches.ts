import { expect } from "vitest";
import { type ConfigMap, configMapType, type Deployment, deploymentType } from "../../api/index.ts";
import type { PatchOptions } from "../client.ts";
import { type CaseContext, type ConformanceCase, causesOf, configMap, refusal } from "./context.ts";
import { widget } from "./widget.ts";

const createA = (
  context: CaseContext,
  data: Readonly<Record<string, string>> = {},
  metadata: ConfigMap["metadata"] = {},
) => context.client.create(configMapType, configMap(context, "a", { data, metadata }));

const patchA = ({ client, namespace }: CaseContext, options: PatchOptions) =>
  client.patch(configMapType, { name: "a", namespace }, options);

async function createDeployment({ client, namespace }: CaseContext): Promise<Deployment> {
  const labels = { app: "web" };
  return client.create(deploymentType, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            { name: "main", image: "registry.example/main:1" },
            { name: "side", image: "registry.example/side:1" },
          ],
        },
      },
    },
  });
}

const imagesOf = ({ spec }: Deployment) => spec.template.spec.containers.map(({ name, image }) => `${name} ${image}`);

/** JSON, merge and strategic patches. */
export const patchCases: readonly ConformanceCase[] = [
  {
    title: "a merge patch sets, removes by null and leaves the rest",
    run: async (context) => {
      await createA(context, { one: "1", two: "2", three: "3" });
      const patched = await patchA(context, { type: "merge", body: { data: { one: "changed", two: null } } });
      expect(patched.data).toEqual({ one: "changed", three: "3" });
    },
  },
  {
    title: "a merge patch replaces lists whole",
    run: async (context) => {
      await createA(context, {}, { finalizers: ["example.com/a", "example.com/b"] });
      const patched = await patchA(context, { type: "merge", body: { metadata: { finalizers: ["example.com/c"] } } });
      expect(patched.metadata.finalizers).toEqual(["example.com/c"]);
    },
  },
  {
    title: "a merge patch with a stale version answers Conflict, with the right one it is taken",
    run: async (context) => {
      const created = await createA(context);
      const lockedBy = (resourceVersion: string | undefined) => ({ metadata: { resourceVersion, labels: { a: "b" } } });
      await patchA(context, { type: "merge", body: { data: { now: "changed" } } });
      await refusal(
        patchA(context, { type: "merge", body: lockedBy(created.metadata.resourceVersion) }),
        "Conflict",
        409,
      );
      const { metadata } = await context.client.get(configMapType, { name: "a", namespace: context.namespace });
      const patched = await patchA(context, { type: "merge", body: lockedBy(metadata.resourceVersion) });
      expect(patched.metadata.labels).toEqual({ a: "b" });
    },
  },
  {
    title: "a patch that changes nothing keeps the version",
    run: async (context) => {
      const created = await createA(context, { one: "1" });
      const patched = await patchA(context, { type: "merge", body: { data: { one: "1" } } });
      expect(patched.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    },
  },
  {
    title: "a patch of an absent object answers NotFound",
    run: async (context) => {
      await refusal(patchA(context, { type: "merge", body: { data: {} } }), "NotFound", 404);
    },
  },
  {
    title: "a patch cannot rename",
    run: async (context) => {
      await createA(context);
      await refusal(patchA(context, { type: "merge", body: { metadata: { name: "b" } } }), "BadRequest", 400);
    },
  },
  {
    title: "a patch with dryRun answers as if and stores nothing",
    run: async (context) => {
      await createA(context, { one: "1" });
      const body = { data: { one: "2" } };
      expect((await patchA(context, { type: "merge", body, dryRun: true })).data).toEqual({ one: "2" });
      const stored = await context.client.get(configMapType, { name: "a", namespace: context.namespace });
      expect(stored.data).toEqual({ one: "1" });
    },
  },
  {
    title: "a JSON patch adds, replaces, moves and removes in order",
    run: async (context) => {
      await createA(context, { one: "1", two: "2" }, { annotations: { "example.com/note": "3" } });
      const patched = await patchA(context, {
        type: "json",
        body: [
          { op: "test", path: "/data/one", value: "1" },
          { op: "replace", path: "/data/one", value: "changed" },
          { op: "remove", path: "/metadata/annotations/example.com~1note" },
          { op: "move", from: "/data/two", path: "/data/moved" },
          { op: "add", path: "/metadata/labels", value: { a: "b" } },
        ],
      });
      expect(patched.data).toEqual({ one: "changed", moved: "2" });
      expect(patched.metadata.labels).toEqual({ a: "b" });
      expect(patched.metadata.annotations ?? {}).toEqual({});
    },
  },
  {
    title: "a JSON patch whose test fails or whose path is absent changes nothing and answers Invalid",
    run: async (context) => {
      await createA(context, { one: "1" });
      const failing = [
        [
          { op: "replace", path: "/data/one", value: "2" },
          { op: "test", path: "/data/one", value: "3" },
        ],
        [{ op: "remove", path: "/data/none" }],
      ];
      for (const body of failing) await refusal(patchA(context, { type: "json", body }), "Invalid", 422);
      const stored = await context.client.get(configMapType, { name: "a", namespace: context.namespace });
      expect(stored.data).toEqual({ one: "1" });
    },
  },
  {
    title: "a JSON patch that is no list of operations answers BadRequest",
    run: async (context) => {
      await createA(context);
      await refusal(patchA(context, { type: "json", body: { data: {} } }), "BadRequest", 400);
    },
  },
  {
    title: "a strategic patch merges containers by name",
    run: async (context) => {
      await createDeployment(context);
      const containers = [{ name: "side", image: "registry.example/side:2" }];
      const patched = await context.client.patch(
        deploymentType,
        { name: "web", namespace: context.namespace },
        { type: "strategic", body: { spec: { template: { spec: { containers } } } } },
      );
      expect(imagesOf(patched).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        "main registry.example/main:1",
        "side registry.example/side:2",
      ]);
    },
  },
  {
    title: "a strategic patch removes a container by a delete directive",
    run: async (context) => {
      await createDeployment(context);
      const containers = [{ name: "side", $patch: "delete" }];
      const patched = await context.client.patch(
        deploymentType,
        { name: "web", namespace: context.namespace },
        { type: "strategic", body: { spec: { template: { spec: { containers } } } } },
      );
      expect(imagesOf(patched)).toEqual(["main registry.example/main:1"]);
    },
  },
  {
    title: "a strategic patch treats finalizers as a set",
    run: async (context) => {
      await createA(context, {}, { finalizers: ["example.com/a", "example.com/b"] });
      const added = await patchA(context, {
        type: "strategic",
        body: { metadata: { finalizers: ["example.com/c", "example.com/a"] } },
      });
      expect(new Set(added.metadata.finalizers)).toEqual(new Set(["example.com/a", "example.com/b", "example.com/c"]));
      const removed = await patchA(context, {
        type: "strategic",
        body: { metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/a"] } },
      });
      expect(new Set(removed.metadata.finalizers)).toEqual(new Set(["example.com/b", "example.com/c"]));
    },
  },
  {
    title: "a strategic patch of a custom kind answers UnsupportedMediaType",
    run: async (context) => {
      const { client, namespace, widgets } = context;
      await client.create(widgets, widget(context, "w"));
      const call = client.patch(widgets, { name: "w", namespace }, { type: "strategic", body: { spec: { size: 2 } } });
      await refusal(call, "UnsupportedMediaType", 415);
    },
  },
  {
    title: "a patch of the scale subresource answers with the scale and sets the replicas",
    run: async (context) => {
      await createDeployment(context);
      const name = { name: "web", namespace: context.namespace };
      const body = { spec: { replicas: 3 } };
      const scale = await context.client.patch(deploymentType, name, { type: "merge", subresource: "scale", body });
      expect(scale).toMatchObject({ apiVersion: "autoscaling/v1", kind: "Scale", spec: { replicas: 3 } });
      expect((await context.client.get(deploymentType, name)).spec.replicas).toBe(3);
    },
  },
];

const apply = ({ client, namespace }: CaseContext, fieldManager: string, data: object, force = false) =>
  client.patch(
    configMapType,
    { name: "applied", namespace },
    {
      type: "apply",
      fieldManager,
      force,
      body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "applied", namespace }, data },
    },
  );

/** Server-side apply. */
export const applyCases: readonly ConformanceCase[] = [
  {
    title: "apply creates what is absent and notes the manager",
    run: async (context) => {
      const applied = await apply(context, "one", { key: "1" });
      expect(applied.data).toEqual({ key: "1" });
      expect(applied.metadata.managedFields).toContainEqual(
        expect.objectContaining({ manager: "one", operation: "Apply" }),
      );
    },
  },
  {
    title: "other writes to an object that was applied are noted under their manager too",
    run: async (context) => {
      const { client, namespace } = context;
      await apply(context, "one", { key: "1" });
      const patched = await client.patch(
        configMapType,
        { name: "applied", namespace },
        { type: "merge", body: { data: { more: "2" } }, fieldManager: "me" },
      );
      expect(patched.metadata.managedFields).toContainEqual(
        expect.objectContaining({ manager: "me", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1" }),
      );
    },
  },
  {
    title: "apply takes from another manager's update only by force",
    run: async (context) => {
      const { client, namespace } = context;
      await apply(context, "one", { key: "1" });
      const body = { data: { key: "2" } };
      await client.patch(configMapType, { name: "applied", namespace }, { type: "merge", body, fieldManager: "me" });
      const fault = await refusal(apply(context, "one", { key: "1" }), "Conflict", 409);
      expect(fault.status?.details?.causes?.[0]?.message).toContain('conflict with "me" using v1');
      expect((await apply(context, "one", { key: "1" }, true)).data).toEqual({ key: "1" });
    },
  },
  {
    title: "apply removes what its manager applied before and no longer does, and nothing else",
    run: async (context) => {
      await apply(context, "one", { mine: "1", dropped: "1" });
      await apply(context, "two", { theirs: "2" });
      expect((await apply(context, "one", { mine: "1" })).data).toEqual({ mine: "1", theirs: "2" });
    },
  },
  {
    title: "apply of a field that another manager applied answers Conflict naming manager and field",
    run: async (context) => {
      await apply(context, "one", { key: "1" });
      const fault = await refusal(apply(context, "two", { key: "2" }), "Conflict", 409);
      expect(causesOf(fault)).toEqual([[".data.key", "FieldManagerConflict"]]);
      expect(fault.status?.details?.causes?.[0]?.message).toContain('conflict with "one"');
    },
  },
  {
    title: "apply with force takes the field over",
    run: async (context) => {
      await apply(context, "one", { key: "1" });
      expect((await apply(context, "two", { key: "2" }, true)).data).toEqual({ key: "2" });
      await refusal(apply(context, "one", { key: "1" }), "Conflict", 409);
    },
  },
  {
    title: "apply of an equal value is no conflict, and both managers hold the field",
    run: async (context) => {
      await apply(context, "one", { key: "1" });
      await apply(context, "two", { key: "1" });
      expect((await apply(context, "one", {})).data).toEqual({ key: "1" });
      expect((await apply(context, "two", {})).data ?? {}).toEqual({});
    },
  },
  {
    title: "apply that changes nothing keeps the version",
    run: async (context) => {
      const first = await apply(context, "one", { key: "1" });
      const second = await apply(context, "one", { key: "1" });
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    },
  },
  {
    title: "apply without a field manager is refused",
    run: async (context) => {
      await refusal(apply(context, "", { key: "1" }), "Invalid", 422);
    },
  },
];
