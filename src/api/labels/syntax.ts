/** Syntax of label keys and values, as the API server judges them (spec: api 0.3 and 1.3). */

const namePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const subdomainPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const maxNameLength = 63;
const maxPrefixLength = 253;

/** Why `key` is not a qualified name (`[prefix/]name`), or undefined when it is one. */
export function qualifiedNameProblem(key: string): string | undefined {
  const parts = key.split("/");
  if (parts.length > 2) return "a qualified name has at most one '/', between an optional prefix and a name";
  const name = parts.at(-1) ?? "";
  if (parts.length === 2) {
    const problem = subdomainProblem(parts[0] ?? "");
    if (problem !== undefined) return `prefix part ${problem}`;
  }
  if (name === "") return "name part must be non-empty";
  if (name.length > maxNameLength) return `name part must be no more than ${maxNameLength} characters`;
  if (!namePattern.test(name)) {
    return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  }
  return undefined;
}

function subdomainProblem(prefix: string): string | undefined {
  if (prefix === "") return "must be non-empty";
  if (prefix.length > maxPrefixLength) return `must be no more than ${maxPrefixLength} characters`;
  if (!subdomainPattern.test(prefix)) {
    return "must be a DNS subdomain: lower case alphanumeric characters, '-' or '.', starting and ending with an alphanumeric character";
  }
  return undefined;
}

/** Why `value` is not a label value, or undefined when it is one (the empty text is). */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > maxNameLength) return `must be no more than ${maxNameLength} characters`;
  if (!labelValuePattern.test(value)) {
    return "must be empty or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  }
  return undefined;
}

export const isQualifiedName = (key: string): boolean => qualifiedNameProblem(key) === undefined;

export const isLabelValue = (value: string): boolean => labelValueProblem(value) === undefined;
