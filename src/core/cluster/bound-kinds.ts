/**
 * Bound pods by what other pods can see of them, counted on each node, so that a pass asks a few hundred kinds and not
 * 100,000 pods (scheduling 5.4, 11.3 item 33).
 */
import type { Pod } from "../../api/index.ts";
import { podAffinityTerms } from "../pods/pod-class.ts";
import { SortedMap } from "./sorted-map.ts";

/** Bound pods alike in namespace, labels and pod (anti-)affinity, and all of them terminating or none. */
export interface BoundKind {
  readonly key: string;
  /** Stands for all in what topology asks; it may have gone meanwhile. */
  readonly example: Pod;
  /** How many there are, by name of the Node that they are bound to, seen or not. */
  readonly nodes: SortedMap<string, number>;
}

export type BoundKinds = SortedMap<string, BoundKind>;

/** A pod that takes room on a node. */
export interface BoundPod {
  readonly pod: Pod;
  readonly node: string;
  /** `boundKindKey` of the pod. */
  readonly kind: string;
}

/** Kinds after one pod was replaced by another, came or went. The very same map when nothing changed. */
export function exchangeBound(
  kinds: BoundKinds,
  before: BoundPod | undefined,
  after: BoundPod | undefined,
): BoundKinds {
  if (before?.node === after?.node && before?.kind === after?.kind) return kinds;
  const without = before === undefined ? kinds : counted(kinds, before, -1);
  return after === undefined ? without : counted(without, after, 1);
}

function counted(kinds: BoundKinds, { pod, node, kind: key }: BoundPod, sign: 1 | -1): BoundKinds {
  const kind = kinds.get(key) ?? { key, example: pod, nodes: SortedMap.empty<string, number>() };
  const left = (kind.nodes.get(node) ?? 0) + sign;
  const nodes = left === 0 ? kind.nodes.delete(node) : kind.nodes.set(node, left);
  return nodes.size === 0 ? kinds.delete(key) : kinds.set(key, { ...kind, nodes });
}

/** Equal keys mean equal kinds; the other way round only as far as maps are spelled in one order. */
export function boundKindKey({ metadata, spec }: Pod): string {
  const { namespace, labels = {}, deletionTimestamp } = metadata;
  let text = `${namespace ?? "default"}${deletionTimestamp === undefined ? "" : "\0!"}`;
  for (const name of Object.keys(labels).sort()) text += `\0${name}=${labels[name]}`;
  if (podAffinityTerms(spec.affinity).length === 0) return text;
  // Tolerations decide which domains an anti-affinity group starts with (scheduling 5.1).
  return `${text}\0${JSON.stringify([spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity, spec.tolerations])}`;
}
