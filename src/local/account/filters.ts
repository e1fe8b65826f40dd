import { type Filter, ServiceError, type Tag } from "../../provider-aws/contract/index.ts";

/** Values that an object has under EC2's filter names. A name that is missing here is one that EC2 does not know. */
export type FilterAttributes = Readonly<Record<string, readonly string[]>>;

/** Whether all filters hold. Tags answer to `tag:<key>` and `tag-key`; `*` and `?` are wildcards, as in EC2. */
export function matchesFilters(
  filters: readonly Filter[] | undefined,
  {
    attributes,
    tags = {},
  }: { readonly attributes: FilterAttributes; readonly tags?: Readonly<Record<string, string>> },
): boolean {
  return (filters ?? []).every(({ Name, Values }) => {
    const found = valuesOf(Name, attributes, tags);
    return Values.some((wanted) => found.some((value) => matchesWildcard(wanted, value)));
  });
}

function valuesOf(
  name: string,
  attributes: FilterAttributes,
  tags: Readonly<Record<string, string>>,
): readonly string[] {
  if (name === "tag-key") return Object.keys(tags);
  if (name.startsWith("tag:")) {
    const value = tags[name.slice("tag:".length)];
    return value === undefined ? [] : [value];
  }
  const values = attributes[name];
  if (values === undefined) throw new ServiceError("InvalidParameterValue", `The filter '${name}' is invalid`);
  return values;
}

export function matchesWildcard(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}

export const tagsToMap = (tags: readonly Tag[] | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])));

export const mapToTags = (tags: Readonly<Record<string, string>>): readonly Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** One page of a list; tokens are positions. */
export function page<T>(
  items: readonly T[],
  { MaxResults = 1000, NextToken }: { readonly MaxResults?: number; readonly NextToken?: string },
): { readonly items: readonly T[]; readonly token: { readonly NextToken?: string } } {
  const start = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(start) || start < 0)
    throw new ServiceError("InvalidNextToken", `The token '${NextToken}' is invalid`);
  const end = start + MaxResults;
  return { items: items.slice(start, end), token: end < items.length ? { NextToken: String(end) } : {} };
}
