export interface Repair {
  readonly text: string;
  /** Lines of what it replaces, from 1, both included. */
  readonly first: number;
  readonly last: number;
}

/**
 * A requirement that was written with wrong indentation, or with values that lack their dashes, as it was meant: the list
 * entry, its operator, one dash a value. Undefined where the text holds none that is broken in this way.
 */
export function proposeRepair(text: string): Repair | undefined {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line, index) => /^\s*- key:\s*\S/.test(line) && isBroken(lines, index));
  if (start < 0) return undefined;
  const indent = /^\s*/.exec(lines[start] ?? "")?.[0] ?? "";
  const body = bodyOf(lines, start);
  const repaired = [lines[start]?.trimEnd() ?? "", ...body.map((line) => meant(line, indent))];
  return { text: repaired.join("\n"), first: start + 1, last: start + 1 + body.length };
}

/** Lines of the entry below its key: deeper than its dash, up to the next entry. */
function bodyOf(lines: readonly string[], start: number): readonly string[] {
  const depth = indentOf(lines[start] ?? "");
  const body: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === "" || indentOf(line) <= depth || /^\s*- key:/.test(line)) break;
    body.push(line);
  }
  return body;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** A field that is not in line with its key, or a value without a dash. */
function isBroken(lines: readonly string[], start: number): boolean {
  const expected = indentOf(lines[start] ?? "") + 2;
  const body = bodyOf(lines, start);
  if (body.length === 0) return false;
  return body.some((line) => (isField(line) ? indentOf(line) !== expected : !/^\s*(?:-|#)/.test(line)));
}

const isField = (line: string): boolean => /^\s*(?:operator|values|minValues):/.test(line);

function meant(line: string, indent: string): string {
  const text = line.trim();
  if (isField(line)) return `${indent}  ${text}`;
  return /^[-#]/.test(text) ? `${indent}    ${text}` : `${indent}    - ${text.replace(/,$/, "")}`;
}
