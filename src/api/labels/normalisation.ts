/**
 * Label normalisation (spec: api 5.5). Applied to a key whenever a requirement is built or validated; labels stored on
 * objects are never rewritten.
 */
import type { LabelRules } from "./rule-set.ts";
import { awsLabelRules } from "./rule-set.ts";

type Aliases = Pick<LabelRules, "aliases" | "valueAliases">;

/** The present form of a label key; the key itself when it has no alias. */
export function normaliseLabelKey(key: string, rules: Aliases = awsLabelRules): string {
  return rules.aliases.get(key) ?? key;
}

/** The present form of a value. `key` must be normalised already. */
export function normaliseLabelValue(key: string, value: string, rules: Aliases = awsLabelRules): string {
  return rules.valueAliases.get(key)?.get(value) ?? value;
}
