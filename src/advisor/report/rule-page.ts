/** A rule's page in the docs, made from its document. */
import type { Rule } from "../model/rule.ts";
import { ignoreAnnotation } from "../run/silencing.ts";
import { inputTexts } from "./explain.ts";

export const rulePage = ({ id, name, severity, requirements, needs, document }: Rule): string => `# ${id} ${name}

<!-- Generated from src/advisor by \`npm run gen\`. Do not edit. -->

| Severity | Looks at | Requirements |
| --- | --- | --- |
| ${severity} | ${needs.length === 0 ? "a cluster or controller logs" : needs.map((input) => inputTexts[input]).join(", ")} | ${requirements.join(", ")} |

## What

${document.what}

## Why

${document.why}

## How to fix it

${document.fix}

## How to silence it

With the reason, above the object or the value:

\`\`\`yaml
# karpenter-lint: ignore ${id} REASON
\`\`\`

On the object:

\`\`\`yaml
metadata:
  annotations:
    ${ignoreAnnotation}: "${id}"
\`\`\`

In \`karpenter-lint.yaml\`, until a day:

\`\`\`yaml
ignore:
  - rule: ${id}
    object: Deployment shop/web
    reason: why it is accepted
    until: 2027-01-31
\`\`\`
`;

/** All of them, by number. */
export const rulesIndex = (rules: readonly Rule[]): string =>
  [
    "# Rules of karpenter lint",
    "",
    "<!-- Generated from src/advisor by `npm run gen`. Do not edit. -->",
    "",
    "| Rule | Severity | Found when |",
    "| --- | --- | --- |",
    ...rules.map(
      ({ id, name, severity, document }) =>
        `| [${id} ${name}](${id}.md) | ${severity} | ${document.what.replaceAll("|", "\\|")} |`,
    ),
    "",
  ].join("\n");
