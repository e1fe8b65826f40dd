import type { ResourceType } from "../../api/index.ts";
import type { ListOptions, ObjectName, WatchOptions } from "../client.ts";

/** `/api/v1` or `/apis/apps/v1`. */
export const groupPath = ({ group, version }: ResourceType): string =>
  group === "" ? `/api/${version}` : `/apis/${group}/${version}`;

export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const scope =
    type.namespaced && namespace !== undefined && namespace !== "" ? `/namespaces/${segment(namespace)}` : "";
  return `${groupPath(type)}${scope}/${type.plural}`;
}

export function objectPath(type: ResourceType, { name, namespace }: ObjectName, subresource?: string): string {
  if (name === "") throw new Error(`${type.kind} without a name: a path to one object needs it`);
  if (type.namespaced && (namespace === undefined || namespace === "")) {
    throw new Error(`${type.kind} ${name} without a namespace: the kind is namespaced`);
  }
  const path = `${collectionPath(type, namespace)}/${segment(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** A name is one segment of the path whatever it holds; the server says whether it may. */
const segment = (name: string): string => encodeURIComponent(name);

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function queryText(query: Query): string {
  const set = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== "") set.set(key, String(value));
  return set.size === 0 ? "" : `?${set.toString()}`;
}

export const listQuery = (options: ListOptions): string =>
  queryText({
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
  });

export const watchQuery = (options: WatchOptions): string =>
  queryText({
    watch: true,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    resourceVersion: options.resourceVersion,
    allowWatchBookmarks: options.allowBookmarks === true ? true : undefined,
    timeoutSeconds: options.timeoutSeconds,
  });
