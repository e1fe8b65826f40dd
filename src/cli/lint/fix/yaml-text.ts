/** Texts of YAML with the nodes that stand in them, found by the place of their object. */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  stringify,
  type YAMLMap,
} from "yaml";
import type { SourcePosition } from "../../../manifests/index.ts";

/** A piece of a text and what takes its place; offsets in UTF-16 units, the end excluded. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface YamlText {
  readonly text: string;
  /** The object that begins there. */
  objectAt(position: SourcePosition): YAMLMap | undefined;
}

/** Documents that do not parse have no objects. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { version: "1.1", lineCounter: lines, prettyErrors: false });
  const objects = new Map<string, YAMLMap>();
  for (const document of Array.isArray(documents) ? documents : []) collect(document, lines, objects);
  return { text, objectAt: ({ line, column }) => objects.get(`${line}:${column}`) };
}

function collect(document: Document.Parsed, lines: LineCounter, objects: Map<string, YAMLMap>): void {
  if (document.errors.length > 0) return;
  const add = (node: unknown): void => {
    if (!isMap(node) || node.range === null || node.range === undefined) return;
    const { line, col } = lines.linePos(node.range[0]);
    objects.set(`${line}:${col}`, node);
    const items: unknown = node.get("items", true);
    if (isSeq(items)) for (const item of items.items) add(item);
  };
  add(document.contents);
}

/** The node that the parent has at that step; undefined where there is none. */
export function childOf(parent: Node, step: string | number): Node | undefined {
  if (isSeq(parent) && typeof step === "number") {
    const item: unknown = parent.items[step];
    return isNode(item) ? item : undefined;
  }
  const pair = isMap(parent) ? pairOf(parent, step) : undefined;
  return isNode(pair?.value) ? pair.value : undefined;
}

export const pairOf = (map: YAMLMap, key: string | number): YAMLMap["items"][number] | undefined =>
  map.items.find((item) => isScalar(item.key) && item.key.value === key);

/** Offsets of a node without what follows it; undefined for nodes that were made. */
export function spanOf(node: unknown): readonly [start: number, end: number] | undefined {
  return isNode(node) && node.range !== null && node.range !== undefined ? [node.range[0], node.range[1]] : undefined;
}

const writing = { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false } as const;

/** On one line; as JSON where the text is JSON. */
export const flowText = (value: unknown, around: string): string =>
  /^\s*[{[]/.test(around)
    ? JSON.stringify(value)
    : stringify(value, { ...writing, collectionStyle: "flow", flowCollectionPadding: false }).trim();

/** `key: value` over as many lines as it takes, each after the first behind that many blanks. */
export function blockText(key: string, value: unknown, indent: number): string {
  const lines = stringify({ [key]: value }, writing)
    .trimEnd()
    .split("\n");
  return lines.map((line, index) => (index === 0 || line === "" ? line : `${" ".repeat(indent)}${line}`)).join("\n");
}

/** Offset of the first character of the line. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** Offset of the line's end, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}
