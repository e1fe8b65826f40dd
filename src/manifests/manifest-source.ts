import { type Document, isCollection, isMap, isNode, isScalar, isSeq, type Node, stringify } from "yaml";

/** Comments around one value. */
export interface NodeComments {
  /** Lines above it. */
  readonly above?: string;
  /** On its line, or below its last item. */
  readonly beside?: string;
}

/** The text that an object came from. */
export interface ManifestSource {
  /** Comments of the value at `path`; undefined where there is no such value or no comment. */
  commentsAt(path: readonly (string | number)[]): NodeComments | undefined;
  /** Comments above the whole object. */
  readonly heading?: string;
  /** The object as it was written, comments and all. */
  text(): string;
}

export function createManifestSource(
  document: Document.Parsed,
  path: readonly (string | number)[],
  file: string,
): ManifestSource {
  const heading = path.length === 0 ? headingOf(document) : undefined;
  return {
    commentsAt: (inner) => commentsAt(document, [...path, ...inner]),
    ...(heading === undefined ? {} : { heading }),
    text: () => (path.length === 0 ? documentText(document, file) : stringify(document.getIn(path, true))),
  };
}

/** As it stands in the file, without the marker in front; comments above the first document are outside of its range. */
function documentText({ range }: Document.Parsed, file: string): string {
  const [start, , end] = range;
  const above = file.slice(0, start);
  const isFirst = above.split("\n").every((line) => /^\s*(#.*)?$/.test(line));
  const text = `${isFirst ? above : ""}${file.slice(start, end)}`.replace(/^---[^\n]*\n/, "");
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Where the library keeps a comment above the first key: with the document, with its map, or with the key. */
function headingOf({ commentBefore, contents }: Document.Parsed): string | undefined {
  const key: unknown = isMap(contents) ? contents.items[0]?.key : undefined;
  return joined(
    commentBefore,
    isNode(contents) ? contents.commentBefore : undefined,
    isNode(key) ? key.commentBefore : undefined,
  );
}

const joined = (...parts: readonly (string | null | undefined)[]): string | undefined => {
  const present = parts.filter((part) => part !== undefined && part !== null);
  return present.length === 0 ? undefined : present.join("\n");
};

function commentsAt(document: Document.Parsed, path: readonly (string | number)[]): NodeComments | undefined {
  if (path.length === 0) return undefined;
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const step = path.at(-1);
  const [key, value] = entryOf(parent, step);
  const first = path.length > 1 ? firstComment(parent, step) : undefined;
  // Above a list or map stands the comment of its first item.
  const above = joined(first, key?.commentBefore, isScalar(value) ? value.commentBefore : undefined);
  const beside = joined(value?.comment ?? key?.comment);
  return above === undefined && beside === undefined ? undefined : present({ above, beside });
}

const present = (comments: { readonly above: string | undefined; readonly beside: string | undefined }): NodeComments =>
  Object.fromEntries(Object.entries(comments).filter(([, text]) => text !== undefined));

const firstComment = (parent: unknown, step: string | number | undefined): string | null | undefined =>
  isNode(parent) && isFirst(parent, step) ? parent.commentBefore : undefined;

function entryOf(parent: unknown, step: string | number | undefined): readonly [Node | undefined, Node | undefined] {
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === step);
    return [isNode(pair?.key) ? pair.key : undefined, isNode(pair?.value) ? pair.value : undefined];
  }
  const item: unknown = isSeq(parent) && typeof step === "number" ? parent.items[step] : undefined;
  return [undefined, isNode(item) ? item : undefined];
}

/** The library keeps a comment above the first item with the collection. */
function isFirst(parent: unknown, step: string | number | undefined): boolean {
  if (!isCollection(parent)) return false;
  const [item] = parent.items;
  if (isSeq(parent)) return step === 0;
  return isMap(parent) && isScalar(parent.items[0]?.key) && item !== undefined && parent.items[0].key.value === step;
}
