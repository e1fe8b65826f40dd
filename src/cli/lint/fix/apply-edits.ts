/** Edits of the advisor written into texts, comments and order kept. */
import { stringify } from "yaml";
import type { Edit } from "../../../advisor/index.ts";
import { splicesOf } from "./splices.ts";
import { readYaml, type Splice } from "./yaml-text.ts";

/** The text with as many of the edits as go together; the number says how many. The rest takes another look. */
export function applyEdits(text: string, edits: readonly Edit[]): { readonly text: string; readonly applied: number } {
  const yaml = readYaml(text);
  const taken: Splice[] = [];
  let applied = 0;
  for (const edit of edits) {
    const splices = splicesOfEdit(text, yaml, edit);
    if (splices === undefined || splices.some((splice) => taken.some((other) => collide(splice, other)))) continue;
    taken.push(...splices);
    applied += 1;
  }
  return { text: spliced(text, taken), applied };
}

function splicesOfEdit(text: string, yaml: ReturnType<typeof readYaml>, edit: Edit): readonly Splice[] | undefined {
  const { lines, entry, changes = [], added } = edit;
  if (lines !== undefined) return [lineSplice(text, lines)];
  const object = entry === undefined ? undefined : yaml.objectAt(entry.position);
  if (object === undefined) return undefined;
  const parts = changes.map((change) => splicesOf(text, object, change));
  if (parts.some((part) => part === undefined)) return undefined;
  const all = parts.flatMap((part) => part ?? []);
  return added === undefined ? all : [...all, documentSplice(text, added)];
}

function lineSplice(text: string, { first, last, text: written }: NonNullable<Edit["lines"]>): Splice {
  const lines = text.split("\n");
  const start = lines.slice(0, first - 1).join("\n").length + (first > 1 ? 1 : 0);
  return { start, end: start + lines.slice(first - 1, last).join("\n").length, text: written };
}

/** At the end of the file: a document there moves no other. */
function documentSplice(text: string, object: object): Splice {
  const gap = text.endsWith("\n") || text === "" ? "" : "\n";
  return { start: text.length, end: text.length, text: `${gap}---\n${stringify(object, { lineWidth: 0 })}` };
}

/** Pieces that touch belong to two minds as well: which goes first would decide. */
const collide = (one: Splice, other: Splice): boolean => one.start <= other.end && other.start <= one.end;

const spliced = (text: string, splices: readonly Splice[]): string =>
  splices
    .toSorted((a, b) => b.start - a.start)
    .reduce((result, { start, end, text: written }) => result.slice(0, start) + written + result.slice(end), text);
