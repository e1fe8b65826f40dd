/**
 * Classes of pods that the engine cannot tell apart, so that a thousand replicas cost one evaluation. Pods are of one
 * class when their shapes are equal and, as far as any selector looks at them, their namespaces and labels are too.
 */
import type { LabelSelector, Pod, PodAffinityTerm } from "../../api/index.ts";
import type { Resources } from "../quantity/resources.ts";
import { finished, mapped, piecesPerYield, type Resumable } from "../resumable.ts";
import { type HostPort, hostPortsOf } from "./host-ports.ts";
import { createPartTexts, podShape, spelledShape } from "./pod-shape.ts";
import { podRequests } from "./requests.ts";

export interface PodClass {
  /** Position in `PodClasses.classes`; classes stand in order of their first pod. */
  readonly index: number;
  /** The first pod; stands for all in everything that a scheduler asks. */
  readonly example: Pod;
  /** In the order given. */
  readonly pods: readonly Pod[];
  /** Of one pod. */
  readonly requests: Resources;
  readonly hostPorts: readonly HostPort[];
}

export interface PodClasses {
  readonly classes: readonly PodClass[];
  /** Class index of each pod, in the order given. */
  readonly classOf: Int32Array;
}

interface OpenClass {
  readonly example: Pod;
  readonly pods: Pod[];
}

/**
 * Sorts pods into classes. `labelKeys` names further labels that matter: those that selectors outside these pods look at
 * (anti-affinity of bound pods, say). Selectors of the pods themselves are found here.
 */
export const classifyPods = (pods: readonly Pod[], labelKeys: Iterable<string> = []): PodClasses =>
  finished(classifying(pods, labelKeys));

/** The same, resumable. */
export function* classifying(pods: readonly Pod[], labelKeys: Iterable<string> = []): Resumable<PodClasses> {
  const { shapeOf, selectedKeys } = yield* shapesOf(pods);
  const keys = [...new Set([...labelKeys, ...selectedKeys])].sort();
  const open: OpenClass[] = [];
  const byKey = new Map<string, number>();
  const classOf = new Int32Array(pods.length);
  let position = 0;
  for (const pod of pods) {
    const shape = shapeOf[position] ?? 0;
    const key = keys.length === 0 ? String(shape) : `${shape}${identityText(pod, keys)}`;
    let index = byKey.get(key);
    if (index === undefined) {
      index = open.push({ example: pod, pods: [] }) - 1;
      byKey.set(key, index);
    }
    open[index]?.pods.push(pod);
    classOf[position++] = index;
    if (position % piecesPerYield === 0) yield piecesPerYield;
  }
  let closed = 0;
  const classes = yield* mapped(open, (each) => closeClass(each, closed++));
  return { classes, classOf };
}

/** Label keys that spread constraints and pod (anti-)affinity of these pods look at. */
export function selectedLabelKeys(pods: Iterable<Pod>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const pod of pods) addSelectedKeys(keys, pod);
  return keys;
}

function addSelectedKeys(keys: Set<string>, { spec }: Pod): void {
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    addSelectorKeys(keys, constraint.labelSelector);
    for (const key of constraint.matchLabelKeys ?? []) keys.add(key);
  }
  for (const term of podAffinityTerms(spec.affinity)) {
    addSelectorKeys(keys, term.labelSelector);
    for (const key of [...(term.matchLabelKeys ?? []), ...(term.mismatchLabelKeys ?? [])]) keys.add(key);
  }
}

/** Every pod (anti-)affinity term, required and preferred. */
export function podAffinityTerms(affinity: Pod["spec"]["affinity"]): readonly PodAffinityTerm[] {
  if (affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) return [];
  return [affinity.podAffinity, affinity.podAntiAffinity].flatMap((side) => [
    ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ]);
}

interface Shapes {
  readonly shapeOf: Int32Array;
  /** Label keys that pods of any shape select by. */
  readonly selectedKeys: ReadonlySet<string>;
}

/** A number for each distinct shape, by the cheap spelling first and the canonical text only for new spellings. */
function* shapesOf(pods: readonly Pod[]): Resumable<Shapes> {
  const bySpelling = new Map<string, number>();
  const byShape = new Map<string, number>();
  const selectedKeys = new Set<string>();
  const textOf = createPartTexts();
  const shapeOf = new Int32Array(pods.length);
  let position = 0;
  for (const pod of pods) {
    const spelling = spelledShape(pod);
    let shape = bySpelling.get(spelling);
    if (shape === undefined) {
      const canonical = podShape(pod, textOf);
      shape = byShape.get(canonical);
      if (shape === undefined) {
        shape = byShape.size;
        byShape.set(canonical, shape);
        addSelectedKeys(selectedKeys, pod);
      }
      bySpelling.set(spelling, shape);
    }
    shapeOf[position++] = shape;
    if (position % piecesPerYield === 0) yield piecesPerYield;
  }
  return { shapeOf, selectedKeys };
}

function identityText(pod: Pod, keys: readonly string[]): string {
  const { namespace, labels } = pod.metadata;
  let text = `;${namespace ?? ""}`;
  for (const key of keys) text += `;${labels?.[key] ?? ""}${labels?.[key] === undefined ? "!" : ""}`;
  return text;
}

function addSelectorKeys(keys: Set<string>, selector: LabelSelector | undefined): void {
  for (const key of Object.keys(selector?.matchLabels ?? {})) keys.add(key);
  for (const expression of selector?.matchExpressions ?? []) keys.add(expression.key);
}

function closeClass({ example, pods }: OpenClass, index: number): PodClass {
  return { index, example, pods, requests: podRequests(example), hostPorts: hostPortsOf(example) };
}
