import {
  type ClusterSnapshot,
  disruptionFingerprint,
  type DisruptionMethodName,
  type DisruptionPlan,
  type EpochMillis,
  type InstanceType,
} from "../../core/index.ts";

/** Spec: lifecycle 3.12: everything is tried again after that long, for what changes by the clock alone. */
const expiryMilliseconds = 5 * 60_000;

/** Work of the first pass over a picture, and of each node of it; doubled in each further pass over the same. */
const firstWork = 2_000;
const workOfNode = 50;
const mostWork = 400_000;

/** What a pass may leave out, and how long it searches. */
export interface PassEffort {
  readonly settled: ReadonlySet<DisruptionMethodName>;
  readonly workUnits: number;
}

/**
 * Methods that found nothing in a picture are not asked again, so that a quiet cluster costs nothing; a search that was cut
 * short goes on longer in the next pass, so that a large cluster is searched to the end (spec: lifecycle 3.12, 8 O10).
 */
export interface SettledMethods {
  at(snapshot: ClusterSnapshot, now: EpochMillis): PassEffort;
  /** Takes down what a pass found nothing for. What budgets left over is tried again. */
  note(plan: DisruptionPlan, now: EpochMillis): void;
}

/** Emptiness and drift cost little and are always asked. */
const remembered: ReadonlySet<DisruptionMethodName> = new Set<DisruptionMethodName>([
  "consolidation",
  "multi-node-consolidation",
  "single-node-consolidation",
]);

export function createSettledMethods(): SettledMethods {
  const ids = new WeakMap<readonly InstanceType[], number>();
  let lastId = 0;
  let picture = "";
  let workUnits = firstWork;
  const found = new Map<DisruptionMethodName, EpochMillis>();
  return {
    at(snapshot, now) {
      const seen = disruptionFingerprint(snapshot, ids, () => ++lastId);
      if (seen !== picture) {
        picture = seen;
        workUnits = firstWork + workOfNode * snapshot.nodes.length;
        found.clear();
      }
      const settled = new Set([...found].filter(([, at]) => now - at < expiryMilliseconds).map(([method]) => method));
      return { settled, workUnits };
    },
    note({ commands, reports }, now) {
      const acted = new Set(commands.map(({ method }) => method));
      for (const { method, limitedByBudget, settled, unfinished } of reports) {
        if (!remembered.has(method) || settled === true) continue;
        const goesOn = unfinished === true && workUnits < mostWork;
        if (goesOn) workUnits *= 2;
        if (acted.has(method) || limitedByBudget || goesOn) found.delete(method);
        else found.set(method, now);
      }
    },
  };
}
