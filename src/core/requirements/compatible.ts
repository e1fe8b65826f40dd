/** Whether the needs of a pod can be met by what a node, claim or pool has (scheduling 3.4). */
import { requirementsMeet } from "./intersect.ts";
import { acceptsAbsence, type Requirement, type Requirements } from "./requirement.ts";
import { requirementText } from "./requirement-text.ts";
import { typoHint } from "./typo-hint.ts";

const nothing: ReadonlySet<string> = new Set();

/** Whether the two can hold at once. Keys that only one of them names are not looked at. Symmetric. */
export function intersects(a: Requirements, b: Requirements): boolean {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  for (const [key, requirement] of few) {
    const other = many.get(key);
    if (other !== undefined && !agree(requirement, other)) return false;
  }
  return true;
}

/**
 * Whether `incoming` (the pod's side) can be met by `existing` (the node's side). A key that only the pod names must be
 * in `allowUndefined` (the pool's well-known labels, where something else will define it) or accept a missing label.
 * Not symmetric.
 */
export function isCompatible(
  existing: Requirements,
  incoming: Requirements,
  allowUndefined: ReadonlySet<string> = nothing,
): boolean {
  for (const [key, requirement] of incoming) {
    const other = existing.get(key);
    if (other === undefined) {
      if (!allowUndefined.has(key) && !acceptsAbsence(requirement)) return false;
    } else if (!agree(requirement, other)) return false;
  }
  return true;
}

/** The text of why `intersects` says no, or undefined. Every key that clashes is named, in order of key. */
export function intersectionError(existing: Requirements, incoming: Requirements): string | undefined {
  const faults: string[] = [];
  for (const key of [...incoming.keys()].sort()) {
    const requirement = incoming.get(key);
    const other = existing.get(key);
    if (requirement === undefined || other === undefined || agree(requirement, other)) continue;
    faults.push(`key ${key}, ${requirementText(requirement)} not in ${requirementText(other)}`);
  }
  return faults.length === 0 ? undefined : faults.join("; ");
}

/** The text of why `isCompatible` says no, or undefined (scheduling 3.4). Of undefined keys the first in sort order. */
export function compatibilityError(
  existing: Requirements,
  incoming: Requirements,
  allowUndefined: ReadonlySet<string> = nothing,
): string | undefined {
  for (const key of [...incoming.keys()].sort()) {
    const requirement = incoming.get(key);
    if (requirement === undefined || allowUndefined.has(key) || existing.has(key) || acceptsAbsence(requirement))
      continue;
    return `label "${key}" does not have known values${typoHint(key, allowUndefined, existing)}`;
  }
  return intersectionError(existing, incoming);
}

/** Whether some label, or none, satisfies both. One that is absent satisfies NotIn and DoesNotExist, whatever they list. */
export function agree(a: Requirement, b: Requirement): boolean {
  return requirementsMeet(a, b) || (acceptsAbsence(a) && acceptsAbsence(b));
}
