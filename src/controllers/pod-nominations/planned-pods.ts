import type { Pod } from "../../api/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Caches } from "../plumbing/index.ts";

/** Which machine each pod was planned on, for as long as the pod has no node. One for the process. */
export interface PlannedPods {
  readonly size: number;
  /** Whether all are of one controller, and so alike: which of them gets which place is all one. */
  areAlike(): boolean;
  /** `machine` is the name in snapshots: the claim's until its node is registered, then the node's. */
  expect(pods: readonly Pod[], machine: string): void;
  forget(pod: Pod): void;
  /** Those of the pods that were planned on a machine of these names and have no node yet, in order of planning. */
  on(names: readonly string[]): readonly Pod[];
  /** The machine of each pod. */
  machines(): Iterable<string>;
  /** Told of each planned pod that has found a node, after it was struck off. */
  onBound(listener: (uid: string) => void): void;
}

interface Expectation {
  readonly key: string;
  /** UID of its controller, its own key where it has none. */
  readonly owner: string;
  readonly machine: string;
}

/** Names that the machine of a node may have been planned under, its own among them. */
type NamesOf = (node: string) => readonly string[];

/**
 * Pods of one controller are alike to the scheduler: it may bind one to the machine of another. They change places then, so
 * that the room of each pod that is left over is where it is expected.
 */
export function createPlannedPods({ pods }: Pick<Caches, "pods">, namesOf: NamesOf = (node) => [node]): PlannedPods {
  const expected = new Map<string, Expectation>();
  const byMachine = new Map<string, Set<string>>();
  const owners = createTally();
  const listeners: ((uid: string) => void)[] = [];
  const drop = (uid: string): boolean => {
    const known = expected.get(uid);
    if (known === undefined) return false;
    expected.delete(uid);
    owners.add(known.owner, -1);
    const others = byMachine.get(known.machine);
    others?.delete(uid);
    if (others?.size === 0) byMachine.delete(known.machine);
    return true;
  };
  const put = (uid: string, expectation: Expectation): void => {
    drop(uid);
    expected.set(uid, expectation);
    const { machine, owner } = expectation;
    owners.add(owner, 1);
    byMachine.set(machine, (byMachine.get(machine) ?? new Set<string>()).add(uid));
  };
  const waitingOf = (uid: string): readonly Pod[] => {
    const pod = pods.store.get(expected.get(uid)?.key ?? "");
    return pod?.metadata.uid === uid && waits(pod) ? [pod] : [];
  };
  const changePlaces = (bound: Pod): void => {
    const names = namesOf(bound.spec.nodeName ?? "");
    const own = expected.get(bound.metadata.uid ?? "");
    if (own === undefined || names.includes(own.machine)) return;
    const sibling = names
      .flatMap((name) => [...(byMachine.get(name) ?? [])])
      .find((uid) => isSibling(bound, pods.store.get(expected.get(uid)?.key ?? "")));
    const theirs = sibling === undefined ? undefined : expected.get(sibling);
    if (sibling !== undefined && theirs !== undefined) put(sibling, { ...theirs, machine: own.machine });
  };
  pods.subscribe(({ type, object }) => {
    const isBound = (object.spec.nodeName ?? "") !== "";
    if (type !== "deleted" && !isBound) return;
    const { uid = "" } = object.metadata;
    if (isBound && expected.has(uid)) changePlaces(object);
    if (drop(uid) && isBound) for (const listener of listeners) listener(uid);
  });
  return {
    get size() {
      return expected.size;
    },
    areAlike: () => owners.kinds() < 2,
    expect: (planned, machine) => {
      for (const pod of planned) {
        const key = objectKey(pod);
        put(pod.metadata.uid ?? "", { key, owner: ownerOf(pod) ?? key, machine });
      }
    },
    forget: ({ metadata }) => void drop(metadata.uid ?? ""),
    on: (names) => [...new Set(names)].flatMap((name) => [...(byMachine.get(name) ?? [])].flatMap(waitingOf)),
    machines: () => [...expected.values()].map(({ machine }) => machine),
    onBound: (listener) => void listeners.push(listener),
  };
}

/** How many of each there are; what there is none of is forgotten. */
function createTally(): { add(name: string, count: number): void; kinds(): number } {
  const counts = new Map<string, number>();
  return {
    kinds: () => counts.size,
    add: (name, count) => {
      const sum = (counts.get(name) ?? 0) + count;
      if (sum === 0) counts.delete(name);
      else counts.set(name, sum);
    },
  };
}

const waits = ({ metadata, spec }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && (spec.nodeName ?? "") === "";

const ownerOf = ({ metadata }: Pod): string | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;

const isSibling = (pod: Pod, other: Pod | undefined): boolean =>
  other !== undefined && waits(other) && ownerOf(pod) !== undefined && ownerOf(other) === ownerOf(pod);
