/** The picture of machine types as lines of a terminal; nothing here knows escape codes but through `paint`. */
import { renderColumns } from "../output/columns.ts";
import { cut } from "../screen/cut.ts";
import type { Paint } from "../terminal.ts";
import type { BrowserView } from "./browser-view.ts";
import { detailsOf, sortKeys } from "./order.ts";
import type { TypeEntry } from "./type-row.ts";
import { wideHeadings, wideRow } from "./wide-table.ts";

export interface BrowserSize {
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
}

/** Lines of the body that fit: what a page is. */
export const browserPage = (rows: number): number => Math.max(1, rows - 2);

export function browserLines(
  left: readonly TypeEntry[],
  view: BrowserView,
  { columns, rows, paint }: BrowserSize,
): readonly string[] {
  const page = browserPage(rows);
  const [head = "", ...body] = bodyOf(left, view);
  const first = firstShown(view, body.length, page);
  const shown = body.slice(first, first + page);
  const isCursor = (at: number): boolean => first + at === cursorOf(view);
  // Marked by a sign too, as not every terminal has colours.
  const marked = shown.map((line, at) => (isCursor(at) ? paint("cyan", cut(`>${line.slice(1)}`, columns)) : line));
  const filled = [...marked, ...Array.from({ length: page - marked.length }, () => "")];
  return [paint("bold", cut(head, columns)), ...filled, paint("dim", cut(footOf(left, view), columns))].map((line) =>
    cut(line, columns),
  );
}

function cursorOf({ mode, at, sortAt, path }: BrowserView): number | undefined {
  if (mode === "details") return undefined;
  return mode === "sort" ? (path === "" ? sortAt : undefined) : at;
}

/** The cursor is always on the screen. */
function firstShown(view: BrowserView, length: number, page: number): number {
  const cursor = cursorOf(view);
  if (cursor !== undefined) return Math.floor(cursor / page) * page;
  return view.mode === "details" ? Math.min(view.top, Math.max(0, length - page)) : 0;
}

function bodyOf(left: readonly TypeEntry[], view: BrowserView): readonly string[] {
  const { mode, at, order, path, selected } = view;
  if (mode === "details") {
    const entry = left[at];
    return entry === undefined ? [""] : [entry.row.name, ...JSON.stringify(detailsOf(entry), null, 2).split("\n")];
  }
  if (mode === "sort") {
    const direction = order.descending ? "descending" : "ascending";
    return [`Sort by (${direction}); or type a path: ${path}_`, ...sortKeys.map((key) => `  ${key}`)];
  }
  const rows = left.map(({ row }) => {
    const [name = "", ...cells] = wideRow(row);
    return [` ${selected.has(row.name) ? "*" : " "} ${name}`, ...cells];
  });
  const [first = "", ...headings] = wideHeadings;
  return renderColumns({ headings: [`   ${first}`, ...headings], rows })
    .trimEnd()
    .split("\n");
}

const keysOf = {
  details: "arrows move  e or Esc back  q quit",
  sort: "arrows choose  tab turns the order  Enter sorts  Esc back",
  table: "space select  t trim  e expand  f filter  s sort  Esc back  q quit",
} as const;

function footOf(left: readonly TypeEntry[], { mode, filter, selected }: BrowserView): string {
  if (mode === "filter") return `filter: ${filter}_`;
  if (mode !== "table") return keysOf[mode];
  const told = [
    `${left.length} types`,
    selected.size === 0 ? "" : `${selected.size} selected`,
    filter && `"${filter}"`,
  ];
  return `${told.filter((text) => text !== "").join(", ")}  ${keysOf.table}`;
}
