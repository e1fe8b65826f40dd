/** One change of an object as pieces of its text, so that everything else stays as it was written. */
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { Change } from "../../../advisor/index.ts";
import { blockText, childOf, flowText, lineEnd, lineStart, pairOf, spanOf, type Splice } from "./yaml-text.ts";

/** Undefined where the text has a form that cannot be changed in place; a person has to. */
export function splicesOf(text: string, object: YAMLMap, change: Change): readonly Splice[] | undefined {
  switch (change.kind) {
    case "set":
      return setSplices(text, object, change);
    case "remove":
      return listed(removeSplice(text, object, change.path));
    case "rename":
      return listed(renameSplice(text, object, change));
    default:
      return undefined;
  }
}

const listed = (splice: Splice | undefined): readonly Splice[] | undefined =>
  splice === undefined ? undefined : [splice];

type Path = Change["path"];

/** The deepest node that exists, and the steps that are left below it. */
function reach(object: YAMLMap, path: Path): { readonly node: Node; readonly left: Path } {
  let node: Node = object;
  for (const [index, step] of path.entries()) {
    const child = childOf(node, step);
    if (child === undefined) return { node, left: path.slice(index) };
    node = child;
  }
  return { node, left: [] };
}

function setSplices(
  text: string,
  object: YAMLMap,
  { path, value }: Extract<Change, { readonly kind: "set" }>,
): readonly Splice[] | undefined {
  const { node, left } = reach(object, path);
  const [key, ...rest] = left;
  if (key === undefined) return listed(replaced(text, node, flowText(value, text)));
  const inner = rest.toReversed().reduce<unknown>((below, step) => (step === 0 ? [below] : { [step]: below }), value);
  if (typeof key === "string" && isMap(node)) return listed(insertedKey(text, node, key, inner));
  if (typeof key === "number" && isSeq(node)) return undefined;
  // `annotations:` with nothing behind it.
  if (isScalar(node) && node.value === null) return listed(filled(text, node, key === 0 ? [inner] : { [key]: inner }));
  return undefined;
}

function replaced(around: string, node: Node, text: string): Splice | undefined {
  const span = spanOf(node);
  // A collection's span goes on to where the next thing begins.
  return span === undefined ? undefined : { start: span[0], end: around.slice(0, span[1]).trimEnd().length, text };
}

/** A blank before it unless there is one. */
function filled(text: string, node: Node, value: unknown): Splice | undefined {
  const span = spanOf(node);
  if (span === undefined) return undefined;
  const isAfterColon = text[span[0] - 1] === ":";
  return { start: span[0], end: span[1], text: `${isAfterColon ? " " : ""}${flowText(value, text)}` };
}

function insertedKey(text: string, map: YAMLMap, key: string, value: unknown): Splice | undefined {
  const span = spanOf(map);
  if (span === undefined) return undefined;
  const last = map.items.at(-1);
  if (map.flow === true) {
    const close = span[1] - 1;
    const before = text.slice(0, close).trimEnd().length;
    const written = `${flowText(key, text)}: ${flowText(value, text)}`;
    const isEmpty = last === undefined;
    const comma = isEmpty || text[before - 1] === "," ? "" : ",";
    return { start: before, end: close, text: `${comma}${isEmpty ? "" : " "}${written}${text.slice(before, close)}` };
  }
  const first = spanOf(map.items[0]?.key);
  const end = spanOf(last?.value) ?? spanOf(last?.key);
  if (first === undefined || end === undefined) return undefined;
  const indent = first[0] - lineStart(text, first[0]);
  // The library counts blank lines behind a collection as its own.
  const at = lineEnd(text, text.slice(0, end[1]).trimEnd().length);
  return { start: at, end: at, text: `\n${" ".repeat(indent)}${blockText(key, value, indent)}` };
}

function renameSplice(
  text: string,
  object: YAMLMap,
  { path, key }: Extract<Change, { readonly kind: "rename" }>,
): Splice | undefined {
  const parent = reach(object, path.slice(0, -1));
  const step = path.at(-1);
  if (parent.left.length > 0 || !isMap(parent.node) || step === undefined) return undefined;
  const pair = pairOf(parent.node, step);
  const span = spanOf(pair?.key);
  return span === undefined ? undefined : { start: span[0], end: span[1], text: flowText(key, text) };
}

/** The last key of a map takes the map with it: an empty `annotations:` says nothing. */
function removeSplice(text: string, object: YAMLMap, path: Path): Splice | undefined {
  const parent = reach(object, path.slice(0, -1));
  const step = path.at(-1);
  if (parent.left.length > 0 || step === undefined || !isMap(parent.node)) return undefined;
  if (parent.node.items.length === 1 && path.length > 2) return removeSplice(text, object, path.slice(0, -1));
  const span = pairSpan(parent.node, step);
  if (span === undefined) return undefined;
  return parent.node.flow === true ? flowRemoval(text, ...span) : blockRemoval(text, ...span);
}

function pairSpan(map: YAMLMap, key: string | number): readonly [from: number, to: number] | undefined {
  const pair = pairOf(map, key);
  const from = spanOf(pair?.key);
  const to = spanOf(pair?.value) ?? from;
  return from === undefined || to === undefined ? undefined : [from[0], to[1]];
}

function flowRemoval(text: string, from: number, to: number): Splice {
  const behind = /^\s*,\s*/.exec(text.slice(to))?.[0];
  if (behind !== undefined) return { start: from, end: to + behind.length, text: "" };
  const before = /,\s*$/.exec(text.slice(0, from))?.[0] ?? "";
  return { start: from - before.length, end: to, text: "" };
}

/** Whole lines; a key behind a dash shares its line with the item, and stays a person's work. */
function blockRemoval(text: string, from: number, to: number): Splice | undefined {
  const start = lineStart(text, from);
  if (text.slice(start, from).trim() !== "") return undefined;
  const end = lineEnd(text, Math.max(from, text.slice(0, to).trimEnd().length));
  return { start, end: Math.min(end + 1, text.length), text: "" };
}
