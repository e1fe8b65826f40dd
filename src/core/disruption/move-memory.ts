/**
 * Memory of pods that disruption moved (lifecycle 8, O16). It is what makes cycles impossible even while prices and pods
 * change: a pod moves at most twice within the window (docs/adr/0006). Immutable: remembering gives the next memory.
 */
import type { Pod } from "../../api/index.ts";
import { parseTimestamp } from "../../api/index.ts";
import { objectKey } from "../pods/ownership.ts";
import { type EpochMillis, epochMillisOf } from "../time.ts";

/** How long a move is held against the next one: an hour from when its pods have left, and drains take some minutes. */
export const moveWindowMillis = 65 * 60_000;

interface Move {
  readonly at: EpochMillis;
  /** Which move of this pod, or of those that it stands in for, it was: 1 for the first. */
  readonly nth: number;
}

/** A machine that was given up, as `boughtAs` names it, and the pods that had to leave it. */
interface Given {
  readonly machine: string;
  readonly at: EpochMillis;
  /** By pod and by owner. */
  readonly pods: ReadonlySet<string>;
}

export interface MoveMemory {
  readonly given: readonly Given[];
  /** By pod, and by the owner of pods, whose next pod has another name. */
  readonly moves: ReadonlyMap<string, Move>;
}

export const noMoves: MoveMemory = Object.freeze({ moves: new Map<string, Move>(), given: [] });

/** How often the pod, or the one that it stands in for, was moved within the window. */
export function movesOf(memory: MoveMemory, pod: Pod, now: EpochMillis): number {
  if (memory.moves.size === 0) return 0;
  const own = fresh(memory.moves.get(podKey(pod)), now);
  const owner = fresh(memory.moves.get(ownerKey(pod) ?? ""), now);
  const inherited = owner !== undefined && isSuccessor(pod, owner) ? owner.nth : 0;
  return Math.max(own?.nth ?? 0, inherited);
}

/** The memory once these pods were moved; what is past the window is forgotten. */
export function rememberMoves(memory: MoveMemory, pods: readonly Pod[], now: EpochMillis): MoveMemory {
  const moves = new Map([...memory.moves].filter(([, move]) => fresh(move, now) !== undefined));
  for (const pod of pods) {
    const nth = movesOf(memory, pod, now) + 1;
    for (const key of [podKey(pod), ownerKey(pod)]) {
      if (key === undefined) continue;
      moves.set(key, { at: now, nth: Math.max(nth, moves.get(key)?.nth ?? 0) });
    }
  }
  return { moves, given: memory.given };
}

/** How long a machine that was given up is not bought back by consolidation for the pods that it held. */
export const regretMillis = 10 * 60_000;

/** The memory once a machine was given up; what is past its time is forgotten. An empty one is held against nobody. */
export function rememberMachine(
  memory: MoveMemory,
  { machine, pods }: { readonly machine: string; readonly pods: readonly Pod[] },
  now: EpochMillis,
): MoveMemory {
  const given = memory.given.filter(({ at }) => now - at < regretMillis);
  const keys = new Set(pods.flatMap((pod) => [podKey(pod), ownerKey(pod) ?? podKey(pod)]));
  return { moves: memory.moves, given: keys.size === 0 ? given : [...given, { machine, at: now, pods: keys }] };
}

/** Whether the machine was given up a moment ago, and all of these pods, or those that they stand in for, were on it. */
export const isRegretted = (
  { given }: MoveMemory,
  { machine, pods }: { readonly machine: string; readonly pods: readonly Pod[] },
  now: EpochMillis,
): boolean =>
  pods.length > 0 &&
  given.some(
    (each) =>
      each.machine === machine &&
      now - each.at < regretMillis &&
      pods.every((pod) => each.pods.has(podKey(pod)) || each.pods.has(ownerKey(pod) ?? "")),
  );

const fresh = (move: Move | undefined, now: EpochMillis): Move | undefined =>
  move === undefined || now - move.at >= moveWindowMillis ? undefined : move;

/** Made after a sibling was moved: most likely in its place. */
function isSuccessor(pod: Pod, { at }: Move): boolean {
  const created = parseTimestamp(pod.metadata.creationTimestamp ?? "");
  // Timestamps are whole seconds.
  return created !== undefined && epochMillisOf(created + 1_000) > at;
}

const podKey = (pod: Pod): string => `pod ${pod.metadata.uid ?? objectKey(pod)}`;

function ownerKey({ metadata }: Pod): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner?.uid === undefined ? undefined : `owner ${owner.uid}`;
}
