/** JSON patch (RFC 6902) over immutable values. */
import { equalJson, isRecord, setOwn } from "../store/api-object.ts";

export type JsonPatchResult =
  | { readonly ok: true; readonly value: unknown }
  /** `malformed`: the patch itself is not one; otherwise it does not fit the document. */
  | { readonly ok: false; readonly malformed: boolean; readonly message: string };

class PatchError extends Error {
  readonly malformed: boolean;
  constructor(message: string, malformed: boolean) {
    super(message);
    this.malformed = malformed;
  }
}

const root = "document";

const misfit = (message: string): PatchError => new PatchError(message, false);
const malformed = (message: string): PatchError => new PatchError(message, true);

/** Applies the operations in order; nothing is applied when one of them fails. */
export function applyJsonPatch(document: unknown, patch: unknown): JsonPatchResult {
  try {
    if (!Array.isArray(patch)) throw malformed("error decoding patch: a JSON patch is a list of operations");
    // The document gets a parent, so that operations on the whole of it need no case of their own.
    const start: unknown = { [root]: document };
    return { ok: true, value: read(patch.reduce<unknown>(applyOne, start), [root]) };
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, malformed: error.malformed, message: error.message };
    throw error;
  }
}

function applyOne(document: unknown, operation: unknown): unknown {
  if (!isRecord(operation)) throw malformed("error decoding patch: an operation is not an object");
  const path = pointer(operation["path"]);
  switch (operation["op"]) {
    case "add":
      return edit(document, path, (parent, name) => inserted(parent, name, valueOf(operation)));
    case "replace":
      read(document, path);
      return edit(document, path, (parent, name) => replaced(parent, name, valueOf(operation)));
    case "remove":
      read(document, path);
      return edit(document, path, removed);
    case "test":
      if (!equalJson(tested(document, path), valueOf(operation) ?? null))
        throw misfit(`testing path ${operation["path"] as string} failed`);
      return document;
    case "copy":
    case "move":
      return relocate(document, operation, path);
    default:
      throw malformed(`error decoding patch: unexpected operation ${JSON.stringify(operation["op"])}`);
  }
}

function relocate(document: unknown, operation: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  const from = pointer(operation["from"]);
  const value = read(document, from);
  const source = operation["op"] === "move" ? edit(document, from, removed) : document;
  return edit(source, path, (parent, name) => inserted(parent, name, value));
}

function valueOf(operation: Readonly<Record<string, unknown>>): unknown {
  if (!Object.hasOwn(operation, "value"))
    throw malformed(`error decoding patch: operation ${String(operation["op"])} has no value`);
  return operation["value"];
}

function pointer(path: unknown): readonly string[] {
  if (typeof path !== "string") throw malformed("error decoding patch: an operation has no path");
  if (path === "") return [root];
  if (!path.startsWith("/")) throw misfit(`path ${path} does not begin with a slash`);
  return `${root}${path}`.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A missing member tests equal to null, as in the library that kube-apiserver uses. */
function tested(document: unknown, path: readonly string[]): unknown {
  try {
    return read(document, path);
  } catch (error) {
    if (error instanceof PatchError) return null;
    throw error;
  }
}

function read(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const name of path) {
    if (Array.isArray(value)) value = value[listIndex(name, value.length - 1)];
    else if (isRecord(value) && Object.hasOwn(value, name)) value = value[name];
    else throw misfit(`path /${path.join("/")} does not exist`);
  }
  return value;
}

function listIndex(name: string, last: number): number {
  const index = /^-?\d+$/.test(name) ? Number(name) : Number.NaN;
  const position = index < 0 ? last + 1 + index : index;
  if (!(position >= 0 && position <= last)) throw misfit(`index ${name} is out of range`);
  return position;
}

type Edit = (parent: unknown, name: string) => unknown;

function edit(document: unknown, path: readonly string[], change: Edit): unknown {
  const [name, ...rest] = path;
  if (name === undefined) throw misfit("the document itself has no parent");
  if (rest.length === 0) return change(document, name);
  return replaced(document, name, edit(read(document, [name]), rest, change));
}

function inserted(parent: unknown, name: string, value: unknown): unknown {
  if (Array.isArray(parent)) {
    const index = name === "-" ? parent.length : listIndex(name, parent.length);
    return parent.toSpliced(index, 0, value);
  }
  return replaced(parent, name, value);
}

function replaced(parent: unknown, name: string, value: unknown): unknown {
  if (Array.isArray(parent)) return parent.with(listIndex(name, parent.length - 1), value);
  if (!isRecord(parent)) throw misfit(`the parent of ${name} is neither object nor list`);
  const copy: Record<string, unknown> = { ...parent };
  setOwn(copy, name, value);
  return copy;
}

function removed(parent: unknown, name: string): unknown {
  if (Array.isArray(parent)) return parent.toSpliced(listIndex(name, parent.length - 1), 1);
  if (!isRecord(parent)) throw misfit(`the parent of ${name} is neither object nor list`);
  const { [name]: _gone, ...rest } = parent;
  return rest;
}
