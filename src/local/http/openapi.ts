/** OpenAPI v3 documents, as far as kubectl reads them: schemas with kinds, and what each path accepts. */
import { apiVersionOf } from "../../api/index.ts";
import type { JsonSchema, ResourceType } from "../../api/index.ts";
import type { Registry, Served } from "../apiserver/registry.ts";
import { kubernetesVersion } from "../kubernetes-version.ts";
import {
  modelFields,
  modelOfKind,
  shortModelName,
  type FieldInfo,
  type FieldType,
  type ScalarName,
} from "../schema/field-table.ts";

const pathOf = (type: ResourceType): string =>
  type.group === "" ? `api/${type.version}` : `apis/${apiVersionOf(type)}`;

/** `/openapi/v3`: one document per group version; the hash changes when a document may have changed. */
export function openapiRoot(registry: Registry): unknown {
  const versions = new Set(registry.all().map(({ definition }) => pathOf(definition.type)));
  const entry = (path: string) => ({ serverRelativeURL: `/openapi/v3/${path}?hash=${registry.generation}` });
  return { paths: Object.fromEntries([...versions].toSorted().map((path) => [path, entry(path)])) };
}

/** The document of one group version; undefined when it is not served. */
export function openapiDocument(registry: Registry, path: string): unknown {
  const served = registry.all().filter(({ definition }) => pathOf(definition.type) === path);
  if (served.length === 0) return undefined;
  const schemas = new Map<string, unknown>();
  const paths = Object.fromEntries(served.flatMap((one) => resourcePaths(one, schemas)));
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: `v${kubernetesVersion}.0` },
    paths,
    components: { schemas: Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

const kindOf = ({ group, version, kind }: ResourceType) => ({ group, version, kind });

function resourcePaths(served: Served, schemas: Map<string, unknown>): readonly (readonly [string, unknown])[] {
  const { type } = served.definition;
  const schema = rootSchema(served, schemas);
  const base = `/${pathOf(type)}/${type.namespaced ? "namespaces/{namespace}/" : ""}${type.plural}`;
  return [
    [base, { get: operation(type, schema), post: writing(type, schema) }],
    [
      `${base}/{name}`,
      {
        get: operation(type, schema),
        put: writing(type, schema),
        patch: { ...writing(type, schema), requestBody: { content: patchContent(served) } },
        delete: operation(type, schema),
      },
    ],
  ];
}

function operation(type: ResourceType, schema: unknown) {
  return {
    "x-kubernetes-group-version-kind": kindOf(type),
    responses: { "200": { description: "OK", content: { "application/json": { schema } } } },
  };
}

const queryParameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string", uniqueItems: true },
}));

function writing(type: ResourceType, schema: unknown) {
  return {
    ...operation(type, schema),
    parameters: queryParameters,
    requestBody: { content: { "application/json": { schema } } },
  };
}

function patchContent({ definition }: Served) {
  const types = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
  const all = definition.custom ? types : [...types, "application/strategic-merge-patch+json"];
  return Object.fromEntries(all.map((type) => [type, { schema: { type: "object" } }]));
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Puts the kind's schema, and all that it refers to, among the components; returns the reference. */
function rootSchema({ definition }: Served, schemas: Map<string, unknown>): unknown {
  const { type } = definition;
  const kinds = [kindOf(type)];
  const model = modelOfKind(apiVersionOf(type), type.kind);
  if (model !== undefined) {
    const name = addModel(model, schemas);
    schemas.set(name, { ...(schemas.get(name) as object), "x-kubernetes-group-version-kind": kinds });
    return reference(name);
  }
  const name = `${type.group.split(".").toReversed().join(".")}.${type.version}.${type.kind}`;
  schemas.set(name, { ...customSchema(definition.schema, schemas), "x-kubernetes-group-version-kind": kinds });
  return reference(name);
}

function customSchema(schema: JsonSchema | undefined, schemas: Map<string, unknown>): object {
  const metadata = reference(addModel("V1ObjectMeta", schemas));
  const text = { type: "string" };
  const properties = { ...schema?.properties, apiVersion: text, kind: text, metadata };
  return { ...(schema ?? { type: "object" }), properties };
}

const componentName = (model: string): string => `io.k8s.${model}.${shortModelName(model)}`;

function addModel(model: string, schemas: Map<string, unknown>): string {
  const name = componentName(model);
  if (schemas.has(name)) return name;
  schemas.set(name, {});
  const fields = [...modelFields(model).values()];
  const required = fields.filter((field) => field.required).map((field) => field.name);
  const properties = fields.map((field) => [field.name, { ...fieldSchema(field.type, schemas), ...marks(field) }]);
  schemas.set(name, {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
  });
  return name;
}

const scalarSchemas: Readonly<Record<ScalarName, object>> = {
  string: { type: "string" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  boolean: { type: "boolean" },
  bytes: { type: "string", format: "byte" },
  date: { type: "string", format: "date-time" },
  microdate: { type: "string", format: "date-time" },
  any: { type: "object" },
  quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
  intOrString: { oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" },
};

/** A component of its own: clients print its name as the type. */
function intOrString(schemas: Map<string, unknown>): object {
  const name = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
  schemas.set(name, scalarSchemas.intOrString);
  return reference(name);
}

function fieldSchema(type: FieldType, schemas: Map<string, unknown>): object {
  switch (type.kind) {
    case "scalar":
      return type.name === "intOrString" ? { allOf: [intOrString(schemas)] } : scalarSchemas[type.name];
    case "struct":
      return { allOf: [reference(addModel(type.model, schemas))], default: {} };
    case "list":
      return { type: "array", items: fieldSchema(type.item, schemas) };
    case "map":
    default:
      return { type: "object", additionalProperties: fieldSchema(type.item, schemas) };
  }
}

/** The marks by which clients work out strategic merge patches and tell how lists and maps merge. */
function marks({ patchMerge, retainsKeys, merging }: FieldInfo): object {
  const strategies = [...(patchMerge === undefined ? [] : ["merge"]), ...(retainsKeys ? ["retainKeys"] : [])];
  return {
    ...(strategies.length === 0 ? {} : { "x-kubernetes-patch-strategy": strategies.join(",") }),
    ...(patchMerge?.key === undefined ? {} : { "x-kubernetes-patch-merge-key": patchMerge.key }),
    ...(merging === undefined ? {} : { "x-kubernetes-list-type": merging.kind }),
    ...(merging?.kind === "map" ? { "x-kubernetes-list-map-keys": merging.keys } : {}),
  };
}

/**
 * `/openapi/v2` as protobuf: title and version only. kubectl reads it for kinds that version 3 does not know, and goes on
 * to say that there is no such kind.
 */
export function openapiV2Bytes(): Buffer {
  const text = (field: number, value: string): Buffer => block(field, Buffer.from(value));
  const block = (field: number, value: Buffer): Buffer =>
    Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), value]);
  const info = Buffer.concat([text(1, "Kubernetes"), text(2, "v1")]);
  return Buffer.concat([text(1, "2.0"), block(2, info), block(8, Buffer.alloc(0))]);
}

export const openapiV2Document = Object.freeze({
  swagger: "2.0",
  info: { title: "Kubernetes", version: "v1" },
  paths: {},
});
