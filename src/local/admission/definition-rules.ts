/** Rules of CustomResourceDefinitions (apiextensions.k8s.io/v1). */
import type { CustomResourceDefinition, JsonSchema } from "../../api/index.ts";
import { invalidValue, required, type Cause } from "../apiserver/faults.ts";
import { nameProblems } from "../apiserver/metadata-rules.ts";
import type { ResourceRules, WriteContext } from "../apiserver/resource.ts";
import { CelRules } from "../schema/cel-rules.ts";
import { isRecord, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { withDefaults, withMember } from "./defaulting.ts";
import { oneOf, unchanged } from "./field-checks.ts";

const definitionOf = (object: ApiObject): CustomResourceDefinition => object as unknown as CustomResourceDefinition;

function applyDefaults(object: ApiObject): ApiObject {
  return withMember(object as JsonObject, "spec", (spec) =>
    withMember(withDefaults(spec, { conversion: { strategy: "None" } }), "names", (names) => {
      const kind = typeof names["kind"] === "string" ? names["kind"] : "";
      return withDefaults(names, { listKind: `${kind}List`, singular: kind.toLowerCase() });
    }),
  ) as unknown as ApiObject;
}

/** Names are accepted and the kind is served with the write itself. */
function prepareCreate(object: ApiObject, context: WriteContext): ApiObject {
  const { spec } = definitionOf(object);
  const lastTransitionTime = `${new Date(context.now).toISOString().slice(0, 19)}Z`;
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: "True",
    reason,
    message,
    lastTransitionTime,
  });
  return {
    ...object,
    status: {
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      acceptedNames: spec?.names,
      storedVersions: (spec?.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name),
    },
  };
}

function validate(object: ApiObject): readonly Cause[] {
  const { spec, metadata } = definitionOf(object);
  if (spec === undefined) return [required("spec")];
  const { group, names, versions } = spec;
  const expected = `${names?.plural ?? ""}.${group}`;
  const stored = versions.filter(({ storage }) => storage).length;
  return [
    ...(metadata.name === expected
      ? []
      : [invalidValue("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...(group === ""
      ? [required("spec.group")]
      : nameProblems(group, "subdomain").map((problem) => invalidValue("spec.group", group, problem))),
    ...oneOf(spec.scope ?? "", ["Cluster", "Namespaced"], "spec.scope"),
    ...(names?.plural ? [] : [required("spec.names.plural")]),
    ...(names?.kind ? [] : [required("spec.names.kind")]),
    ...(stored === 1
      ? []
      : [
          invalidValue(
            "spec.versions",
            versions.map(({ name }) => name),
            "must have exactly one version marked as storage version",
          ),
        ]),
    ...versions.flatMap(({ schema }, index) => schemaCauses(schema?.openAPIV3Schema, index)),
  ];
}

function schemaCauses(schema: JsonSchema | undefined, index: number): readonly Cause[] {
  const field = `spec.versions[${index}].schema.openAPIV3Schema`;
  if (schema === undefined) return [required(field, "schemas are required")];
  if (schema.type !== "object") return [invalidValue(`${field}.type`, schema.type ?? "", "must be object at the root")];
  return nodeCauses(schema, field, new CelRules());
}

/** Rules and patterns must compile, and every node must say its type. */
function nodeCauses(schema: JsonSchema, field: string, rules: CelRules): readonly Cause[] {
  const loose =
    schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  const own: Cause[] = [];
  if (schema.type === undefined && !loose)
    own.push(required(`${field}.type`, "must not be empty for specified object fields"));
  for (const [index, { rule }] of (schema["x-kubernetes-validations"] ?? []).entries()) {
    const problem = rules.problem(rule);
    if (problem !== undefined) {
      own.push(
        invalidValue(`${field}.x-kubernetes-validations[${index}].rule`, rule, `compilation failed: ${problem}`),
      );
    }
  }
  const { items, additionalProperties, properties = {} } = schema;
  return [
    ...own,
    ...Object.entries(properties).flatMap(([name, inner]) => nodeCauses(inner, `${field}.properties[${name}]`, rules)),
    ...(items === undefined ? [] : nodeCauses(items, `${field}.items`, rules)),
    ...(isRecord(additionalProperties) ? nodeCauses(additionalProperties, `${field}.additionalProperties`, rules) : []),
  ];
}

export const definitionRules: ResourceRules = {
  applyDefaults,
  prepareCreate,
  validateCreate: validate,
  validateUpdate: (next, old) => [
    ...validate(next),
    ...unchanged(definitionOf(next).spec.group, definitionOf(old).spec.group, "spec.group"),
    ...unchanged(definitionOf(next).spec.names.kind, definitionOf(old).spec.names.kind, "spec.names.kind"),
    ...unchanged(definitionOf(next).spec.scope, definitionOf(old).spec.scope, "spec.scope"),
  ],
};
