import { acceptsAbsence, isWithinBounds, type Requirement, requirementFrom } from "./requirement.ts";

/**
 * What both admit (scheduling 3.2). Both must be about one key. `minValues` is the larger. A label that one of them wants to
 * be there stays wanted, as kube-scheduler has it.
 */
export function intersectRequirement(a: Requirement, b: Requirement): Requirement {
  const admitted = admittedTogether(a, b);
  const wanted = !acceptsAbsence(a) || !acceptsAbsence(b);
  return wanted && acceptsAbsence(admitted) ? requirementFrom({ ...admitted, present: true }) : admitted;
}

function admittedTogether(a: Requirement, b: Requirement): Requirement {
  if (a === b || isUnconstrained(b, a)) return a;
  if (isUnconstrained(a, b)) return b;
  const gte = larger(a.gte, b.gte);
  const lte = smaller(a.lte, b.lte);
  const minValues = larger(a.minValues, b.minValues);
  const { key } = a;
  if (cross(gte, lte)) return requirementFrom({ key, complement: false, values: new Set(), minValues });
  if (a.complement && b.complement) {
    const values = excludedByBoth(a, b, gte, lte);
    return requirementFrom({ key, complement: true, values, gte, lte, minValues });
  }
  const values = admittedByBoth(a, b, gte, lte);
  if (!a.complement && values.size === a.values.size && minValues === a.minValues) return a;
  return requirementFrom({ key, complement: false, values, minValues });
}

/**
 * Whether some value satisfies both, without building a set. Two complements always meet unless their bounds cross; that
 * exclusions may use up a whole range is not looked at (scheduling 3.2).
 */
export function requirementsMeet(a: Requirement, b: Requirement): boolean {
  if (a.complement && b.complement) return !cross(larger(a.gte, b.gte), smaller(a.lte, b.lte));
  const [listing, other] = a.complement || (!b.complement && b.values.size < a.values.size) ? [b, a] : [a, b];
  for (const value of listing.values) {
    if (other.values.has(value) === other.complement) continue;
    if (isWithinBounds(value, other.gte, other.lte) && isWithinBounds(value, listing.gte, listing.lte)) return true;
  }
  return false;
}

/** `requirement` says nothing that `other` does not say. */
function isUnconstrained(requirement: Requirement, other: Requirement): boolean {
  if (!requirement.complement || requirement.values.size > 0) return false;
  if (requirement.gte !== undefined || requirement.lte !== undefined) return false;
  return requirement.minValues === undefined || requirement.minValues <= (other.minValues ?? 0);
}

/** Exclusions outside the bounds are dropped: the bounds exclude them already. */
function excludedByBoth(
  a: Requirement,
  b: Requirement,
  gte: number | undefined,
  lte: number | undefined,
): ReadonlySet<string> {
  const values = new Set<string>();
  for (const value of a.values) if (isWithinBounds(value, gte, lte)) values.add(value);
  for (const value of b.values) if (isWithinBounds(value, gte, lte)) values.add(value);
  return values;
}

function admittedByBoth(
  a: Requirement,
  b: Requirement,
  gte: number | undefined,
  lte: number | undefined,
): ReadonlySet<string> {
  const [listing, other] = a.complement ? [b, a] : [a, b];
  const values = new Set<string>();
  for (const value of listing.values) {
    if (other.values.has(value) !== other.complement && isWithinBounds(value, gte, lte)) values.add(value);
  }
  return values;
}

function cross(gte: number | undefined, lte: number | undefined): boolean {
  return gte !== undefined && lte !== undefined && gte > lte;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined || a >= b ? a : b;
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined || a <= b ? a : b;
}
