/** PATCH: works out the next object from the stored one and the patch, then writes it like an update. */
import { apiVersionOf } from "../../api/index.ts";
import type { KubeObject } from "../../api/index.ts";
import { modelOfKind } from "../schema/field-table.ts";
import type { PatchType } from "../../kube/index.ts";
import { isRecord, type ApiObject } from "../store/api-object.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { applyStrategicPatch } from "../patch/strategic-merge.ts";
import { present, type ApiCore, type WriteSettings } from "./api-core.ts";
import { apiFault, badRequest, conflict, staleVersion } from "./faults.ts";
import type { Served } from "./registry.ts";
import { resourceName, type ResourceDefinition } from "./resource.ts";
import { storedObject } from "./stored.ts";
import { replaceObject } from "./update.ts";

export interface PatchRequest extends WriteSettings {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly subresource?: "status" | undefined;
  readonly type: PatchType;
  readonly body: unknown;
  readonly force?: boolean;
}

/** JSON, merge and strategic patches. */
export function patchObject(core: ApiCore, served: Served, request: PatchRequest): ApiObject {
  const old = storedObject(served, request.name, request.namespace);
  const patched = patchedObject(served.definition, present(served, old), request);
  const { resourceVersion, name } = patched.metadata;
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(resourceName(served.definition), request.name, staleVersion);
  }
  if (name !== request.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`);
  }
  return replaceObject(core, served, { body: patched, old, request });
}

/** Applies a patch of one of the three forms to an object. */
export function patchedObject(definition: ResourceDefinition, object: ApiObject, request: PatchRequest): ApiObject {
  const patched = patchedJson(definition, object, request);
  if (!isRecord(patched) || !isRecord(patched["metadata"])) throw unprocessable();
  return patched as unknown as ApiObject;
}

/** The patched value of one of the three merging forms; also used for Scale views. */
export function patchedJson(
  definition: ResourceDefinition,
  object: KubeObject,
  request: Pick<PatchRequest, "type" | "body">,
): unknown {
  switch (request.type) {
    case "json": {
      const result = applyJsonPatch(object, request.body);
      if (!result.ok) throw result.malformed ? badRequest(result.message) : unprocessable();
      return result.value;
    }
    case "merge":
      if (!isRecord(request.body)) throw badRequest("error decoding patch: the body is not an object");
      return applyMergePatch(object, request.body);
    case "strategic": {
      if (definition.custom) throw unsupportedPatch();
      if (!isRecord(request.body)) throw badRequest("error decoding patch: the body is not an object");
      const result = applyStrategicPatch({ ...object }, request.body, {
        model: modelOfKind(apiVersionOf(definition.type), definition.type.kind),
      });
      if (!result.ok) throw apiFault({ reason: "Unknown", code: 500, message: result.message });
      return result.value;
    }
    case "apply":
    default:
      throw badRequest("apply patches are not merged");
  }
}

function unsupportedPatch() {
  return apiFault({
    reason: "UnsupportedMediaType",
    code: 415,
    message:
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  });
}

function unprocessable() {
  return apiFault({
    reason: "Invalid",
    code: 422,
    message: "the server rejected our request due to an error in our request",
    details: {},
  });
}
