import type { DisruptionMethodName, DisruptionPlan, EpochMillis } from "../../core/index.ts";

/** Spec: lifecycle 3.12: everything is tried again after that long, for what changes by the clock alone. */
const expiryMilliseconds = 5 * 60_000;

/** Methods that found nothing in a picture, so that a quiet cluster costs nothing (spec: lifecycle 3.12). */
export interface SettledMethods {
  at(version: number, now: EpochMillis): ReadonlySet<DisruptionMethodName>;
  /** Takes down what a pass found nothing for. What budgets left over is tried again. */
  note(plan: DisruptionPlan, now: EpochMillis): void;
}

/** Emptiness costs nothing and is always asked. */
const remembered: ReadonlySet<DisruptionMethodName> = new Set<DisruptionMethodName>([
  "consolidation",
  "multi-node-consolidation",
  "single-node-consolidation",
]);

export function createSettledMethods(): SettledMethods {
  const found = new Map<DisruptionMethodName, { readonly version: number; readonly at: EpochMillis }>();
  return {
    at(version, now) {
      const settled = new Set<DisruptionMethodName>();
      for (const [method, note] of found)
        if (note.version === version && now - note.at < expiryMilliseconds) settled.add(method);
      return settled;
    },
    note({ commands, reports, snapshotVersion }, now) {
      const acted = new Set(commands.map(({ method }) => method));
      for (const { method, limitedByBudget, settled } of reports) {
        if (!remembered.has(method) || settled === true) continue;
        if (acted.has(method) || limitedByBudget) found.delete(method);
        else found.set(method, { version: snapshotVersion, at: now });
      }
    },
  };
}
