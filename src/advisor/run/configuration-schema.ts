/** `karpenter-lint.yaml` as a JSON schema, for editors; `readConfiguration` is what decides. */
import { defaultTeamLabels, defaultThresholds } from "../facts/thresholds.ts";
import { severities } from "../model/rule.ts";

/** `rules` are the identifiers that exist. */
export function configurationSchema(rules: readonly string[]): Readonly<Record<string, unknown>> {
  const figures = Object.entries(defaultThresholds).map(([name, value]) => [
    name,
    { type: "number", minimum: 0, default: value },
  ]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "karpenter-lint.yaml",
    description: "Figures of karpenter lint, and findings that are accepted for a while.",
    type: ["object", "null"],
    additionalProperties: false,
    properties: {
      failOn: { description: "Exit 1 from this severity on.", enum: [...severities, "never"], default: "warning" },
      thresholds: {
        description: "Figures that rules compare with; each has a default.",
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(figures) as unknown,
      },
      teamLabels: {
        description: "Labels that name a team (KBP302); the first that is there counts.",
        type: "array",
        items: { type: "string", minLength: 1 },
        default: defaultTeamLabels,
      },
      ignore: {
        description: "Findings that are known and accepted.",
        type: "array",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["rule", "reason"],
          properties: {
            rule: { enum: rules },
            object: {
              description: "`Deployment shop/web`, with * for any text; every object where absent.",
              type: "string",
            },
            reason: { description: "Why it is accepted.", type: "string", pattern: "\\S" },
            until: {
              description: "Day from which the entry no longer counts.",
              type: "string",
              pattern: "^\\d{4}-\\d{2}-\\d{2}$",
            },
          },
        },
      },
    },
  };
}
