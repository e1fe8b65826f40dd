import { Document, isMap, isNode, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { KubeObject } from "../api/index.ts";
import type { ManifestSource } from "./manifest-source.ts";

type Path = readonly (string | number)[];

/** A value of the source that stands elsewhere in what is written. */
export interface PathMove {
  readonly from: Path;
  readonly to: Path;
}

/**
 * The object as YAML, with the comments of the text that it was made from: each goes with its value to where the moves put
 * it. Comments of values that did not come along are dropped.
 */
export function renderObject(
  object: KubeObject,
  origin?: { readonly source: ManifestSource; readonly moves: readonly PathMove[]; readonly heading: boolean },
): string {
  const document = new Document(object, { aliasDuplicateObjects: false });
  if (origin !== undefined) {
    const { source, moves } = origin;
    annotate(document.contents, [], (path) => commentsFor(source, moves, path));
    if (origin.heading && source.heading !== undefined && document.contents !== null) {
      document.contents.commentBefore = source.heading;
    }
  }
  return document.toString({ lineWidth: 0 });
}

interface Comments {
  readonly above: readonly string[];
  readonly beside: readonly string[];
}

type CommentsOf = (path: Path) => Comments;

/** Of the moves that lead here, those whose goal lies deepest; several may meet in one place. */
function commentsFor(source: ManifestSource, moves: readonly PathMove[], path: Path): Comments {
  const leading = moves.filter(({ to }) => isPrefix(to, path));
  const depth = Math.max(...leading.map(({ to }) => to.length), -1);
  const found = leading
    .filter(({ to }) => to.length === depth)
    .map(({ from, to }) => source.commentsAt([...from, ...path.slice(to.length)]));
  return {
    above: [...new Set(found.flatMap((comments) => comments?.above ?? []))],
    beside: [...new Set(found.flatMap((comments) => comments?.beside ?? []))],
  };
}

const isPrefix = (prefix: Path, path: Path): boolean => prefix.every((step, index) => step === path[index]);

function annotate(node: unknown, path: Path, commentsOf: CommentsOf): void {
  if (isMap(node)) {
    for (const pair of node.items) annotatePair(pair, [...path, keyOf(pair)], commentsOf);
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const here = [...path, index];
      if (isNode(item)) attach(item, item, commentsOf(here));
      annotate(item, here, commentsOf);
    }
  }
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

function annotatePair(pair: Pair, path: Path, commentsOf: CommentsOf): void {
  if (isNode(pair.key) && isNode(pair.value)) attach(pair.key, pair.value, commentsOf(path));
  annotate(pair.value, path, commentsOf);
}

/** Lines above go to the key; what stands beside a scalar stays there, what stands below a list goes below it. */
function attach(key: Node, value: Node, { above, beside }: Comments): void {
  if (above.length > 0) key.commentBefore = above.join("\n");
  if (beside.length > 0) value.comment = beside.join(" ");
}
