/** The document of a rule, as `lint --explain` prints it. */
import type { InputName } from "../model/inputs.ts";
import type { Rule } from "../model/rule.ts";
import { ignoreAnnotation } from "../run/silencing.ts";

export const inputTexts: Readonly<Record<InputName, string>> = Object.freeze({
  objects: "manifests or a dump of a cluster",
  cluster: "a dump of a cluster",
  logs: "controller logs",
  catalogue: "the catalogue of machine types",
  metrics: "use figures (--metrics)",
  account: "the AWS account (--aws)",
});

export function explainRule({ id, name, severity, requirements, needs, document }: Rule): string {
  return [
    `${id} ${name} (${severity})`,
    "",
    `What: ${document.what}`,
    `Why: ${document.why} (${requirements.join(", ")})`,
    `Fix: ${document.fix}`,
    `Reads: ${needs.map((input) => inputTexts[input]).join(", ")}`,
    "",
    "To silence it, with the reason:",
    `  in the file, above the object or the value:  # karpenter-lint: ignore ${id} REASON`,
    `  on the object:                               ${ignoreAnnotation}: "${id}"`,
    `  in karpenter-lint.yaml:                      ignore: [{rule: ${id}, object: "Deployment shop/web", reason: ..., until: 2027-01-31}]`,
    `  for one run:                                 --ignore ${id}`,
    "",
  ].join("\n");
}

/** `KBP307 warning no-scale-in: …`, one line a rule. */
export const listRules = (rules: readonly Rule[]): string =>
  rules.map(({ id, name, severity, document }) => `${id} ${severity} ${name}: ${document.what}\n`).join("");
