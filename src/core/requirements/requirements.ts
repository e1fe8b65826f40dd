/** Sets of requirements (scheduling 3.3). Never changed in place; requirement objects are shared between sets. */
import type { RequirementSpec } from "../../api/index.ts";
import { intersectRequirement } from "./intersect.ts";
import { type Requirement, type Requirements, requirementExists, requirementIn, requirementOf } from "./requirement.ts";

export const noRequirements: Requirements = new Map();

/** A conjunction of requirements; those about one key intersect. */
export function requirementsOf(list: Iterable<Requirement>): Requirements {
  const set = new Map<string, Requirement>();
  for (const requirement of list) addInto(set, requirement);
  return set;
}

/** From a pool's or claim's `spec.requirements`, or from a node selector term. */
export function specRequirements(specs: readonly RequirementSpec[] | undefined): Requirements {
  return specs === undefined || specs.length === 0 ? noRequirements : requirementsOf(specs.map(requirementOf));
}

/** Every label as `In [value]`. */
export function labelRequirements(labels: Readonly<Record<string, string>> | undefined): Requirements {
  if (labels === undefined) return noRequirements;
  return requirementsOf(Object.keys(labels).map((key) => requirementIn(key, labels[key] ?? "")));
}

/** Both sets at once. Returns `base` itself when `more` adds nothing. */
export function addRequirements(base: Requirements, more: Requirements): Requirements {
  let sum: Map<string, Requirement> | undefined;
  for (const [key, requirement] of more) {
    const current = (sum ?? base).get(key);
    const next = current === undefined ? requirement : intersectRequirement(current, requirement);
    if (next === current) continue;
    sum ??= new Map(base);
    sum.set(key, next);
  }
  return sum ?? base;
}

export function addRequirement(base: Requirements, requirement: Requirement): Requirements {
  return addRequirements(base, new Map([[requirement.key, requirement]]));
}

export function withoutRequirement(base: Requirements, key: string): Requirements {
  if (!base.has(key)) return base;
  const rest = new Map(base);
  rest.delete(key);
  return rest;
}

/** What the set says of `key`; `Exists` when it says nothing. `key` must be normalised. */
export function requirementFor(set: Requirements, key: string): Requirement {
  return set.get(key) ?? requirementExists(key);
}

function addInto(set: Map<string, Requirement>, requirement: Requirement): void {
  const current = set.get(requirement.key);
  set.set(requirement.key, current === undefined ? requirement : intersectRequirement(current, requirement));
}
