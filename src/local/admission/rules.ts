import type { ResourceRules } from "../apiserver/resource.ts";
import { namespaceRules } from "./namespace-rules.ts";
import { podRules } from "./pod-rules.ts";

const byKind: Readonly<Record<string, ResourceRules>> = Object.freeze({
  Namespace: namespaceRules,
  Pod: podRules,
});

/** What a built-in kind adds to the general rules. */
export function rulesOf(kind: string): ResourceRules {
  return byKind[kind] ?? {};
}
