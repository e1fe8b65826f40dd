/** SARIF 2.1.0, as code scanning services read it. */
import { nameText, pathText } from "../model/place.ts";
import type { Finding, Rule } from "../model/rule.ts";
import type { Advice } from "../run/advise.ts";
import { consequenceText } from "./text-reports.ts";
import { fingerprintOf } from "../run/baseline.ts";

const levels = { error: "error", warning: "warning", info: "note" } as const;

export function adviceSarif({ findings }: Advice, rules: readonly Rule[]): unknown {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "karpenter lint", rules: rules.map(descriptorOf) } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => resultOf(finding, rules)),
      },
    ],
  };
}

const descriptorOf = ({ id, name, severity, document, requirements }: Rule) => ({
  id,
  name,
  shortDescription: { text: document.what },
  fullDescription: { text: document.why },
  help: { text: document.fix },
  defaultConfiguration: { level: levels[severity] },
  properties: { tags: requirements },
});

function resultOf(finding: Finding, rules: readonly Rule[]) {
  const { rule, severity, place, message, evidence, fix } = finding;
  const { file, line, column } = place.position;
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: levels[severity],
    message: { text: `${message}${consequenceText(finding)}. ${evidence}. ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [{ fullyQualifiedName: `${nameText(place.object)} ${pathText(place.path)}`.trimEnd() }],
      },
    ],
    partialFingerprints: { "karpenterLint/v1": fingerprintOf(finding) },
  };
}
