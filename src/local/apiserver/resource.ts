import type { CustomResourceDefinitionVersion, JsonSchema, ResourceType } from "../../api/index.ts";
import type { ApiObject } from "../store/api-object.ts";
import type { FieldReader } from "../store/field-selector.ts";
import type { Cause, GroupName } from "./faults.ts";

/** Facts about the server that rules may look at while an object is written. */
export interface WriteContext {
  readonly now: number;
  /** Any stored object, by kind. */
  find(
    kind: { readonly group: string; readonly plural: string },
    name: string,
    namespace?: string,
  ): ApiObject | undefined;
  /** All stored objects of a kind. */
  all(kind: { readonly group: string; readonly plural: string }, namespace?: string): Iterable<ApiObject>;
}

/** What one kind adds to the general rules of writing. Every function returns new values and changes nothing. */
export interface ResourceRules {
  /** Fills defaults; runs on every write, so it must be idempotent. */
  readonly applyDefaults?: (object: ApiObject) => ApiObject;
  /** Keeps the status given at create, as kubelets give it for their nodes; others begin without one. */
  readonly keepsStatusAtCreate?: boolean;
  /** Admission at create: fields that depend on other objects, and initial status. */
  readonly prepareCreate?: (object: ApiObject, context: WriteContext) => ApiObject;
  readonly validateCreate?: (object: ApiObject, context: WriteContext) => readonly Cause[];
  /** Carries server-owned fields over from the old object. */
  readonly prepareUpdate?: (next: ApiObject, old: ApiObject) => ApiObject;
  /** Completes a status that was written. */
  readonly prepareStatus?: (object: ApiObject) => ApiObject;
  readonly validateUpdate?: (next: ApiObject, old: ApiObject) => readonly Cause[];
  readonly validateStatusUpdate?: (next: ApiObject, old: ApiObject) => readonly Cause[];
  /** Fields whose change raises `metadata.generation`; absent: the kind has no generation. */
  readonly generationFields?: readonly string[] | "all-but-status";
  /** A PUT without resourceVersion is refused (custom resources). */
  readonly requiresVersionOnUpdate?: boolean;
  /** Custom resources: a status write leaves all metadata alone. */
  readonly statusKeepsMetadata?: boolean;
  /** Grace period of a delete: undefined deletes at once. */
  readonly graceSeconds?: (object: ApiObject, requested: number | undefined) => number | undefined;
}

/** Paths of the scale subresource, as member names. */
export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** Text selector (custom resources) or a LabelSelector object (built-in kinds). */
  readonly selector?: readonly string[];
}

/** A served resource: one version of one kind. */
export interface ResourceDefinition {
  readonly type: ResourceType;
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly hasStatus: boolean;
  readonly scale?: ScalePaths;
  /** Fields that field selectors may name, besides metadata.name and metadata.namespace. */
  readonly selectableFields: Readonly<Record<string, FieldReader>>;
  readonly indexedField?: string;
  readonly rules: ResourceRules;
  /** True for kinds defined by a CustomResourceDefinition. */
  readonly custom: boolean;
  /** Schema and printer columns of a custom kind. */
  readonly schema?: JsonSchema;
  readonly printerColumns?: CustomResourceDefinitionVersion["additionalPrinterColumns"];
  /** Drops unknown fields and reads what the schema types; throws 400 on types that the wire cannot carry. */
  readonly decode: (object: ApiObject) => DecodeResult;
}

export type FieldValidation = "Ignore" | "Warn" | "Strict";

export interface DecodeResult {
  readonly object: ApiObject;
  /** Paths of unknown or doubled fields, in the server's words. */
  readonly unknownFields: readonly string[];
}

export const resourceName = (definition: ResourceDefinition): GroupName => ({
  group: definition.type.group,
  name: definition.type.plural,
});

export const kindName = (definition: ResourceDefinition): GroupName => ({
  group: definition.type.group,
  name: definition.type.kind,
});
