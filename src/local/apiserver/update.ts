import { equalJson, freezeJson, type ApiObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";
import { tableKey } from "../store/object-table.ts";
import { present, type ApiCore, type WriteSettings } from "./api-core.ts";
import { checkedBody } from "./create.ts";
import { badRequest, conflict, invalid, invalidValue, staleVersion, type Cause } from "./faults.ts";
import { recordFields } from "./field-records.ts";
import { validateMetadataUpdate } from "./metadata-rules.ts";
import type { Served } from "./registry.ts";
import { settleRemoval } from "./removal.ts";
import { kindName, resourceName, type ResourceDefinition } from "./resource.ts";
import { storedObject } from "./stored.ts";
import { reportUnknownFields } from "./strictness.ts";

export interface UpdateRequest extends WriteSettings {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly subresource?: "status" | undefined;
  /** How the fields were set; a server-side apply keeps its own records. */
  readonly operation?: "Update" | "Apply";
  /** The change came through the scale subresource. */
  readonly scale?: boolean;
}

/** PUT of an object or of its status. */
export function updateObject(core: ApiCore, served: Served, input: unknown, request: UpdateRequest): ApiObject {
  const { definition } = served;
  const body = checkedBody(definition, input);
  if (body.metadata.name !== undefined && body.metadata.name !== request.name) {
    throw badRequest(
      `the name of the object (${body.metadata.name}) does not match the name on the URL (${request.name})`,
    );
  }
  const old = storedObject(served, request.name, request.namespace);
  checkPreconditions(definition, body, old);
  return replaceObject(core, served, { body, old, request });
}

function checkPreconditions(definition: ResourceDefinition, body: ApiObject, old: ApiObject): void {
  const name = old.metadata.name ?? "";
  const { uid, resourceVersion } = body.metadata;
  if (uid && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
    throw conflict(resourceName(definition), name, why);
  }
  if (!resourceVersion && definition.rules.requiresVersionOnUpdate) {
    throw invalid(kindName(definition), name, [
      invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
    ]);
  }
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(resourceName(definition), name, staleVersion);
  }
}

/** Writes `body` in place of `old`, whatever way it was arrived at (PUT or patch). */
export function replaceObject(
  core: ApiCore,
  served: Served,
  write: { readonly body: ApiObject; readonly old: ApiObject; readonly request: UpdateRequest },
): ApiObject {
  const { definition } = served;
  const { old, request } = write;
  const shown = present(served, old);
  const decoded = definition.decode(freezeJson(write.body));
  reportUnknownFields(definition, decoded.unknownFields, request);
  const next = merged(definition, decoded.object, shown, request);
  const causes = updateCauses(definition, next, shown, request);
  if (causes.length > 0) throw invalid(kindName(definition), request.name, causes);
  const numbered = withGeneration(definition, next, shown);
  const operation = request.operation ?? "Update";
  const tracked = recordFields(core, served, {
    next: numbered,
    previous: shown,
    request,
    operation,
    subresource: request.scale ? "scale" : request.subresource,
  });
  return store(core, served, { next: stored(served, tracked, old), old, dryRun: request.dryRun ?? false });
}

function updateCauses(
  definition: ResourceDefinition,
  next: ApiObject,
  old: ApiObject,
  request: UpdateRequest,
): readonly Cause[] {
  const { rules } = definition;
  const own = request.subresource === "status" ? rules.validateStatusUpdate : rules.validateUpdate;
  return [...validateMetadataUpdate(next.metadata, old.metadata), ...(own?.(next, old) ?? [])];
}

/** The part of `body` that this request may change, laid over `old`. */
function merged(definition: ResourceDefinition, body: ApiObject, old: ApiObject, request: UpdateRequest): ApiObject {
  const { rules } = definition;
  if (request.subresource === "status") return mergedStatus(definition, body, old);
  const next = withServerMetadata(body, old);
  const kept = definition.hasStatus ? withField(next, "status", old["status"]) : next;
  const carried = rules.prepareUpdate?.(kept, old) ?? kept;
  return rules.applyDefaults?.(carried) ?? carried;
}

function mergedStatus(definition: ResourceDefinition, body: ApiObject, old: ApiObject): ApiObject {
  const written = withField(old, "status", body["status"]);
  const next = definition.rules.prepareStatus?.(written) ?? written;
  if (definition.rules.statusKeepsMetadata) return withMetadata(next, { managedFields: body.metadata.managedFields });
  const { labels, annotations, managedFields } = body.metadata;
  const metadata = {
    labels,
    annotations,
    managedFields,
    finalizers: body.metadata.finalizers ?? old.metadata.finalizers,
  };
  return withMetadata(next, metadata);
}

function withField(object: ApiObject, field: string, value: unknown): ApiObject {
  const { [field]: _replaced, ...rest } = object;
  return (value === undefined ? rest : { ...rest, [field]: value }) as ApiObject;
}

function withServerMetadata(body: ApiObject, old: ApiObject): ApiObject {
  const { name, namespace, uid, creationTimestamp, generation, generateName } = old.metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds, resourceVersion } = old.metadata;
  return withMetadata(body, {
    name,
    namespace,
    uid,
    creationTimestamp,
    generation,
    generateName: body.metadata.generateName ?? generateName,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    resourceVersion,
    selfLink: undefined,
  });
}

function withGeneration(definition: ResourceDefinition, next: ApiObject, old: ApiObject): ApiObject {
  const { generationFields } = definition.rules;
  if (generationFields === undefined) return next;
  const fields =
    generationFields === "all-but-status"
      ? [...new Set([...Object.keys(next), ...Object.keys(old)])].filter(
          (name) => !["metadata", "status"].includes(name),
        )
      : generationFields;
  const changed = fields.some((field) => !equalJson(next[field], old[field]));
  return changed ? withMetadata(next, { generation: (old.metadata.generation ?? 0) + 1 }) : next;
}

function stored(served: Served, next: ApiObject, old: ApiObject): ApiObject {
  return served.definition.type.version === served.storageVersion ? next : { ...next, apiVersion: old.apiVersion };
}

function store(
  core: ApiCore,
  served: Served,
  write: { readonly next: ApiObject; readonly old: ApiObject; readonly dryRun: boolean },
): ApiObject {
  const { old, dryRun } = write;
  const next = freezeJson(write.next);
  // A write that changes nothing keeps its version and wakes nobody, as in kube-apiserver.
  if (equalJson(next, old)) return present(served, old);
  if (dryRun) return present(served, next);
  const { name = "", namespace } = next.metadata;
  const key = tableKey(name, namespace);
  if (settleRemoval(core, served.table, key, next)) return present(served, next);
  return present(served, served.table.put(key, next));
}
