/** What partial answers and the rows of a table carry of an object. */
import type { ApiObject } from "../store/api-object.ts";

export const metaVersion = "meta.k8s.io/v1";

export function metadataOnly(object: ApiObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: metaVersion, metadata: object.metadata };
}

export type RowContent = "None" | "Metadata" | "Object";

/** What each row of a table carries of its object. */
export function includeOf(query: URLSearchParams): RowContent {
  const include = query.get("includeObject");
  return include === "None" || include === "Object" ? include : "Metadata";
}
