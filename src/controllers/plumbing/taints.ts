import { matchesTaint, type Node, type Taint } from "../../api/index.ts";

/** Adds the taints that have no match by key and effect on the Node yet; the same Node when there is nothing to add. */
export function withTaints(node: Node, wanted: readonly Taint[]): Node {
  const present = node.spec.taints ?? [];
  const all = wanted.reduce<readonly Taint[]>(
    (taints, taint) => (taints.some((other) => matchesTaint(other, taint)) ? taints : [...taints, taint]),
    present,
  );
  return all === present ? node : { ...node, spec: { ...node.spec, taints: all } };
}

/** Puts this taint in place of every other of its key; the same Node when it stands there alone. */
export function withOnlyTaint(node: Node, taint: Taint): Node {
  const present = node.spec.taints ?? [];
  const sameKey = present.filter(({ key }) => key === taint.key);
  if (sameKey.length === 1 && sameKey[0]?.effect === taint.effect) return node;
  return { ...node, spec: { ...node.spec, taints: [...present.filter(({ key }) => key !== taint.key), taint] } };
}

export function withoutTaint(node: Node, taint: Taint): Node {
  const present = node.spec.taints ?? [];
  const kept = present.filter((other) => !matchesTaint(other, taint));
  return kept.length === present.length ? node : { ...node, spec: { ...node.spec, taints: kept } };
}

export const hasTaint = (node: Node, taint: Taint): boolean =>
  (node.spec.taints ?? []).some((other) => matchesTaint(other, taint));
