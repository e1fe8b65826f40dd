/** What a request path names: a resource, a collection, a subresource, or none. */
export interface ResourceTarget {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Parses `/api/v1/...` and `/apis/GROUP/VERSION/...`; undefined for other paths and for those that stop at the version. */
export function parseTarget(path: string): ResourceTarget | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const core = parts[0] === "api";
  if (!core && parts[0] !== "apis") return undefined;
  const [group, version] = core ? ["", parts[1]] : [parts[1], parts[2]];
  const rest = parts.slice(core ? 2 : 3);
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  const namespaced =
    rest[0] === "namespaces" && rest.length > 2 && !(rest.length === 3 && namespaceSubresources.has(rest[2]!));
  const [plural, name, ...subresource] = namespaced ? rest.slice(2) : rest;
  if (plural === undefined) return undefined;
  return {
    group,
    version,
    plural,
    ...(namespaced ? { namespace: rest[1]! } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource.length === 0 ? {} : { subresource: subresource.join("/") }),
  };
}

/** Below a namespace these are its own subresources, everything else is a resource in it. */
const namespaceSubresources = new Set(["status", "finalize"]);
