/** Kinds that come and go with CustomResourceDefinitions. */
import type { CustomResourceDefinition, CustomResourceDefinitionVersion, JsonSchema } from "../../api/index.ts";
import { resourceType } from "../../api/index.ts";
import type { ApiObject } from "../store/api-object.ts";
import { fieldText, valueAt } from "../store/field-path.ts";
import type { FieldReader } from "../store/field-selector.ts";
import type { Change } from "../store/history.ts";
import { decodeBuiltin } from "../schema/builtin-decoding.ts";
import { CelRules } from "../schema/cel-rules.ts";
import { defaulted, pruned } from "../schema/structural-pruning.ts";
import { validateStructural } from "../schema/structural-validation.ts";
import { serveResource, type ApiCore } from "./api-core.ts";
import { badRequest, type Cause } from "./faults.ts";
import type { DecodeResult, ResourceDefinition, ResourceRules, ScalePaths } from "./resource.ts";

/** Serves what the definitions say, from the write that makes them to the one that removes them. */
export function followDefinitions(core: ApiCore): void {
  core.registry.table("apiextensions.k8s.io", "customresourcedefinitions")?.onChange((change: Change) => {
    const now = change.type === "DELETED" ? undefined : definitionOf(change.object);
    const before = change.previous === undefined ? undefined : definitionOf(change.previous);
    if (now !== undefined && before !== undefined && now.spec === before.spec) return;
    withdrawVersions(core, before, now);
    if (now !== undefined) serveVersions(core, now);
  });
}

const definitionOf = (object: ApiObject): CustomResourceDefinition => object as unknown as CustomResourceDefinition;

function withdrawVersions(
  core: ApiCore,
  before: CustomResourceDefinition | undefined,
  now: CustomResourceDefinition | undefined,
): void {
  for (const version of before?.spec.versions ?? []) {
    const stays = now?.spec.versions.some(({ name, served }) => name === version.name && served);
    if (!stays) core.registry.withdraw(before!.spec.group, version.name, before!.spec.names.plural);
  }
}

function serveVersions(core: ApiCore, crd: CustomResourceDefinition): void {
  const storage = crd.spec.versions.find(({ storage }) => storage)?.name;
  for (const version of crd.spec.versions) {
    if (version.served) serveResource(core, customDefinition(crd, version), storage);
  }
}

/** The served definition of one version of a CRD. */
export function customDefinition(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): ResourceDefinition {
  const { group, names, scope } = crd.spec;
  const type = resourceType(`${group}/${version.name}`, names.kind, names.plural, scope);
  const scale = version.subresources?.scale;
  return {
    type,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    hasStatus: version.subresources?.status !== undefined,
    selectableFields: Object.fromEntries((version.selectableFields ?? []).map(({ jsonPath }) => selectable(jsonPath))),
    rules: customRules(version.schema?.openAPIV3Schema),
    custom: true,
    decode: (object) => decodeCustom(object, version.schema?.openAPIV3Schema, names.kind),
    ...(scale === undefined ? {} : { scale: scalePaths(scale) }),
    ...(version.schema === undefined ? {} : { schema: version.schema.openAPIV3Schema }),
    ...(version.additionalPrinterColumns === undefined ? {} : { printerColumns: version.additionalPrinterColumns }),
  };
}

const simplePath = (jsonPath: string): readonly string[] => jsonPath.replace(/^\./, "").split(".");

function selectable(jsonPath: string): readonly [string, FieldReader] {
  const path = simplePath(jsonPath);
  return [path.join("."), (object) => fieldText(valueAt(object, path))];
}

function scalePaths(scale: {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}): ScalePaths {
  return {
    specReplicas: simplePath(scale.specReplicasPath),
    statusReplicas: simplePath(scale.statusReplicasPath),
    ...(scale.labelSelectorPath === undefined ? {} : { selector: simplePath(scale.labelSelectorPath) }),
  };
}

/** Custom resources have the rules of their schema and no others. */
function customRules(schema: JsonSchema | undefined): ResourceRules {
  const rules = new CelRules();
  const validate = (next: ApiObject, old?: ApiObject): readonly Cause[] =>
    schema === undefined ? [] : validateStructural(schema, rules, next, old);
  return {
    generationFields: "all-but-status",
    requiresVersionOnUpdate: true,
    statusKeepsMetadata: true,
    validateCreate: (object) => validate(object),
    validateUpdate: validate,
    validateStatusUpdate: validate,
  };
}

function decodeCustom(object: ApiObject, schema: JsonSchema | undefined, kind: string): DecodeResult {
  const metadata = decodeBuiltin({ apiVersion: "", kind: "", metadata: object.metadata }, "V1PodTemplate");
  if (metadata.failure !== undefined) throw badRequest(`${kind} cannot be decoded: ${metadata.failure}`);
  const read =
    metadata.object.metadata === object.metadata ? object : { ...object, metadata: metadata.object.metadata };
  if (schema === undefined) return { object: read, unknownFields: metadata.unknownFields };
  const unknown = [...metadata.unknownFields];
  return { object: defaulted(schema, pruned(schema, read, unknown)) as ApiObject, unknownFields: unknown };
}
