import { type Document, isMap, isNode, LineCounter, parseAllDocuments, type Tags, visit } from "yaml";
import type { KubeObject } from "../api/index.ts";
import { failed, ok, type Result } from "../core/index.ts";
import { createManifestSource, type ManifestSource } from "./manifest-source.ts";

/** A place in a file; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One Kubernetes object with the places it came from. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly position: SourcePosition;
  /** Place of a value inside the object (`["spec", "replicas"]`), or of its nearest parent that exists. */
  positionOf(path: readonly (string | number)[]): SourcePosition;
  /** What else the file says there, for writing it back; absent for objects that come from elsewhere. */
  readonly source?: ManifestSource;
}

/** Something in a file that is no object. `syntax` and `shape` mean that the file cannot be parsed (exit 2). */
export interface ManifestProblem {
  readonly kind: "syntax" | "shape";
  readonly position: SourcePosition;
  /** What was found and what was expected, without the position. */
  readonly message: string;
}

export interface ManifestSet {
  /** In order of file, then of place. */
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly ManifestProblem[];
}

type ParsedDocument = Document.Parsed;

/**
 * Parses the YAML or JSON documents of one file. A document that does not parse is a problem; the others are still read.
 * `List` kinds are expanded. Plain scalars resolve as kubectl does (YAML 1.1 booleans, no sexagesimals, no timestamps).
 */
export function parseManifests(file: string, text: string): ManifestSet {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: "1.1",
    lineCounter: lines,
    customTags: kubernetesTags,
    prettyErrors: false,
    // Warnings would be the process's, in the midst of an answer.
    logLevel: "error",
  });
  const objects: ManifestObject[] = [];
  const problems: ManifestProblem[] = [];
  const at = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (Array.isArray(documents)) {
    for (const document of documents) readDocument(document, { at, objects, problems, text });
  }
  return { objects, problems };
}

/** Joins sets of several files, keeping their order. */
export function joinManifests(sets: readonly ManifestSet[]): ManifestSet {
  return { objects: sets.flatMap(({ objects }) => objects), problems: sets.flatMap(({ problems }) => problems) };
}

/** `file:line:column`. */
export const positionText = ({ file, line, column }: SourcePosition): string => `${file}:${line}:${column}`;

interface Reading {
  readonly text: string;
  readonly at: (offset: number) => SourcePosition;
  readonly objects: ManifestObject[];
  readonly problems: ManifestProblem[];
}

function kubernetesTags(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || (tag.format !== "TIME" && !tag.tag.endsWith(":timestamp")));
}

function readDocument(document: ParsedDocument, reading: Reading): void {
  const { at, problems } = reading;
  if (document.errors.length > 0) {
    for (const error of document.errors)
      problems.push({ kind: "syntax", position: at(error.pos[0]), message: error.message });
    return;
  }
  if (document.contents === null) return;
  keepWrittenNumbers(document);
  const value = valueOf(document);
  if (!value.ok) problems.push({ kind: "syntax", position: at(document.range[0]), message: value.failure });
  else if (value.value !== null) readValue({ document, value: value.value, path: [] }, reading);
}

/** Aliases are followed only now: one without or inside of its anchor, and some that multiply without end, are no value. */
function valueOf(document: ParsedDocument): Result<unknown, string> {
  try {
    const value: unknown = document.toJS();
    if (hasAlias(document)) JSON.stringify(value);
    return ok(value);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function hasAlias(document: ParsedDocument): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** `1e400` has no value as a number: the text goes on, so that whoever refuses it can quote it. */
function keepWrittenNumbers(document: ParsedDocument): void {
  visit(document, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === "number" && !Number.isFinite(scalar.value)) scalar.value = scalar.source;
    },
  });
}

interface Place {
  readonly document: ParsedDocument;
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

function readValue({ document, value, path }: Place, reading: Reading): void {
  const position = reading.at(offsetOf(document, path));
  const fault = shapeFault(value);
  if (fault !== undefined) {
    reading.problems.push({ kind: "shape", position, message: fault });
    return;
  }
  const object = value as KubeObject & { readonly items?: unknown };
  if (object.kind.endsWith("List") && Array.isArray(object.items)) {
    for (const [index, item] of object.items.entries())
      readValue({ document, value: item, path: [...path, "items", index] }, reading);
    return;
  }
  reading.objects.push({
    object,
    position,
    positionOf: (inner) => reading.at(offsetOf(document, [...path, ...inner])),
    source: createManifestSource(document, path, reading.text),
  });
}

function shapeFault(value: unknown): string | undefined {
  if (!isMapping(value)) {
    return `found ${describe(value)}, expected a Kubernetes object with apiVersion, kind and metadata`;
  }
  const { apiVersion, kind, metadata, items } = value;
  if (!isText(apiVersion)) return `apiVersion: found ${describe(apiVersion)}, expected text such as apps/v1`;
  if (!isText(kind)) return `kind: found ${describe(kind)}, expected text such as Deployment`;
  if (kind.endsWith("List") && Array.isArray(items)) return undefined;
  if (!isMapping(metadata)) return `metadata: found ${describe(metadata)}, expected an object with a name`;
  return nameFault(metadata);
}

function nameFault({ name, generateName }: Readonly<Record<string, unknown>>): string | undefined {
  if (isText(name) || (name === undefined && typeof generateName === "string")) return undefined;
  return `metadata.name: found ${describe(name)}, expected text`;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "number" || typeof value === "boolean") return `the ${typeof value} ${value}`;
  return JSON.stringify(value) ?? typeof value;
}

/** Offset of the value at `path`, or of its nearest parent that is in the text. */
function offsetOf(document: ParsedDocument, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const offset = keyOffset(document, path.slice(0, length)) ?? (isNode(node) ? node.range?.[0] : undefined);
    if (offset !== undefined) return offset;
  }
  return document.contents?.range[0] ?? document.range[0];
}

/** Where the key of a map entry stands: more telling than its value, which may begin on a later line. */
function keyOffset(document: ParsedDocument, path: readonly (string | number)[]): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const key = path.at(-1);
  const pair = parent.items.find((item) => isNode(item.key) && "value" in item.key && item.key.value === key);
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}
