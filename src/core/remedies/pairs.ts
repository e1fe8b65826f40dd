/** Two changes at once, for pods that no single one would place. */
import type { Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { ProvisioningPlan } from "../provisioning/plan.ts";
import { type Attempt, pendingIn, places } from "./remedy.ts";

/** Single changes for a pod, nearest first. */
export type AttemptsFor = (snapshot: ClusterSnapshot, pod: Pod) => readonly Attempt[];

export interface PairSearch {
  readonly attemptsFor: AttemptsFor;
  readonly plan: (snapshot: ClusterSnapshot) => ProvisioningPlan;
}

/** Pairs looked at, of so many first changes. Each costs a plan for the one pod, which looks at every node. */
const mostPairs = 120;
const mostFirsts = 20;
const mostNodesLookedAt = 50_000;

/**
 * Pairs that place the pod where it is the only one to be placed, nearest first: by how far down both stand among single
 * changes. Whether the whole snapshot bears them out is the caller's to try.
 */
export function* pairAttempts(snapshot: ClusterSnapshot, pod: Pod, search: PairSearch): Generator<Attempt, void> {
  const alone: ClusterSnapshot = { ...snapshot, pendingPods: [pod] };
  const most = Math.min(mostPairs, Math.ceil(mostNodesLookedAt / (1 + snapshot.nodes.length)));
  const looked = new Set<string>();
  for (const [first, second] of pairsOf(alone, pod, search)) {
    const name = [first.remedy.text, second.remedy.text].sort().join("\n");
    if (looked.has(name)) continue;
    if (looked.size === most) return;
    looked.add(name);
    if (places(search.plan(second.snapshot), pod)) yield joined(snapshot, first, second);
  }
}

/** Every first change with every second one that could be made after it, in order of the sum of their places. */
function pairsOf(
  alone: ClusterSnapshot,
  pod: Pod,
  search: PairSearch,
): readonly (readonly [first: Attempt, second: Attempt])[] {
  return search
    .attemptsFor(alone, pod)
    .slice(0, mostFirsts)
    .flatMap((first, i) =>
      secondsAfter(first, pod, search).map((second, j) => ({ pair: [first, second] as const, i, j })),
    )
    .sort((a, b) => a.i + a.j - (b.i + b.j) || a.i - b.i)
    .map(({ pair }) => pair);
}

function secondsAfter({ snapshot }: Attempt, pod: Pod, { attemptsFor }: PairSearch): readonly Attempt[] {
  const changed = pendingIn(snapshot, pod);
  return changed === undefined ? [] : attemptsFor(snapshot, changed);
}

/** Both changes made on the whole snapshot; the second was made on what the first left. */
function joined(whole: ClusterSnapshot, first: Attempt, second: Attempt): Attempt {
  const [a, b] = [first.remedy, second.remedy];
  const changed = second.snapshot.pendingPods[0];
  const pendingPods = whole.pendingPods.map((pod) =>
    changed !== undefined && pendingIn({ pendingPods: [changed] }, pod) !== undefined ? changed : pod,
  );
  const isOne = a.object === b.object && a.patch !== undefined && b.patch !== undefined;
  return {
    remedy: {
      kind: "two-changes",
      text: `${a.text}, and ${b.text}`,
      object: a.object,
      ...(isOne ? { patch: merged(a.patch, b.patch) } : {}),
    },
    snapshot: { ...second.snapshot, pendingPods },
  };
}

type Patch = Readonly<Record<string, unknown>>;

/** Lists are those of the second patch: it was made where the first had been. */
function merged(a: Patch = {}, b: Patch = {}): Patch {
  const sum: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = sum[key];
    sum[key] = isObject(known) && isObject(value) ? merged(known, value) : value;
  }
  return sum;
}

const isObject = (value: unknown): value is Patch =>
  typeof value === "object" && value !== null && !Array.isArray(value);
