import type { ApiObject } from "../store/api-object.ts";
import { tableKey } from "../store/object-table.ts";
import { notFound } from "./faults.ts";
import type { Served } from "./registry.ts";
import { resourceName } from "./resource.ts";

/** The stored object, in storage version, or its 404. */
export function storedObject(served: Served, name: string, namespace: string | undefined): ApiObject {
  const found = served.table.get(tableKey(name, served.definition.type.namespaced ? namespace : undefined));
  if (found === undefined) throw notFound(resourceName(served.definition), name);
  return found;
}
