/** Server-side apply: merges by field, keeps owners, refuses to take fields of others unless forced. */
import { apiVersionOf } from "../../api/index.ts";
import {
  difference,
  emptyTree,
  intersection,
  isEmptyTree,
  pathTexts,
  withHolders,
  type FieldTree,
} from "../patch/field-set.ts";
import { compareFields, fieldsOf, mergeApplied, withoutFields } from "../patch/field-walk.ts";
import type { MergeType } from "../patch/merge-types.ts";
import { equalJson, isRecord, type ApiObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";
import { tableKey } from "../store/object-table.ts";
import { present, timestamp, type ApiCore } from "./api-core.ts";
import { checkedBody, createObject } from "./create.ts";
import { apiFault, badRequest, conflict, invalid, required, staleVersion, type Cause } from "./faults.ts";
import {
  mergeTypeOf,
  ownedPart,
  readManagedFields,
  sameManager,
  withManagedFields,
  type ManagedEntry,
  type Manager,
} from "./managed-fields.ts";
import type { PatchRequest } from "./patching.ts";
import type { Served } from "./registry.ts";
import { resourceName } from "./resource.ts";
import { reportUnknownFields } from "./strictness.ts";
import { replaceObject } from "./update.ts";

export interface Applied {
  readonly object: ApiObject;
  readonly created: boolean;
}

export function applyObject(core: ApiCore, served: Served, request: PatchRequest): Applied {
  const config = configuration(served, request);
  const manager: Manager = {
    name: request.fieldManager ?? "",
    operation: "Apply",
    apiVersion: apiVersionOf(served.definition.type),
    subresource: request.subresource,
  };
  const old = served.table.get(
    tableKey(request.name, served.definition.type.namespaced ? request.namespace : undefined),
  );
  if (old === undefined) return { object: applyNew(core, served, { config, manager, request }), created: true };
  return { object: applyOver(core, served, { config, manager, request, old }), created: false };
}

function configuration(served: Served, request: PatchRequest): ApiObject {
  if (!request.fieldManager) {
    const cause = required("fieldManager", "is required for apply patch");
    throw invalid({ group: "meta.k8s.io", name: "PatchOptions" }, "", [cause]);
  }
  if (!isRecord(request.body)) throw badRequest("error decoding patch: the body is not an object");
  const body = checkedBody(served.definition, request.body);
  if (body.metadata.managedFields !== undefined) throw badRequest("metadata.managedFields must be nil");
  const decoded = served.definition.decode(body);
  reportUnknownFields(served.definition, decoded.unknownFields, request);
  // What the user applies is what stands in the body: neither defaults nor canonical quantities are his.
  return decoded.unknownFields.length === 0 ? body : decoded.object;
}

interface Apply {
  readonly config: ApiObject;
  readonly manager: Manager;
  readonly request: PatchRequest;
}

function entryOf(core: ApiCore, { config, manager }: Apply, type: MergeType): ManagedEntry {
  return { ...manager, time: timestamp(core.clock.now()), fields: fieldsOf(type, ownedPart(config)) };
}

function applyNew(core: ApiCore, served: Served, apply: Apply): ApiObject {
  const { config, request } = apply;
  const { fieldManager: _manager, ...settings } = request;
  const { uid } = config.metadata;
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(resourceName(served.definition), request.name, why);
  }
  const named = withMetadata(config, { name: request.name });
  const owned = withManagedFields(named, [entryOf(core, apply, mergeTypeOf(served.definition))]);
  return createObject(core, served, owned, { ...settings, appliedAtCreate: true });
}

function applyOver(core: ApiCore, served: Served, apply: Apply & { readonly old: ApiObject }): ApiObject {
  const { config, manager, request, old } = apply;
  const live = present(served, old);
  checkVersion(served, config, old);
  const type = mergeTypeOf(served.definition);
  const entries = entriesOf(core, live, type);
  const entry = entryOf(core, apply, type);
  const others = entries.filter((one) => !sameManager(one, manager));
  const own = entries.find((one) => sameManager(one, manager))?.fields ?? emptyTree;
  const merged = mergeApplied(type, live, config) as ApiObject;
  const { changed } = compareFields(type, ownedPart(live), ownedPart(merged));
  const kept = settleConflicts(others, changed, request);
  const pruned = withoutFields(type, merged, givenUp(own, entry.fields, kept)) as ApiObject;
  const body = { ...pruned, metadata: { ...pruned.metadata, managedFields: live.metadata.managedFields } } as ApiObject;
  const withOwners = withManagedFields(body, [...kept, entry]);
  const write = { ...request, operation: "Apply" as const };
  return replaceObject(core, served, { body: sameTimes(withOwners, body, entries), old, request: write });
}

