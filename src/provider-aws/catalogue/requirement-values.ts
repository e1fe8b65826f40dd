import { type Requirement, requirementFrom } from "../../core/index.ts";

const nothing: ReadonlySet<string> = new Set();

export const oneOf = (key: string, ...values: readonly string[]): Requirement =>
  requirementFrom({ key, complement: false, values: new Set(values) });

export const absent = (key: string): Requirement => requirementFrom({ key, complement: false, values: nothing });

/** `oneOf` the value, or `absent` when there is none. */
export const oneOrAbsent = (key: string, value: string | number | undefined): Requirement =>
  value === undefined ? absent(key) : oneOf(key, String(value));
