/** Rows of text under headings, for people: `align` says which columns are figures. */
export interface TextTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that are aligned to the right. */
  readonly figures?: ReadonlySet<number>;
}

/** Columns two blanks apart, headings in capitals as kubectl prints them; each line ends without blanks. */
export function renderColumns({ headings, rows, figures = new Set() }: TextTable): string {
  const all = [headings.map((heading) => heading.toUpperCase()), ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return figures.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return `${all.map(line).join("\n")}\n`;
}

/** The same as a table of Markdown; bars in cells are escaped. */
export function renderMarkdownTable({ headings, rows, figures = new Set() }: TextTable): string {
  const line = (row: readonly string[]): string => `| ${row.map(escaped).join(" | ")} |`;
  const rule = `|${headings.map((_, column) => (figures.has(column) ? "---:" : "---")).join("|")}|`;
  return `${[line(headings), rule, ...rows.map(line)].join("\n")}\n`;
}

const escaped = (cell: string): string => cell.replaceAll("|", "\\|").replaceAll("\n", " ");
