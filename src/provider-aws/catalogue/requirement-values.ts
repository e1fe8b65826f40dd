import { type Requirement, requirementFrom } from "../../core/index.ts";

/**
 * Makes requirements, each only once: thousands of types agree in most of their labels, and equal values that are one
 * object cost no memory and compare at once.
 */
export interface RequirementValues {
  oneOf(key: string, ...values: readonly string[]): Requirement;
  absent(key: string): Requirement;
  /** `oneOf` the value, or `absent` when there is none. */
  oneOrAbsent(key: string, value: string | number | undefined): Requirement;
}

export function createRequirementValues(): RequirementValues {
  const single = new Map<string, Map<string, Requirement>>();
  const others = new Map<string, Requirement>();
  const fresh = (key: string, values: readonly string[]): Requirement =>
    requirementFrom({ key, complement: false, values: new Set(values) });

  const makeSingle = (key: string, value: string): Requirement => {
    let known = single.get(key);
    if (known === undefined) {
      known = new Map();
      single.set(key, known);
    }
    let found = known.get(value);
    if (found === undefined) {
      found = fresh(key, [value]);
      known.set(value, found);
    }
    return found;
  };
  const makeOther = (key: string, values: readonly string[]): Requirement => {
    const text = values.length === 0 ? key : `${key}=${values.join()}`;
    let found = others.get(text);
    if (found === undefined) {
      found = fresh(key, values);
      others.set(text, found);
    }
    return found;
  };
  return {
    oneOf: (key, ...values) => (values.length === 1 ? makeSingle(key, values[0] ?? "") : makeOther(key, values)),
    absent: (key) => makeOther(key, []),
    oneOrAbsent: (key, value) => (value === undefined ? makeOther(key, []) : makeSingle(key, String(value))),
  };
}
