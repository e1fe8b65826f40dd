import type { Pod } from "../../api/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Caches } from "../plumbing/index.ts";

/** Which machine each pod was planned on, for as long as the pod has no node. One for the process. */
export interface PlannedPods {
  readonly size: number;
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
  readonly machine: string;
}

export function createPlannedPods({ pods }: Pick<Caches, "pods">): PlannedPods {
  const expected = new Map<string, Expectation>();
  const byMachine = new Map<string, Set<string>>();
  const listeners: ((uid: string) => void)[] = [];
  const drop = (uid: string): boolean => {
    const known = expected.get(uid);
    if (known === undefined) return false;
    expected.delete(uid);
    const others = byMachine.get(known.machine);
    others?.delete(uid);
    if (others?.size === 0) byMachine.delete(known.machine);
    return true;
  };
  pods.subscribe(({ type, object }) => {
    const isBound = (object.spec.nodeName ?? "") !== "";
    if (type !== "deleted" && !isBound) return;
    const { uid = "" } = object.metadata;
    if (drop(uid) && isBound) for (const listener of listeners) listener(uid);
  });
  return {
    get size() {
      return expected.size;
    },
    expect: (planned, machine) => {
      for (const pod of planned) {
        const { uid = "" } = pod.metadata;
        drop(uid);
        expected.set(uid, { key: objectKey(pod), machine });
        byMachine.set(machine, (byMachine.get(machine) ?? new Set<string>()).add(uid));
      }
    },
    forget: ({ metadata }) => void drop(metadata.uid ?? ""),
    on: (names) =>
      [...new Set(names)].flatMap((name) =>
        [...(byMachine.get(name) ?? [])].flatMap((uid) => {
          const pod = pods.store.get(expected.get(uid)?.key ?? "");
          return pod?.metadata.uid === uid && waits(pod) ? [pod] : [];
        }),
      ),
    machines: () => [...expected.values()].map(({ machine }) => machine),
    onBound: (listener) => void listeners.push(listener),
  };
}

const waits = ({ metadata, spec }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && (spec.nodeName ?? "") === "";
