/** `docs/rules`: a page for each rule of the advisor, and the schema of its configuration. */
import { allRules, configurationSchema, rulePage, rulesIndex } from "../../src/advisor/index.ts";
import type { Generator } from "./generator.ts";

export const ruleGenerators: readonly Generator[] = [
  {
    name: "rules",
    folder: "docs/rules",
    generate: () => [
      { path: "docs/rules/README.md", text: rulesIndex(allRules) },
      ...allRules.map((rule) => ({ path: `docs/rules/${rule.id}.md`, text: rulePage(rule) })),
    ],
  },
  {
    name: "lint-schema",
    folder: "docs/schemas",
    generate: () => [
      {
        path: "docs/schemas/karpenter-lint.generated.json",
        text: `${JSON.stringify(configurationSchema(allRules.map(({ id }) => id)), null, 2)}\n`,
      },
    ],
  },
];
