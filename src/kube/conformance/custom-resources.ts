import { expect } from "vitest";
import { type CustomResourceDefinition, customResourceDefinitionType } from "../../api/index.ts";
import { type CaseContext, type ConformanceCase, causesOf, eventually, nameOf, refusal } from "./context.ts";
import { otherType, type Widget, widget, widgetDefinition } from "./widget.ts";

const createWidget = (context: CaseContext, spec: object) =>
  context.client.create(context.widgets, widget(context, "w", spec as NonNullable<Widget["spec"]>));

const refusedWidgets: readonly (readonly [what: string, spec: object, field: string, reason: string])[] = [
  ["a required field is missing", {}, "spec.size", "FieldValueRequired"],
  ["a value has another type", { size: "large" }, "spec.size", "FieldValueTypeInvalid"],
  ["a number is above its maximum", { size: 11 }, "spec.size", "FieldValueInvalid"],
  ["a number is below its minimum", { size: 0 }, "spec.size", "FieldValueInvalid"],
  ["a value is not in its enum", { size: 1, colour: "blue" }, "spec.colour", "FieldValueNotSupported"],
  ["a list is too long", { size: 1, tags: ["a", "b", "c", "d"] }, "spec.tags", "FieldValueTooMany"],
  ["a text is too long", { size: 1, tags: ["much too long"] }, "spec.tags[0]", "FieldValueTooLong"],
  ["int-or-string is neither", { size: 1, port: true }, "spec.port", "FieldValueTypeInvalid"],
];

const refusedCases: readonly ConformanceCase[] = refusedWidgets.map(([what, spec, field, reason]) => ({
  title: `a custom object is refused when ${what}, naming the field`,
  run: async (context) => {
    const fault = await refusal(createWidget(context, spec), "Invalid", 422);
    expect(causesOf(fault)).toContainEqual([field, reason]);
    expect(fault.status?.details).toMatchObject({ kind: "Widget", name: "w" });
  },
}));

