/** `metadata.managedFields`: who set which field last, or applied it. */
import { apiVersionOf } from "../../api/index.ts";
import { emptyTree, isEmptyTree, treeFromJson, treeToJson, union, type FieldTree } from "../patch/field-set.ts";
import { builtinMergeType, customMergeType, looseType, type MergeType } from "../patch/merge-types.ts";
import { modelOfKind } from "../schema/field-table.ts";
import type { ApiObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";
import type { ResourceDefinition } from "./resource.ts";

export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
}

export interface ManagedEntry extends Manager {
  readonly time: string | undefined;
  readonly fields: FieldTree;
}

interface WireEntry {
  readonly manager?: string;
  readonly operation?: "Apply" | "Update";
  readonly apiVersion?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

export function readManagedFields(object: ApiObject | undefined): readonly ManagedEntry[] {
  return ((object?.metadata.managedFields ?? []) as readonly WireEntry[])
    .filter((entry) => entry.fieldsV1 !== undefined)
    .map((entry) => ({
      name: entry.manager ?? "",
      operation: entry.operation ?? "Update",
      apiVersion: entry.apiVersion ?? "",
      subresource: entry.subresource,
      time: entry.time,
      fields: treeFromJson(entry.fieldsV1),
    }));
}

export const sameManager = (a: Manager, b: Manager): boolean =>
  a.name === b.name &&
  a.operation === b.operation &&
  (a.subresource ?? "") === (b.subresource ?? "") &&
  (a.operation === "Apply" || a.apiVersion === b.apiVersion);

/** Update managers that are kept apart; older ones are folded into one. */
const maxUpdateManagers = 10;

function folded(entries: readonly ManagedEntry[]): readonly ManagedEntry[] {
  const updates = entries.filter(({ operation }) => operation === "Update");
  if (updates.length <= maxUpdateManagers) return entries;
  const old = updates
    .toSorted((a, b) => (a.time ?? "").localeCompare(b.time ?? ""))
    .slice(0, updates.length - maxUpdateManagers + 1);
  const fields = old.reduce((sum, entry) => union(sum, entry.fields), emptyTree);
  return [...entries.filter((entry) => !old.includes(entry)), { ...old.at(-1)!, name: "ancient-changes", fields }];
}

/** The object with these entries, applied ones first, empty ones left out. */
export function withManagedFields(object: ApiObject, entries: readonly ManagedEntry[]): ApiObject {
  const kept = folded(entries.filter(({ fields }) => !isEmptyTree(fields)));
  const sorted = kept.toSorted(
    (a, b) =>
      a.operation.localeCompare(b.operation) ||
      (a.time ?? "").localeCompare(b.time ?? "") ||
      a.name.localeCompare(b.name),
  );
  const managedFields = sorted.map(({ name, operation, apiVersion, time, subresource, fields }) => ({
    apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: treeToJson(fields),
    manager: name,
    operation,
    ...(subresource === undefined ? {} : { subresource }),
    ...(time === undefined ? {} : { time }),
  }));
  return withMetadata(object, { managedFields: managedFields.length === 0 ? undefined : managedFields });
}

export function mergeTypeOf(definition: ResourceDefinition): MergeType {
  if (definition.custom) return customMergeType(definition.schema);
  const model = modelOfKind(apiVersionOf(definition.type), definition.type.kind);
  return model === undefined ? looseType : builtinMergeType(model);
}

const serverMetadata = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "name",
  "namespace",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/** The part of an object whose fields have owners: no names, no bookkeeping of the server. */
export function ownedPart(object: unknown): unknown {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object as ApiObject;
  const kept = Object.entries(metadata ?? {}).filter(([name]) => !serverMetadata.has(name));
  return kept.length === 0 ? rest : { ...rest, metadata: Object.fromEntries(kept) };
}
