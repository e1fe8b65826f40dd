/**
 * The CEL texts of the CRDs against the same rules in TypeScript: an evaluator reads the texts over every object of the
 * rule table, and must find exactly what `admissionCauses` finds.
 */
import { Environment } from "@marcbachmann/cel-js";
import { expect, test } from "vitest";
import { admissionRuleCases } from "../../src/api/conformance/index.ts";
import type { JsonSchema, KubeObject } from "../../src/api/index.ts";
import { admissionCauses, customResourceDefinitions, withDefaults } from "../../src/api/index.ts";

const environment = new Environment({ unlistedVariablesAreDyn: true });

const schemas = new Map(
  customResourceDefinitions.map((crd) => [crd.spec.names.kind, crd.spec.versions[0]?.schema?.openAPIV3Schema]),
);

/** CEL tells integers from doubles; JSON does not. */
function toCel(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toCel(member)]));
}

/** An error while evaluating refuses the object, as on the API server. */
function holds(rule: string, context: Readonly<Record<string, unknown>>): boolean {
  try {
    return environment.evaluate(rule, context) === true;
  } catch {
    return false;
  }
}

interface Place {
  readonly self: unknown;
  readonly old: unknown;
  readonly field: string;
}

function violations(schema: JsonSchema, { self, old, field }: Place): readonly string[] {
  const own = (schema["x-kubernetes-validations"] ?? [])
    .filter(({ rule }) => !rule.includes("oldSelf") || old !== undefined)
    .filter(({ rule }) => !holds(rule, { self: toCel(self), oldSelf: toCel(old) }))
    .map(({ message }) => `${field}: ${message}`);
  return [...own, ...childrenOf(schema, { self, old, field }).flatMap(([child, place]) => violations(child, place))];
}

function childrenOf(schema: JsonSchema, { self, old, field }: Place): readonly (readonly [JsonSchema, Place])[] {
  const { items } = schema;
  if (Array.isArray(self)) {
    if (items === undefined) return [];
    return self.map((item: unknown, index) => [items, { self: item, old: undefined, field: `${field}[${index}]` }]);
  }
  if (typeof self !== "object" || self === null) return [];
  const before = new Map<string, unknown>(typeof old === "object" && old !== null ? Object.entries(old) : []);
  return Object.entries(self).flatMap(([name, member]) => {
    const property = schema.properties?.[name];
    const child =
      property ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined);
    if (child === undefined) return [];
    const path = property === undefined ? `${field}[${name}]` : field === "" ? name : `${field}.${name}`;
    return [[child, { self: member, old: before.get(name), field: path }] as const];
  });
}

const isAboutStructure = (message: string): boolean =>
  /in body|Required value|supported values|Too (many|long)|Duplicate value/.test(message);

/** Violated rules as `field: message`, or undefined when the structure is wrong and no rule is asked. */
function violatedRules(object: KubeObject, stored: KubeObject | undefined): readonly string[] | undefined {
  const causes = admissionCauses(object, stored);
  if (causes.some((cause) => isAboutStructure(cause.message))) return undefined;
  return causes.map((cause) => `${cause.field}: ${cause.message.slice(cause.message.lastIndexOf(`: `) + 2)}`);
}

const looks = admissionRuleCases.flatMap(({ id, accepted, refused, stored }) => [
  [`${id}, accepted`, accepted, stored] as const,
  [`${id}, refused`, refused, stored === undefined ? undefined : accepted] as const,
]);

const judged = looks.flatMap(([name, object, stored]) => {
  const expected = violatedRules(object, stored);
  return expected === undefined ? [] : [[name, object, stored, expected] as const];
});

test.each(judged)("%s", (_, object, stored, expected) => {
  const schema = schemas.get(object.kind) ?? {};
  const old = stored === undefined ? undefined : withDefaults(stored);
  expect([...violations(schema, { self: withDefaults(object), old, field: "" })].toSorted()).toEqual(
    [...expected].toSorted(),
  );
});

test("the table breaks every CEL rule at least once", () => {
  const broken = new Set(
    judged.flatMap(([, , , expected]) => expected.map((text) => text.slice(text.indexOf(": ") + 2))),
  );
  const messagesOf = (schema: JsonSchema): readonly string[] => [
    ...(schema["x-kubernetes-validations"] ?? []).map((rule) => rule.message ?? ""),
    ...Object.values(schema.properties ?? {}).flatMap(messagesOf),
    ...(schema.items ? messagesOf(schema.items) : []),
    ...(typeof schema.additionalProperties === "object" ? messagesOf(schema.additionalProperties) : []),
  ];
  const all = [...schemas.values()].flatMap((schema) => messagesOf(schema ?? {}));
  expect(all.filter((message) => !broken.has(message))).toEqual([]);
});
