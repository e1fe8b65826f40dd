/** Server-side apply. */
import { isRecord, type ApiObject } from "../store/api-object.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { tableKey } from "../store/object-table.ts";
import { present, type ApiCore } from "./api-core.ts";
import { createObject } from "./create.ts";
import { badRequest } from "./faults.ts";
import type { PatchRequest } from "./patching.ts";
import type { Served } from "./registry.ts";
import { replaceObject } from "./update.ts";

export interface Applied {
  readonly object: ApiObject;
  readonly created: boolean;
}

export function applyObject(core: ApiCore, served: Served, request: PatchRequest): Applied {
  if (!request.fieldManager)
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  if (!isRecord(request.body)) throw badRequest("error decoding patch: the body is not an object");
  const old = served.table.get(tableKey(request.name, request.namespace));
  if (old === undefined) return { object: createObject(core, served, request.body, request), created: true };
  const body = applyMergePatch(present(served, old), request.body) as ApiObject;
  const object = replaceObject(core, served, { body, old, request: { ...request, operation: "Apply" } });
  return { object, created: false };
}
