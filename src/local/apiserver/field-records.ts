import type { ApiObject } from "../store/api-object.ts";
import type { ApiCore, WriteSettings } from "./api-core.ts";
import type { Served } from "./registry.ts";

export interface FieldWrite {
  readonly next: ApiObject;
  readonly previous: ApiObject | undefined;
  readonly request: WriteSettings;
  readonly operation: "Update" | "Apply";
  readonly subresource?: "status" | "scale" | undefined;
}

/** `next` with `metadata.managedFields` brought up to date. */
export function recordFields(_core: ApiCore, _served: Served, write: FieldWrite): ApiObject {
  return write.next;
}
