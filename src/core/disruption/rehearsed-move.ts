/** The best of a move that survives its rehearsals. */
import type { Candidate } from "./candidate.ts";
import { evaluateMove, type Judge, type Move, type MoveRefusal } from "./evaluate.ts";
import { rehearse } from "./rehearsal.ts";

export interface Rehearsed {
  readonly move: Move | undefined;
  /** Why the whole move is not made. */
  readonly refusal?: MoveRefusal;
}

/** Parts that are tried when the whole fails: each costs a judgement and a rehearsal. */
const mostParts = 8;

/** The move, or the first of its parts, larger ones first, that is worth making whatever the scheduler does. */
export function* rehearsedMove(judge: Judge, move: Move): Generator<number, Rehearsed> {
  const whole = yield* rehearse(judge, move);
  if (whole.ok) return { move: whole.value };
  const closed = move.closed === undefined ? {} : { closed: move.closed };
  for (const part of partsOf(move.candidates)) {
    const found = yield* evaluateMove(judge, part, closed);
    if (!found.ok || found.value.score <= 0) continue;
    const outcome = yield* rehearse(judge, found.value);
    if (outcome.ok) return { move: outcome.value, refusal: whole.failure };
  }
  return { move: undefined, refusal: whole.failure };
}

/** Halves, quarters and so on; of what is left of the count, the dearest nodes by themselves. */
function partsOf(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const parts: (readonly Candidate[])[] = [];
  for (let size = candidates.length >> 1; size > 1 && parts.length < mostParts - 2; size >>= 1) {
    parts.push(candidates.slice(0, size), candidates.slice(-size));
  }
  const dearest = candidates.toSorted((a, b) => b.price - a.price || (a.node.name < b.node.name ? -1 : 1));
  if (candidates.length > 1) parts.push(...dearest.map((one) => [one]));
  return parts.slice(0, mostParts);
}
