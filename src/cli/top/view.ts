/** How the reader looks at it: what keys change. Pure, so that tests press keys without a terminal. */
import type { TopNode } from "./model.ts";

export interface SortOrder {
  readonly key: string;
  readonly descending: boolean;
}

export interface TopView {
  readonly sort: SortOrder;
  readonly filter: string;
  /** The filter is being typed. */
  readonly isTyping: boolean;
  readonly grouped: boolean;
  /** First line shown. */
  readonly top: number;
  readonly help: boolean;
}

export type KeyResult = TopView | "quit";

export const sortKeys = ["name", "pool", "type", "price", "cpu", "memory", "pods", "age"] as const;

export function pressed(view: TopView, key: string, page: number): KeyResult {
  if (key === "\u0003") return "quit";
  if (view.isTyping) return typed(view, key);
  switch (key) {
    case "q":
    case "\u001b":
      return "quit";
    case "/":
      return { ...view, isTyping: true, filter: "", top: 0 };
    case "s":
      return { ...view, sort: { ...view.sort, key: nextSort(view.sort.key) }, top: 0 };
    case "r":
      return { ...view, sort: { ...view.sort, descending: !view.sort.descending } };
    case "g":
      return { ...view, grouped: !view.grouped, top: 0 };
    case "?":
    case "h":
      return { ...view, help: !view.help };
    default:
      return { ...view, top: Math.max(0, view.top + scrolled(key, page)) };
  }
}

function scrolled(key: string, page: number): number {
  switch (key) {
    case "\u001b[A":
    case "k":
      return -1;
    case "\u001b[B":
    case "j":
      return 1;
    case "\u001b[D":
    case "\u001b[5~":
      return -page;
    case "\u001b[C":
    case "\u001b[6~":
    case " ":
      return page;
    case "\u001b[H":
      return Number.NEGATIVE_INFINITY;
    default:
      return 0;
  }
}

function typed(view: TopView, key: string): TopView {
  if (key === "\r" || key === "\n") return { ...view, isTyping: false };
  if (key === "\u001b") return { ...view, isTyping: false, filter: "" };
  if (key === "\u007f" || key === "\b") return { ...view, filter: view.filter.slice(0, -1) };
  return /^[\u0020-\u007e]+$/.test(key) ? { ...view, filter: view.filter + key } : view;
}

function nextSort(key: string): string {
  const at = sortKeys.findIndex((each) => each === key);
  return sortKeys[(at + 1) % sortKeys.length] ?? "name";
}

/** Words of the filter must all be found in name, pool, type, zone, capacity type, stage or reason. */
export function shownNodes(nodes: readonly TopNode[], { filter, sort }: TopView): readonly TopNode[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const texts = (node: TopNode): string =>
    [node.name, node.pool, node.type, node.zone, node.capacityType, node.stage, node.disruption]
      .join(" ")
      .toLowerCase();
  const found = words.length === 0 ? nodes : nodes.filter((node) => words.every((word) => texts(node).includes(word)));
  const sign = sort.descending ? -1 : 1;
  return found.toSorted(
    (a, b) => sign * compared(valueOf(a, sort.key), valueOf(b, sort.key)) || natural(a.name, b.name),
  );
}

type SortValue = string | number | null;

/** `creation` is upstream's name: its ascending order puts the newest first. */
function valueOf(node: TopNode, key: string): SortValue {
  switch (key) {
    case "name":
    case "pool":
    case "type":
    case "zone":
    case "pods":
      return node[key];
    case "price":
      return node.pricePerHour;
    case "creation":
    case "age":
    case "eks-node-viewer/node-age":
      return node.ageSeconds;
    default:
      return labelOrShare(node, key);
  }
}

/** Share of a resource, by its name or upstream's computed label; else the label of that name. */
function labelOrShare(node: TopNode, key: string): SortValue {
  const resource = /^eks-node-viewer\/node-(.+)-usage$/.exec(key)?.[1] ?? key;
  const amount = node.resources[resource];
  if (amount !== undefined) return amount.of === 0 ? 0 : amount.used / amount.of;
  return node.labels[key] ?? null;
}

/** What is not known comes last when ascending. */
function compared(a: SortValue, b: SortValue): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return typeof a === "number" && typeof b === "number" ? a - b : natural(String(a), String(b));
}

/** `node-9` before `node-10`. */
function natural(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [x = "", y = ""] = [left[at], right[at]];
    if (x === y) continue;
    return /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) || (x < y ? -1 : 1) : x < y ? -1 : 1;
  }
  return left.length - right.length;
}
