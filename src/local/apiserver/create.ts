import type { ObjectMeta } from "../../api/index.ts";
import { apiVersionOf } from "../../api/index.ts";
import { freezeJson, isRecord, type ApiObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";
import { tableKey } from "../store/object-table.ts";
import { present, timestamp, type ApiCore, type WriteSettings } from "./api-core.ts";
import { alreadyExists, badRequest, forbidden, invalid, notFound } from "./faults.ts";
import { recordFields } from "./field-records.ts";
import { validateMetadata } from "./metadata-rules.ts";
import { nameFormOf } from "./name-forms.ts";
import type { Served } from "./registry.ts";
import { kindName, resourceName, type ResourceDefinition } from "./resource.ts";
import { reportUnknownFields } from "./strictness.ts";

const generatedSuffix = 5;
const maxGeneratedBase = 63 - generatedSuffix;
const nameAttempts = 8;

/** POST of a new object. Throws the faults that kube-apiserver answers. */
export function createObject(
  core: ApiCore,
  served: Served,
  input: unknown,
  request: WriteSettings & { readonly namespace?: string | undefined },
): ApiObject {
  const { definition, table } = served;
  const object = admitted(core, served, input, request);
  const causes = [
    ...validateMetadata(object.metadata, nameFormOf(definition.type)),
    ...(definition.rules.validateCreate?.(object, core.context) ?? []),
  ];
  if (causes.length > 0) throw invalid(kindName(definition), object.metadata.name ?? "", causes);
  const key = tableKey(object.metadata.name ?? "", object.metadata.namespace);
  if (table.get(key) !== undefined) throw alreadyExists(resourceName(definition), object.metadata.name ?? "");
  const operation = request.appliedAtCreate ? "Apply" : "Update";
  const tracked = recordFields(core, served, { next: object, previous: undefined, request, operation });
  if (request.dryRun) return present(served, freezeJson(tracked));
  const stored = table.put(key, freezeJson(tracked));
  collectLateDependent(core, stored);
  return present(served, stored);
}

/** A dependent made after its owner went, by a controller with an old cache, is collected as well. */
function collectLateDependent(core: ApiCore, object: ApiObject): void {
  for (const { uid } of object.metadata.ownerReferences ?? []) {
    if (core.owners.wasDeleted(uid)) core.collect({ kind: "owner-gone", uid });
  }
}

/** Decodes, defaults and completes the object; everything short of validation. */
function admitted(
  core: ApiCore,
  served: Served,
  input: unknown,
  request: WriteSettings & { readonly namespace?: string | undefined },
): ApiObject {
  const { definition } = served;
  const raw = checkedBody(definition, input);
  const decoded = definition.decode(raw);
  reportUnknownFields(definition, decoded.unknownFields, request);
  const named = newMetadata(core, served, decoded.object, request.namespace);
  checkNamespace(core, definition, named.metadata);
  const bare = definition.hasStatus && !definition.rules.keepsStatusAtCreate ? withoutStatus(named) : named;
  const defaulted = definition.rules.applyDefaults?.(bare) ?? bare;
  return definition.rules.prepareCreate?.(defaulted, core.context) ?? defaulted;
}

/** Refuses bodies of another kind; fills in apiVersion and kind where they are left out. */
export function checkedBody(definition: ResourceDefinition, input: unknown): ApiObject {
  const { type } = definition;
  if (!isRecord(input)) throw badRequest("the request body is not an object");
  const { apiVersion = apiVersionOf(type), kind = type.kind, metadata = {} } = input;
  if (apiVersion !== apiVersionOf(type)) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${apiVersionOf(type)})`,
    );
  }
  if (kind !== type.kind) {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: the kind in the data (${String(kind)}) does not match`,
    );
  }
  if (!isRecord(metadata)) throw badRequest("metadata must be an object");
  return freezeJson({ ...input, apiVersion, kind, metadata }) as ApiObject;
}

function withoutStatus(object: ApiObject): ApiObject {
  const { status: _status, ...rest } = object;
  return rest;
}

function newMetadata(core: ApiCore, served: Served, object: ApiObject, namespace: string | undefined): ApiObject {
  const { type, rules } = served.definition;
  const { metadata } = object;
  if (metadata.resourceVersion) throw badRequest("resourceVersion should not be set on objects to be created");
  const space = type.namespaced ? bodyNamespace(metadata, namespace) : undefined;
  return withMetadata(object, {
    name: metadata.name || generatedName(core, served, metadata, space),
    namespace: space,
    uid: core.ids.uuid(),
    creationTimestamp: timestamp(core.clock.now()),
    generation: rules.generationFields === undefined ? undefined : 1,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
  });
}

function bodyNamespace(metadata: ObjectMeta, namespace: string | undefined): string {
  if (namespace !== undefined && metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  return namespace ?? (metadata.namespace || "default");
}

function generatedName(
  core: ApiCore,
  served: Served,
  metadata: ObjectMeta,
  namespace: string | undefined,
): string | undefined {
  if (!metadata.generateName) return undefined;
  const base = metadata.generateName.slice(0, maxGeneratedBase);
  let name = "";
  for (let attempt = 0; attempt < nameAttempts; attempt += 1) {
    name = base + core.ids.suffix(generatedSuffix);
    if (served.table.get(tableKey(name, namespace)) === undefined) break;
  }
  return name;
}

function checkNamespace(core: ApiCore, definition: ResourceDefinition, metadata: ObjectMeta): void {
  if (!definition.type.namespaced) return;
  const name = metadata.namespace ?? "";
  const namespaces = { group: "", name: "namespaces" };
  const namespace = core.context.find({ group: "", plural: "namespaces" }, name);
  if (namespace === undefined) throw notFound(namespaces, name);
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${name} because it is being terminated`;
  throw forbidden(resourceName(definition), metadata.name ?? "", why, [
    { reason: "NamespaceTerminating", field: "metadata.namespace", message: `namespace ${name} is being terminated` },
  ]);
}