/** Kinds that a definition adds. */
export const customResourceCases: readonly ConformanceCase[] = [
  {
    title: "defaults of the schema are filled in, those of nested objects too",
    run: async (context) => {
      const created = await createWidget(context, { size: 1 });
      expect(created.spec).toEqual({ size: 1, colour: "green", shape: { sides: 4 }, replicas: 1 });
      expect(created.metadata.generation).toBe(1);
    },
  },
  {
    title: "a null in place of a value that has a default becomes the default",
    run: async (context) => {
      const created = await createWidget(context, { size: 1, colour: null });
      expect(created.spec?.colour).toBe("green");
    },
  },
  {
    title: "fields that the schema does not know are dropped, but where it preserves them",
    run: async (context) => {
      const created = await createWidget(context, { size: 1, unknown: true, free: { anything: [1, { goes: true }] } });
      expect(created.spec).not.toHaveProperty("unknown");
      expect(created.spec?.free).toEqual({ anything: [1, { goes: true }] });
    },
  },
  {
    title: "int-or-string takes both",
    run: async (context) => {
      const { client, widgets } = context;
      const first = await createWidget(context, { size: 1, port: 80 });
      const second = await client.update(widgets, { ...first, spec: { ...first.spec, size: 1, port: "http" } });
      expect([first.spec?.port, second.spec?.port]).toEqual([80, "http"]);
    },
  },
  ...refusedCases,
  {
    title: "all that is wrong with a custom object is told at once",
    run: async (context) => {
      const fault = await refusal(createWidget(context, { size: 99, colour: "blue" }), "Invalid", 422);
      const fields = causesOf(fault).map(([field]) => field);
      expect(fields).toEqual(expect.arrayContaining(["spec.size", "spec.colour"]));
    },
  },
  {
    title: "a rule of the schema that fails refuses the object with its message",
    run: async (context) => {
      const fault = await refusal(createWidget(context, { size: 6, colour: "red" }), "Invalid", 422);
      expect(causesOf(fault)).toEqual([["spec", "FieldValueInvalid"]]);
      expect(fault.status?.details?.causes?.[0]?.message).toContain("red widgets have a size of 5 at most");
      expect(fault.message).toMatch(/^Widget\.conformance\.karpenter-ts\.dev "w" is invalid: spec: Invalid value: /);
    },
  },
  {
    title: "a rule over the old object is held at updates, by whatever kind of patch",
    run: async (context) => {
      const { client, widgets } = context;
      const created = await createWidget(context, { size: 5 });
      const name = nameOf(created);
      const smaller = { spec: { size: 4 } };
      const attempts = [
        () => client.update(widgets, { ...created, spec: { ...created.spec, size: 4 } }),
        () => client.patch(widgets, name, { type: "merge", body: smaller }),
        () => client.patch(widgets, name, { type: "json", body: [{ op: "replace", path: "/spec/size", value: 4 }] }),
      ];
      for (const attempt of attempts) {
        const fault = await refusal(attempt(), "Invalid", 422);
        expect(fault.message).toContain("a widget never shrinks");
      }
      expect((await client.patch(widgets, name, { type: "merge", body: { spec: { size: 6 } } })).spec?.size).toBe(6);
    },
  },
  {
    title: "a custom object is not updated without a version",
    run: async (context) => {
      const { client, widgets } = context;
      await createWidget(context, { size: 1 });
      const fault = await refusal(client.update(widgets, widget(context, "w", { size: 2 })), "Invalid", 422);
      expect(causesOf(fault)).toEqual([["metadata.resourceVersion", "FieldValueInvalid"]]);
    },
  },
  {
    title: "spec and status of a custom object are written apart",
    run: async (context) => {
      const { client, widgets } = context;
      const created = await client.create(widgets, { ...widget(context, "w"), status: { phase: "Made up" } });
      expect(created.status).toBeUndefined();
      const name = nameOf(created);
      const body = { spec: { size: 9 }, status: { phase: "Ready" } };
      const byStatus = await client.patch(widgets, name, { type: "merge", subresource: "status", body });
      expect(byStatus).toMatchObject({ spec: { size: 1 }, status: { phase: "Ready" }, metadata: { generation: 1 } });
      const changed = { spec: { size: 9 }, status: { phase: "Broken" } };
      const byMain = await client.patch(widgets, name, { type: "merge", body: changed });
      expect(byMain).toMatchObject({ spec: { size: 9 }, status: { phase: "Ready" }, metadata: { generation: 2 } });
    },
  },
  {
    title: "an update of the status checks the version and leaves the spec",
    run: async (context) => {
      const { client, widgets } = context;
      const created = await createWidget(context, { size: 1 });
      const wanted = { ...created, spec: { size: 9 }, status: { phase: "Ready" } };
      const updated = await client.update(widgets, wanted, { subresource: "status" });
      expect(updated).toMatchObject({ spec: { size: 1 }, status: { phase: "Ready" } });
      await refusal(client.update(widgets, wanted, { subresource: "status" }), "Conflict", 409);
    },
  },
  {
    title: "status is held to its schema",
    run: async (context) => {
      const { client, widgets } = context;
      const name = nameOf(await createWidget(context, { size: 1 }));
      const body = { status: { conditions: [{ type: "Ready" }], unknown: true } };
      const fault = await refusal(
        client.patch(widgets, name, { type: "merge", subresource: "status", body }),
        "Invalid",
        422,
      );
      expect(causesOf(fault)).toContainEqual(["status.conditions[0].status", "FieldValueRequired"]);
    },
  },
  {
    title: "a custom kind scales by the paths of its definition",
    run: async (context) => {
      const { client, widgets } = context;
      const name = nameOf(await createWidget(context, { size: 1 }));
      const body = { spec: { replicas: 7 } };
      const scale = await client.patch(widgets, name, { type: "merge", subresource: "scale", body });
      expect(scale).toMatchObject({ kind: "Scale", spec: { replicas: 7 } });
      expect((await client.get(widgets, name)).spec?.replicas).toBe(7);
    },
  },
  {
    title: "server-side apply works on custom kinds",
    run: async (context) => {
      const { client, widgets } = context;
      const apply = (fieldManager: string, spec: NonNullable<Widget["spec"]>) =>
        client.patch(
          widgets,
          { name: "w", namespace: context.namespace },
          { type: "apply", fieldManager, body: widget(context, "w", spec) },
        );
      await apply("one", { size: 1, tags: ["a"] });
      await refusal(apply("two", { size: 2 }), "Conflict", 409);
      expect((await apply("one", { size: 2 })).spec).not.toHaveProperty("tags");
    },
  },
  {
    title: "a kind is served soon after its definition, and no more after that is deleted",
    run: async ({ client, namespace, unique }) => {
      const plural = unique("gadget");
      const kind = `Gadget${plural.slice(-8)}`;
      const definition = await client.create(customResourceDefinitionType, widgetDefinition(plural, kind));
      const type = otherType(plural, kind);
      await eventually("serving", async () => ((await client.isServed(type)) ? true : undefined));
      const object = { ...widget({ namespace }, "g"), kind };
      // Discovery may be ahead of the handler by a moment.
      await eventually("creation", () => client.create(type, object).catch(() => undefined));
      await client.delete(type, { name: "g", namespace });
      await client.delete(customResourceDefinitionType, nameOf(definition));
      await eventually("its end", async () => ((await client.isServed(type)) ? undefined : true));
    },
  },
  {
    title: "a definition tells when it is established and its names are accepted",
    run: async ({ client }) => {
      const name = "widgets.conformance.karpenter-ts.dev";
      await eventually("establishing", async () => {
        const { status } = (await client.get(customResourceDefinitionType, { name })) as CustomResourceDefinition & {
          readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
        };
        const holding = (status?.conditions ?? []).filter((condition) => condition.status === "True");
        const types = new Set(holding.map(({ type }) => type));
        return types.has("Established") && types.has("NamesAccepted") ? true : undefined;
      });
    },
  },
  {
    title: "a definition must be named after its plural and group",
    run: async ({ client }) => {
      const definition = widgetDefinition("misnamed", "Misnamed");
      const wrong = { ...definition, metadata: { name: "other.conformance.karpenter-ts.dev" } };
      const fault = await refusal(client.create(customResourceDefinitionType, wrong), "Invalid", 422);
      expect(causesOf(fault).map(([field]) => field)).toContain("metadata.name");
    },
  },
];
