import type { Machine, PackingProblem } from "./problem.ts";

/** Members of one shape that still have items to give: positions `at` up to `end` in the machine's members. */
export interface Run {
  readonly shape: number;
  at: number;
  readonly end: number;
  /** Where in the filling the item of `at` stands; -1 before it is added. */
  entry: number;
  /** What an item of the shape would cost by the machine's weights; 0 before it is asked for. */
  base: number;
}

/** Runs of machines while one demand is used up. */
export interface RunIndex {
  /** Fresh runs of the machine's members, those that have nothing left to give passed over. */
  runsOf(machine: Machine): Run[];
}

/** Where the runs of one list of members begin and end; `heads` move on as items are used up. */
interface Outline {
  readonly shapes: number[];
  readonly heads: number[];
  readonly ends: number[];
}

/**
 * Remembers the runs of each list of members (machines share lists), and how far they are used up: `left` may only shrink
 * while the index is in use.
 */
export function createRunIndex(problem: PackingProblem, left: Int32Array): RunIndex {
  const outlines = new Map<Int32Array, Outline>();
  return {
    runsOf({ members }) {
      const outline = outlines.get(members) ?? outlineOf(problem, members);
      outlines.set(members, outline);
      return openRuns(outline, members, left);
    },
  };
}

/** Members stand in order of shape. */
function outlineOf({ shapeOf }: PackingProblem, members: Int32Array): Outline {
  const outline: Outline = { shapes: [], heads: [], ends: [] };
  for (let at = 0; at < members.length; ) {
    const shape = shapeOf[members[at] ?? 0] ?? 0;
    let end = at + 1;
    while (end < members.length && shapeOf[members[end] ?? 0] === shape) end++;
    outline.shapes.push(shape);
    outline.heads.push(at);
    outline.ends.push(end);
    at = end;
  }
  return outline;
}

/** Drops runs that are used up from the outline for good. */
function openRuns({ shapes, heads, ends }: Outline, members: Int32Array, left: Int32Array): Run[] {
  const runs: Run[] = [];
  let kept = 0;
  for (let i = 0; i < shapes.length; i++) {
    const shape = shapes[i] ?? 0;
    const end = ends[i] ?? 0;
    let head = heads[i] ?? 0;
    while (head < end && (left[members[head] ?? 0] ?? 0) === 0) head++;
    if (head === end) continue;
    shapes[kept] = shape;
    heads[kept] = head;
    ends[kept++] = end;
    runs.push({ shape, at: head, end, entry: -1, base: 0 });
  }
  shapes.length = kept;
  heads.length = kept;
  ends.length = kept;
  return runs;
}
