import type { ManifestObject } from "../../manifests/index.ts";
import type { Facts } from "../facts/facts.ts";
import { proposeRepair, type Repair } from "../facts/repair.ts";
import { placeOf, textPlace, type ValuePath } from "../model/place.ts";
import type { Edit } from "../model/edit.ts";
import type { Problem, Rule } from "../model/rule.ts";

export const manifestUnreadable: Rule = {
  id: "KBP143",
  name: "manifest-unreadable",
  severity: "error",
  requirements: ["R25"],
  needs: ["objects"],
  document: {
    what: "A document does not parse, is no Kubernetes object, or has text where a list of values is expected.",
    why: "Nothing of it is applied, or the API server refuses it.",
    fix: 'Repair it; lists are written one "- item" a line.',
  },
  check: (facts) => [
    ...[...Map.groupBy(facts.problems, ({ position }) => position.file)].flatMap(([file, own]) =>
      unreadable(facts.texts.get(file) ?? "", own),
    ),
    ...facts.misshapen.map(misshapen),
    ...facts.objects.flatMap(noLists),
  ],
};

type ParseProblem = Facts["problems"][number];

/** One broken entry makes the parser stumble several times: it is told once. */
function unreadable(text: string, own: readonly ParseProblem[]): readonly Problem[] {
  const [first] = own;
  if (first === undefined) return [];
  if (/^\s*\.\.\.\s*$/m.test(text))
    return [
      told(first, 'elided manifest: "..." stands for lines that are missing', "Write out what the dots stand for."),
    ];
  if (isTemplate(text)) return [told(first, 'a template: "{{" is filled in before it is a manifest', renderFirst)];
  const repair = proposeRepair(text);
  if (repair === undefined) return own.map((problem) => told(problem, problem.message));
  const within = own.filter(({ position }) => position.line >= repair.first && position.line <= repair.last);
  return own.flatMap((problem) => {
    if (!within.includes(problem)) return told(problem, problem.message);
    return problem === within[0]
      ? {
          ...told(problem, 'values must be a list; write one "- item" per line', `Write:\n${repair.text}`),
          edit: repairEdit(problem.position.file, repair),
        }
      : [];
  });
}

const renderFirst = "Render it first, for example: helm template CHART | karpenter lint -f -";

const told = ({ position: { file, line, column }, message }: ParseProblem, text: string, fix?: string): Problem => ({
  place: textPlace("File", file, line, column),
  message: `${file}:${line}: ${text}`,
  evidence: message,
  ...(fix === undefined ? {} : { fix }),
});

/** Of Helm, or of anything else that is written in Go's templates. */
const isTemplate = (text: string): boolean => /\{\{-?\s*[\w.$("/]/.test(text);

/** What did not parse meant nothing before. */
const repairEdit = (file: string, { first, last, text }: Repair): Edit => ({
  safe: true,
  lines: { file, first, last, text },
});

const misshapen = ({ entry, path, message }: Facts["misshapen"][number]): Problem => {
  const place = placeOf(entry, path);
  return {
    place,
    message: `${place.position.file}:${place.position.line}: ${message}`,
    evidence: message,
    fix: "Correct the value; until then no other rule looks at this object.",
  };
};

/** `values: m5.large` parses, and is refused by the API server. */
function noLists(entry: ManifestObject): readonly Problem[] {
  const path = requirementsPath(entry);
  const specs = path === undefined ? undefined : valueAt(entry.object, path);
  if (path === undefined || !Array.isArray(specs)) return [];
  return specs.flatMap((spec: unknown, index) => {
    const values = valueAt(spec, ["values"]);
    if (values === undefined || values === null || Array.isArray(values)) return [];
    const place = placeOf(entry, [...path, index, "values"]);
    const { file, line } = place.position;
    return {
      place,
      message: `${file}:${line}: values must be a list; write one "- item" per line`,
      evidence: `found ${JSON.stringify(values)}`,
      ...(typeof values === "string"
        ? {
            fix: `Write:\nvalues:\n${values
              .split(/\s+/)
              .map((value) => `  - ${value}`)
              .join("\n")}`,
          }
        : {}),
    };
  });
}

function requirementsPath({ object: { kind } }: ManifestObject): ValuePath | undefined {
  if (kind === "Provisioner") return ["spec", "requirements"];
  return kind === "NodePool" ? ["spec", "template", "spec", "requirements"] : undefined;
}

function valueAt(value: unknown, path: ValuePath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[step];
  }
  return current;
}
