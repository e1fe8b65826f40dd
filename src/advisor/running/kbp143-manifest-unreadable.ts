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
    ...facts.problems.flatMap((problem) => unreadable(facts, problem)),
    ...facts.misshapen.map(misshapen),
    ...facts.objects.flatMap(noLists),
  ],
};

/** One broken entry makes the parser stumble several times: it is told once. */
function unreadable(facts: Facts, problem: Facts["problems"][number]): readonly Problem[] {
  const { position, message } = problem;
  const { file, line, column } = position;
  const text = facts.texts.get(file) ?? "";
  const place = textPlace("File", file, line, column);
  const isFirst = (from: number, to: number): boolean =>
    facts.problems.find((each) => each.position.file === file && isWithin(each.position.line, from, to)) === problem;
  if (/^\s*\.\.\.\s*$/m.test(text)) {
    if (!isFirst(1, Number.POSITIVE_INFINITY)) return [];
    const told = `${file}:${line}: elided manifest: "..." stands for lines that are missing`;
    return [{ place, message: told, evidence: message, fix: "Write out what the dots stand for." }];
  }
  const repair = proposeRepair(text);
  if (repair === undefined || !isWithin(line, repair.first, repair.last))
    return [{ place, message: `${file}:${line}: ${message}`, evidence: message }];
  if (!isFirst(repair.first, repair.last)) return [];
  const told = `${file}:${line}: values must be a list; write one "- item" per line`;
  return [{ place, message: told, evidence: message, fix: `Write:\n${repair.text}`, edit: repairEdit(file, repair) }];
}

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

const isWithin = (line: number, from: number, to: number): boolean => line >= from && line <= to;

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
