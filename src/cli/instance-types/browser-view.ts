/** How the reader looks at machine types: what keys change (spec: operations 6.2). Pure, so that tests press keys. */
import { inOrder, isSortKey, sortKeys, type TypeOrder } from "./order.ts";
import type { TypeEntry } from "./type-row.ts";

export interface BrowserView {
  readonly mode: "table" | "details" | "filter" | "sort";
  readonly order: TypeOrder;
  /** Words that must all be in the row. */
  readonly filter: string;
  /** Names. */
  readonly selected: ReadonlySet<string>;
  /** Only what was selected then is left. */
  readonly trimmed: ReadonlySet<string> | undefined;
  /** Name of the row under the cursor. */
  readonly at: number;
  /** First line of the details. */
  readonly top: number;
  /** Row of the list of orders, and the path that is typed instead. */
  readonly sortAt: number;
  readonly path: string;
}

export const openView = (order: TypeOrder): BrowserView => ({
  mode: "table",
  order,
  filter: "",
  selected: new Set(),
  trimmed: undefined,
  at: 0,
  top: 0,
  sortAt: Math.max(0, sortKeys.indexOf(order.key)),
  path: "",
});

/** What is left of the types, in order. */
export function leftEntries(entries: readonly TypeEntry[], { filter, trimmed, order }: BrowserView) {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const textOf = ({ row }: TypeEntry): string =>
    [row.name, row.cpuArchitecture, row.cpuManufacturer, row.hypervisor, row.gpuInfo, row.acceleratorInfo]
      .join(" ")
      .toLowerCase();
  const kept = entries.filter(
    (entry) =>
      (trimmed === undefined || trimmed.has(entry.row.name)) && words.every((word) => textOf(entry).includes(word)),
  );
  return inOrder(kept, order);
}

export const browserKeys = {
  up: "\u001b[A",
  down: "\u001b[B",
  pageLeft: "\u001b[1;2D",
  pageRight: "\u001b[1;2C",
  pageUp: "\u001b[5~",
  pageDown: "\u001b[6~",
  escape: "\u001b",
  enter: "\r",
  tab: "\t",
  interrupt: "\u0003",
} as const;

export interface Pressing {
  /** Rows under the cursor's reach, as `leftEntries` gives them. */
  readonly left: readonly TypeEntry[];
  /** Lines of a page. */
  readonly page: number;
}

export function pressedInBrowser(view: BrowserView, key: string, pressing: Pressing): BrowserView | "quit" {
  if (key === browserKeys.interrupt) return "quit";
  switch (view.mode) {
    case "filter":
      return typedFilter(view, key);
    case "sort":
      return sorting(view, key);
    case "details":
      return inDetails(view, key, pressing);
    default:
      return inTable(view, key, pressing);
  }
}

function inTable(view: BrowserView, key: string, { left, page }: Pressing): BrowserView | "quit" {
  switch (key) {
    case "q":
      return "quit";
    case browserKeys.escape:
      return back(view);
    case "e":
      return left.length === 0 ? view : { ...view, mode: "details", top: 0 };
    case "f":
    case "/":
      return { ...view, mode: "filter", filter: "", at: 0 };
    case "s":
      return { ...view, mode: "sort", path: "" };
    case " ":
      return { ...view, selected: toggled(view.selected, left[view.at]?.row.name) };
    case "t":
      return view.selected.size === 0 ? view : { ...view, trimmed: view.selected, at: 0 };
    default:
      return { ...view, at: Math.max(0, Math.min(left.length - 1, view.at + moved(key, page))) };
  }
}

/** Esc undoes the last narrowing; with nothing narrowed it leaves. */
function back(view: BrowserView): BrowserView | "quit" {
  if (view.filter !== "") return { ...view, filter: "", at: 0 };
  return view.trimmed === undefined ? "quit" : { ...view, trimmed: undefined, at: 0 };
}

function toggled(selected: ReadonlySet<string>, name: string | undefined): ReadonlySet<string> {
  if (name === undefined) return selected;
  return selected.has(name) ? new Set([...selected].filter((each) => each !== name)) : new Set([...selected, name]);
}

function moved(key: string, page: number): number {
  switch (key) {
    case browserKeys.up:
    case "k":
      return -1;
    case browserKeys.down:
    case "j":
      return 1;
    case browserKeys.pageLeft:
    case browserKeys.pageUp:
      return -page;
    case browserKeys.pageRight:
    case browserKeys.pageDown:
      return page;
    default:
      return 0;
  }
}

function inDetails(view: BrowserView, key: string, { page }: Pressing): BrowserView | "quit" {
  if (key === "q") return "quit";
  if (key === browserKeys.escape || key === "e") return { ...view, mode: "table" };
  return { ...view, top: Math.max(0, view.top + moved(key, page)) };
}

const isText = (key: string): boolean => /^[\u0020-\u007e]+$/.test(key);
const isRubout = (key: string): boolean => key === "\u007f" || key === "\b";

function typedFilter(view: BrowserView, key: string): BrowserView {
  if (key === browserKeys.enter || key === "\n") return { ...view, mode: "table" };
  if (key === browserKeys.escape) return { ...view, mode: "table", filter: "" };
  if (isRubout(key)) return { ...view, filter: view.filter.slice(0, -1), at: 0 };
  return isText(key) ? { ...view, filter: view.filter + key, at: 0 } : view;
}

/** A row of the list, or a path that is typed; tab turns the order round. A path that is none changes nothing. */
function sorting(view: BrowserView, key: string): BrowserView {
  const { order, path, sortAt } = view;
  if (key === browserKeys.escape) return { ...view, mode: "table" };
  if (key === browserKeys.tab) return { ...view, order: { ...order, descending: !order.descending } };
  if (key === browserKeys.enter || key === "\n") {
    const chosen = path === "" ? (sortKeys[sortAt] ?? order.key) : path;
    return { ...view, mode: "table", at: 0, order: { ...order, key: isSortKey(chosen) ? chosen : order.key } };
  }
  if (isRubout(key)) return { ...view, path: path.slice(0, -1) };
  if (isText(key)) return { ...view, path: path + key };
  return { ...view, sortAt: Math.max(0, Math.min(sortKeys.length - 1, sortAt + moved(key, 5))) };
}
