import { describe, expect, test } from "vitest";
import { customResourceDefinitionType, resourceType } from "../../api/index.ts";
import type { CustomResourceDefinition, JsonSchema, KubeObject } from "../../api/index.ts";
import { apiServerFixture } from "./server-fixture.ts";

interface Widget extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

const widgetType = resourceType<Widget>("example.com/v1", "Widget", "widgets", "Namespaced");

function definition(spec: JsonSchema): CustomResourceDefinition {
  const openAPIV3Schema: JsonSchema = {
    type: "object",
    properties: { spec, status: { type: "object", properties: { count: { type: "integer" } } } },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { kind: "Widget", plural: "widgets" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema },
          subresources: { status: {} },
          selectableFields: [{ jsonPath: ".spec.size" }],
        },
      ],
    },
  };
}

const widget = (name: string, spec: Readonly<Record<string, unknown>>, metadata: Widget["metadata"] = {}): Widget => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name, namespace: "default", ...metadata },
  spec,
});

async function served(spec: JsonSchema) {
  const fixture = apiServerFixture();
  await fixture.client.create(customResourceDefinitionType, definition(spec));
  return fixture;
}

describe("custom resources", () => {
  test("are served from the write of their definition to its delete", async () => {
    const { client, server } = apiServerFixture();
    expect(await client.isServed(widgetType)).toBe(false);
    await expect(client.list(widgetType)).rejects.toMatchObject({ code: 404 });
    const crd = await client.create(customResourceDefinitionType, definition({ type: "object" }));
    expect(crd.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      "NamesAccepted=True",
      "Established=True",
    ]);
    await client.create(widgetType, widget("held", {}, { finalizers: ["example.com/hold"] }));
    await client.delete(customResourceDefinitionType, { name: "widgets.example.com" });
    await server.settled();
    expect(
      (await client.get(widgetType, { name: "held", namespace: "default" })).metadata.deletionTimestamp,
    ).toBeDefined();
    await client.patch(
      widgetType,
      { name: "held", namespace: "default" },
      { type: "merge", body: { metadata: { finalizers: null } } },
    );
    await server.settled();
    expect(await client.isServed(widgetType)).toBe(false);
    await expect(client.get(customResourceDefinitionType, { name: "widgets.example.com" })).rejects.toMatchObject({
      code: 404,
    });
  });

  test("unknown fields are pruned, defaults filled in at every depth, nulls dropped", async () => {
    const { client } = await served({
      type: "object",
      properties: {
        nested: { type: "object", default: {}, properties: { size: { type: "integer", default: 3 } } },
        note: { type: "string" },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    });
    const created = await client.create(widgetType, widget("a", { other: 1, note: null, free: { any: { thing: 1 } } }));
    expect(created.spec).toEqual({ nested: { size: 3 }, free: { any: { thing: 1 } } });
    expect(created.metadata.generation).toBe(1);
  });

  test("strategic patches are refused, merge patches taken; status is written apart", async () => {
    const { client } = await served({ type: "object", properties: { size: { type: "integer" } } });
    const name = { name: "a", namespace: "default" };
    await client.create(widgetType, widget("a", { size: 1 }));
    await expect(client.patch(widgetType, name, { type: "strategic", body: {} })).rejects.toMatchObject({ code: 415 });
    const status = await client.patch(widgetType, name, {
      type: "merge",
      subresource: "status",
      body: { spec: { size: 9 }, status: { count: 2 }, metadata: { labels: { a: "b" } } },
    });
    expect(status).toMatchObject({ spec: { size: 1 }, status: { count: 2 }, metadata: { generation: 1 } });
    expect(status.metadata.labels).toBeUndefined();
    expect((await client.list(widgetType, { fieldSelector: "spec.size=1" })).items).toHaveLength(1);
  });

  test("a value that was stored before a rule is not judged until it changes", async () => {
    const { client } = await served({
      type: "object",
      properties: { size: { type: "integer" }, note: { type: "string" } },
    });
    const name = { name: "a", namespace: "default" };
    await client.create(widgetType, widget("a", { size: 100 }));
    const stricter = definition({
      type: "object",
      properties: { size: { type: "integer", maximum: 10 }, note: { type: "string" } },
    });
    const { spec } = stricter;
    await client.patch(
      customResourceDefinitionType,
      { name: "widgets.example.com" },
      { type: "merge", body: { spec } },
    );
    await client.patch(widgetType, name, { type: "merge", body: { spec: { note: "kept" } } });
    await expect(client.patch(widgetType, name, { type: "merge", body: { spec: { size: 99 } } })).rejects.toMatchObject(
      {
        message:
          'Widget.example.com "a" is invalid: spec.size: Invalid value: 99: spec.size in body should be less than or equal to 10',
      },
    );
  });

  test("a definition with a rule that does not compile is refused", async () => {
    const { client } = apiServerFixture();
    const bad = definition({ type: "object", "x-kubernetes-validations": [{ rule: "self.size >" }] });
    await expect(client.create(customResourceDefinitionType, bad)).rejects.toMatchObject({
      code: 422,
      message: expect.stringContaining(
        'x-kubernetes-validations[0].rule: Invalid value: "self.size >": compilation failed',
      ),
    });
  });
});
