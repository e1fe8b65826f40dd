import { advise, allRules } from "../advisor/index.ts";
import type { KubeObject } from "../api/index.ts";
import { parseManifests } from "../manifests/index.ts";

/** What a writer should hear at once, by one object alone: launch templates, no template, no bounds (spec: v1alpha5 D3, D4, R71). */
const told: ReadonlySet<string> = new Set(["KBP130", "KBP311", "KBP610"]);
const rules = allRules.filter(({ id }) => told.has(id));

/** Lines for kubectl to show beside the success of a write. */
export function admissionWarnings(object: KubeObject): readonly string[] {
  const manifests = parseManifests("the object", JSON.stringify(object));
  return advise({ manifests }, rules).findings.map(({ rule, message }) => `${rule}: ${message}`);
}