function checkVersion(served: Served, config: ApiObject, old: ApiObject): void {
  const { resourceVersion, uid } = config.metadata;
  const name = old.metadata.name ?? "";
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
    throw conflict(resourceName(served.definition), name, staleVersion);
  if (uid && uid !== old.metadata.uid) throw conflict(resourceName(served.definition), name, "uid mismatch");
}

/** Owners so far; everything on an object without records belongs to those who came before the first apply. */
function entriesOf(core: ApiCore, live: ApiObject, type: MergeType): readonly ManagedEntry[] {
  const entries = readManagedFields(live);
  if (entries.length > 0) return entries;
  const { apiVersion } = live;
  const time = timestamp(core.clock.now());
  return [
    { name: "before-first-apply", operation: "Update", apiVersion, time, fields: fieldsOf(type, ownedPart(live)) },
  ];
}

/** Fields that this manager applied before, does not any more, and that nobody else owns. */
function givenUp(own: FieldTree, now: FieldTree, others: readonly ManagedEntry[]): FieldTree {
  // What holds a field that stays is not given up either.
  return others.reduce((gone, entry) => difference(gone, withHolders(entry.fields)), difference(own, withHolders(now)));
}

/** The other owners after this apply; throws when it changes what they own and is not forced. */
function settleConflicts(
  others: readonly ManagedEntry[],
  changed: FieldTree,
  request: PatchRequest,
): readonly ManagedEntry[] {
  const contested = others.map((entry) => ({ entry, fields: intersection(entry.fields, changed) }));
  const conflicts = contested.filter(({ fields }) => !isEmptyTree(fields));
  if (conflicts.length > 0 && request.force !== true) throw applyConflict(conflicts);
  return contested.map(({ entry, fields }) => ({ ...entry, fields: difference(entry.fields, fields) }));
}

function managerText({ name, subresource, operation, apiVersion }: ManagedEntry): string {
  const part = subresource === undefined ? "" : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(name)}${part}${operation === "Update" ? ` using ${apiVersion}` : ""}`;
}

function applyConflict(conflicts: readonly { readonly entry: ManagedEntry; readonly fields: FieldTree }[]) {
  const found = conflicts
    .map(({ entry, fields }) => ({ name: entry.name, manager: managerText(entry), paths: pathTexts(fields) }))
    .toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1));
  const count = found.reduce((sum, { paths }) => sum + paths.length, 0);
  const texts = found.map(({ manager, paths }) =>
    count === 1
      ? `conflict with ${manager}: ${paths[0]}`
      : `conflicts with ${manager}:\n${paths.map((path) => `- ${path}`).join("\n")}`,
  );
  const causes: readonly Cause[] = found.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${manager}`, field })),
  );
  return apiFault({
    reason: "Conflict",
    code: 409,
    message: `Apply failed with ${count} conflict${count === 1 ? "" : "s"}: ${texts.join("\n")}`,
    details: { causes },
  });
}

/** An apply that changes nothing keeps the times of its records too, so that it is no write. */
function sameTimes(next: ApiObject, body: ApiObject, entries: readonly ManagedEntry[]): ApiObject {
  const timeless = (object: ApiObject): unknown => readManagedFields(object).map(({ time: _time, ...rest }) => rest);
  const before = readManagedFields(body).length === 0 ? entries : readManagedFields(body);
  const unchanged = equalJson(
    (timeless(next) as readonly ManagedEntry[]).map(comparable),
    before.map(({ time: _time, ...rest }) => rest as ManagedEntry).map(comparable),
  );
  return unchanged ? body : next;
}

const comparable = ({ fields, name, operation }: ManagedEntry): unknown => ({
  name,
  operation,
  paths: pathTexts(fields).toSorted(),
});
