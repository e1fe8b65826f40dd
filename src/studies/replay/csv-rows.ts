import type { TraceProblem } from "./trace.ts";

/** A line of a CSV file: its cells by the names of the heading. Traces have no quoted cells. */
export interface CsvRow {
  /** From 1. */
  readonly line: number;
  /** The cell, without blanks around it; empty where the line is too short. */
  readonly cell: (name: string) => string;
  /** Where the cell begins, from 1. */
  readonly columnOf: (name: string) => number;
}

export interface CsvTable {
  readonly headings: readonly string[];
  readonly rows: readonly CsvRow[];
}

/** Empty lines and lines that begin with `#` are passed over. */
export function csvTable(text: string): CsvTable {
  const lines = text
    .split(/\r?\n/)
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== "" && !content.startsWith("#"));
  const headings = (lines[0]?.content ?? "").split(",").map((name) => name.trim().toLowerCase());
  const places = new Map(headings.map((name, at) => [name, at] as const));
  const rows = lines.slice(1).map(({ content, line }): CsvRow => {
    const cells = content.split(",");
    return {
      line,
      cell: (name) => (cells[places.get(name) ?? -1] ?? "").trim(),
      columnOf: (name) => cells.slice(0, places.get(name) ?? 0).reduce((sum, cell) => sum + cell.length + 1, 1),
    };
  });
  return { headings, rows };
}

/** A whole or broken number of 0 or more; else the problem is noted and the answer is undefined. */
export function amountIn(row: CsvRow, name: string, problems: TraceProblem[]): number | undefined {
  const text = row.cell(name);
  const amount = text === "" ? 0 : Number(text);
  if (Number.isFinite(amount) && amount >= 0) return amount;
  problems.push({
    line: row.line,
    column: row.columnOf(name),
    message: `${name}: found "${text}", expected a number of 0 or more`,
  });
  return undefined;
}
