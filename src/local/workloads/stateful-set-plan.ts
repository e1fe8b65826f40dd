import type { Pod, StatefulSet } from "../../api/index.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { isReady, isTerminal, untilAvailable } from "../stand-ins/pod-state.ts";
import { revisionHashLabel } from "./controller-revision.ts";
import { ordinalOf } from "./stateful-set-pod.ts";

/** What a StatefulSet does now. Ordinals to create carry the name of the revision to create them from. */
export interface StatefulSetPlan {
  readonly create: readonly { readonly ordinal: number; readonly revision: string }[];
  readonly remove: readonly Pod[];
  /** When a ready pod becomes available, in milliseconds. */
  readonly again: number | undefined;
}

export interface StatefulSetView {
  readonly set: StatefulSet;
  readonly owned: readonly Pod[];
  /** Name of the revision of the template as it stands. */
  readonly updateRevision: string;
  /** Name of the revision that the last finished rollout brought. */
  readonly currentRevision: string;
  readonly now: number;
}

interface Slot {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

type WithStart = StatefulSet["spec"] & {
  readonly ordinals?: { readonly start?: number };
  readonly minReadySeconds?: number;
};

export const minReadySecondsOf = (set: StatefulSet): number => (set.spec as WithStart).minReadySeconds ?? 0;

const revisionOf = (pod: Pod): string => pod.metadata.labels?.[revisionHashLabel] ?? "";

/** Wanted ordinals ascending, and pods beyond them descending. */
function slotsOf({ set, owned }: StatefulSetView): {
  readonly wanted: readonly Slot[];
  readonly condemned: readonly Pod[];
} {
  const start = (set.spec as WithStart).ordinals?.start ?? 0;
  const end = start + (set.spec.replicas ?? 1);
  const byOrdinal = new Map(owned.map((pod) => [ordinalOf(set, pod), pod]));
  const wanted = Array.from({ length: Math.max(end - start, 0) }, (_, index) => ({
    ordinal: start + index,
    pod: byOrdinal.get(start + index),
  }));
  const condemned = [...byOrdinal]
    .filter(([ordinal]) => ordinal !== undefined && (ordinal < start || ordinal >= end))
    .sort(([left = 0], [right = 0]) => right - left)
    .map(([, pod]) => pod);
  return { wanted, condemned };
}

function partitionOf(set: StatefulSet): number {
  return set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
}

/** Which revision a pod made now gets: ordinals below the partition stay on the current one. */
function revisionFor(view: StatefulSetView, ordinal: number): string {
  const { set, currentRevision, updateRevision } = view;
  if (set.spec.updateStrategy?.type === "OnDelete") return updateRevision;
  return ordinal < partitionOf(set) ? currentRevision : updateRevision;
}

/** One move at a time under OrderedReady; creations and scale-down all at once under Parallel (updates never). */
export function computeStatefulSetPlan(view: StatefulSetView): StatefulSetPlan {
  const { set, now } = view;
  const isOrdered = set.spec.podManagementPolicy !== "Parallel";
  const { wanted, condemned } = slotsOf(view);
  const waits = wanted.map(({ pod }) =>
    pod === undefined ? undefined : untilAvailable(pod, minReadySecondsOf(set), now),
  );
  const isSettled = ({ pod }: Slot, index: number): boolean =>
    pod !== undefined && !isDeleting(pod) && !isTerminal(pod) && waits[index] === 0;
  const due = waits.filter((wait) => wait !== undefined && wait > 0) as number[];
  const again = due.length === 0 ? undefined : Math.min(...due);
  const create = wanted
    .filter(({ pod }) => pod === undefined)
    .map(({ ordinal }) => ({ ordinal, revision: revisionFor(view, ordinal) }));
  const ended = wanted.flatMap(({ pod }) => (pod !== undefined && isTerminal(pod) && !isDeleting(pod) ? [pod] : []));
  if (!isOrdered) {
    const remove = [...ended, ...condemned.filter((pod) => !isDeleting(pod))];
    const isQuiet = create.length + remove.length + condemned.length === 0;
    return { create, remove: isQuiet ? updateOf(view, { wanted, isSettled }) : remove, again };
  }
  const first = wanted.findIndex((slot, index) => !isSettled(slot, index));
  if (first >= 0) return { ...orderedMove(view, wanted[first] as Slot, { wanted, isSettled }), again };
  const last = condemned[0];
  if (last !== undefined) return { create: [], remove: isDeleting(last) ? [] : [last], again };
  return { create: [], remove: updateOf(view, { wanted, isSettled }), again };
}

interface Wanted {
  readonly wanted: readonly Slot[];
  readonly isSettled: (slot: Slot, index: number) => boolean;
}

/** The lowest ordinal that is not settled: made, made again, or, when it is broken and outdated, replaced. */
function orderedMove(view: StatefulSetView, slot: Slot, given: Wanted): Pick<StatefulSetPlan, "create" | "remove"> {
  const { ordinal, pod } = slot;
  if (pod === undefined) return { create: [{ ordinal, revision: revisionFor(view, ordinal) }], remove: [] };
  if (isTerminal(pod) && !isDeleting(pod)) return { create: [], remove: [pod] };
  return { create: [], remove: updateOf(view, given) };
}

/** The highest outdated pod, when every pod above it is up to date and settled. */
function updateOf(view: StatefulSetView, { wanted, isSettled }: Wanted): readonly Pod[] {
  if (view.set.spec.updateStrategy?.type === "OnDelete") return [];
  const partition = partitionOf(view.set);
  for (let index = wanted.length - 1; index >= 0; index -= 1) {
    const slot = wanted[index] as Slot;
    if (slot.ordinal < partition) return [];
    const isOutdated = slot.pod !== undefined && revisionOf(slot.pod) !== view.updateRevision;
    if (isOutdated && !isDeleting(slot.pod)) return [slot.pod];
    if (!isSettled(slot, index)) return [];
  }
  return [];
}

/** Status as `kubectl rollout status` reads it; a finished rollout makes the update revision the current one. */
export function computeStatefulSetStatus(view: StatefulSetView): NonNullable<StatefulSet["status"]> {
  const { set, owned, updateRevision, currentRevision, now } = view;
  const live = owned.filter((pod) => ordinalOf(set, pod) !== undefined && !isTerminal(pod));
  const staying = live.filter((pod) => !isDeleting(pod));
  const of = (revision: string): number => staying.filter((pod) => revisionOf(pod) === revision).length;
  const replicas = set.spec.replicas ?? 1;
  const readyReplicas = staying.filter(isReady).length;
  const isFinished =
    set.spec.updateStrategy?.type !== "OnDelete" &&
    of(updateRevision) === replicas &&
    readyReplicas === replicas &&
    live.length === replicas;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    collisionCount: 0,
    replicas: live.length,
    readyReplicas,
    availableReplicas: staying.filter((pod) => untilAvailable(pod, minReadySecondsOf(set), now) === 0).length,
    currentReplicas: isFinished ? of(updateRevision) : of(currentRevision),
    updatedReplicas: of(updateRevision),
    currentRevision: isFinished ? updateRevision : currentRevision,
    updateRevision,
  };
}
