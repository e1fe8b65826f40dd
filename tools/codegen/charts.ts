/** The definitions in the charts, from the same schemas as `deploy/crds`, and their dashboards. */
import { stringify } from "yaml";
import { type CustomResourceDefinition, customResourceDefinitions } from "../../src/api/index.ts";
import { dashboards } from "./dashboards.ts";
import type { GeneratedFile, Generator } from "./generator.ts";

const header = "# Generated from src/api/crds by `npm run gen`. Do not edit.\n";
const chart = "deploy/charts/karpenter";

/** Kinds of today that a cluster needs (spec: operations 4.4), and those of the v1alpha5 era. */
const today = ["nodepools", "nodeclaims", "nodeoverlays", "ec2nodeclasses", "capacitybuffers"];
const era = ["provisioners", "machines", "awsnodetemplates"];

function definitionsOf(plurals: readonly string[]): readonly CustomResourceDefinition[] {
  const found = customResourceDefinitions.filter(({ spec }) => plurals.includes(spec.names.plural));
  if (found.length === plurals.length) return found;
  throw new Error(`src/api/crds lacks one of ${plurals.join(", ")}`);
}

const textOf = (crd: CustomResourceDefinition): string =>
  header + stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false });

const filesIn = (
  folder: string,
  plurals: readonly string[],
  text: (crd: CustomResourceDefinition) => string,
): readonly GeneratedFile[] =>
  definitionsOf(plurals).map((crd) => ({
    path: `${folder}/${crd.spec.group}_${crd.spec.names.plural}.yaml`,
    text: text(crd),
  }));

const annotations = `metadata:
  {{- with .Values.additionalAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
`;

/** The same text as a template: braces of a rule would be read as template code. */
const templateOf = (crd: CustomResourceDefinition): string =>
  textOf(crd)
    .replaceAll("{{", '{{ "{{" }}')
    .replace(/^metadata:\n/m, () => annotations);

export const chartGenerators: readonly Generator[] = [
  { name: "chart-crds", folder: `${chart}/crds`, generate: () => filesIn(`${chart}/crds`, today, textOf) },
  { name: "chart-legacy", folder: `${chart}/legacy`, generate: () => filesIn(`${chart}/legacy`, era, textOf) },
  {
    name: "crd-chart",
    folder: `${chart}-crd/templates`,
    generate: () => filesIn(`${chart}-crd/templates`, today, templateOf),
  },
  {
    name: "dashboards",
    folder: `${chart}/dashboards`,
    generate: () =>
      dashboards.map(({ name, dashboard }) => ({
        path: `${chart}/dashboards/${name}.json`,
        text: `${JSON.stringify(dashboard, null, 2)}\n`,
      })),
  },
];
