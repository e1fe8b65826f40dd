/** What a request path names: a resource, a collection, a subresource, or none. */
export interface ResourceTarget {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

const malformedEscape = /%(?![0-7][0-9a-f])/i;

/** Parses `/api/v1/...` and `/apis/GROUP/VERSION/...`; undefined for other paths and for those that stop at the version. */
export function parseTarget(path: string): ResourceTarget | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.some((part) => malformedEscape.test(part))) return undefined;
  const [root, ...others] = parts.map(decodeURIComponent);
  if (root !== "api" && root !== "apis") return undefined;
  const [group, version, ...rest] = root === "api" ? ["", ...others] : others;
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  return { group, version, ...resourceIn(rest) };
}

function resourceIn(rest: readonly string[]): Omit<ResourceTarget, "group" | "version"> {
  const [first, second = "", third = ""] = rest;
  const ownSubresource = rest.length === 3 && namespaceSubresources.has(third);
  const namespaced = first === "namespaces" && rest.length > 2 && !ownSubresource;
  const [plural = "", name, ...subresource] = namespaced ? rest.slice(2) : rest;
  return {
    plural,
    ...(namespaced ? { namespace: second } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource.length === 0 ? {} : { subresource: subresource.join("/") }),
  };
}

/** Below a namespace these are its own subresources, everything else is a resource in it. */
const namespaceSubresources = new Set(["status", "finalize"]);
