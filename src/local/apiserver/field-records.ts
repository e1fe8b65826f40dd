/** Keeps `metadata.managedFields` up to date with every write that is no apply. */
import { apiVersionOf } from "../../api/index.ts";
import { difference, emptyTree, isEmptyTree, union } from "../patch/field-set.ts";
import { compareFields } from "../patch/field-walk.ts";
import { isRecord, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { timestamp, type ApiCore, type WriteSettings } from "./api-core.ts";
import {
  mergeTypeOf,
  ownedPart,
  readManagedFields,
  sameManager,
  withManagedFields,
  type Manager,
} from "./managed-fields.ts";
import type { Served } from "./registry.ts";

export interface FieldWrite {
  readonly next: ApiObject;
  readonly previous: ApiObject | undefined;
  readonly request: WriteSettings;
  readonly operation: "Update" | "Apply";
  readonly subresource?: "status" | "scale" | undefined;
}

/** Writers of the same process that do not name themselves are known by this name where it matters. */
const unnamedManager = "karpenter-ts";

/**
 * `next` with its owners. Records are kept for writers that name themselves and on objects that have records already:
 * pods made by the stand-ins have none, which saves memory, and no answer of the API depends on them before an apply.
 */
export function recordFields(core: ApiCore, served: Served, write: FieldWrite): ApiObject {
  const { next, previous, request, operation, subresource } = write;
  if (operation === "Apply") return next;
  const live = readManagedFields(previous);
  if (request.fieldManager === undefined && live.length === 0) return next;
  const given = readManagedFields(next);
  const entries = given.length === 0 ? live : given;
  const manager: Manager = {
    name: request.fieldManager ?? unnamedManager,
    operation: "Update",
    apiVersion: apiVersionOf(served.definition.type),
    subresource,
  };
  const after = recordedPart(next, previous);
  const before = previous === undefined ? skeleton(after) : withMetadataOf(after, ownedPart(previous));
  const { changed, removed } = compareFields(mergeTypeOf(served.definition), before, after);
  if (isEmptyTree(changed) && isEmptyTree(removed)) return withManagedFields(next, entries);
  const own = entries.find((entry) => sameManager(entry, manager))?.fields ?? emptyTree;
  const others = entries
    .filter((entry) => !sameManager(entry, manager))
    .map((entry) => ({ ...entry, fields: difference(difference(entry.fields, changed), removed) }));
  const fields = difference(union(own, changed), removed);
  return withManagedFields(next, [...others, { ...manager, time: timestamp(core.clock.now()), fields }]);
}

/** Every object has metadata: its first label makes nobody the owner of all of it. */
function withMetadataOf(after: unknown, before: unknown): unknown {
  if (!isRecord(after) || !isRecord(before) || after["metadata"] === undefined) return before;
  return before["metadata"] === undefined ? { ...before, metadata: {} } : before;
}

/** The status of a new object is the server's own. */
function recordedPart(next: ApiObject, previous: ApiObject | undefined): unknown {
  const owned = ownedPart(next);
  if (previous !== undefined || !isRecord(owned)) return owned;
  const { status: _status, ...rest } = owned;
  return rest;
}

/** Structures and lists that are there, empty, in a new object of a built-in kind: Go writes them always. */
const structures = new Set(["jobTemplate", "metadata", "spec", "strategy", "template", "updateStrategy"]);

function skeleton(value: unknown): JsonObject {
  const entries = Object.entries(isRecord(value) ? value : {});
  return Object.fromEntries(
    entries
      .filter(([name]) => name === "containers" || structures.has(name))
      .map(([name, member]): [string, unknown] => [name, name === "containers" ? [] : skeleton(member)]),
  );
}
