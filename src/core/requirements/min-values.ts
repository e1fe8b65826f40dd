/** Flexibility of a pool: how many distinct values of a key its instance types must offer (scheduling 3.7). */
import { type Requirement, type Requirements, requirementFrom } from "./requirement.ts";

export type MinValuesOutcome =
  /** `needed` types, in the order given, were enough. */
  | { readonly ok: true; readonly needed: number }
  /** Keys that fall short, with the number of values reached, in order of key. */
  | { readonly ok: false; readonly achieved: ReadonlyMap<string, number>; readonly text: string };

/**
 * Counts the values that the types themselves list, even where other requirements exclude them (as upstream does).
 * Without any type there is no min-values error: the filter that left none has the better text.
 */
export function satisfiesMinValues(
  types: readonly { readonly requirements: Requirements }[],
  requirements: Requirements,
): MinValuesOutcome {
  const wanted = [...requirements.values()].filter((requirement) => (requirement.minValues ?? 0) > 0);
  if (wanted.length === 0 || types.length === 0) return { ok: true, needed: 0 };
  const found = new Map(wanted.map((requirement) => [requirement.key, new Set<string>()]));
  let needed = 0;
  for (const type of types) {
    needed++;
    for (const [key, values] of found) {
      const offered = type.requirements.get(key);
      // What a complement lists are exclusions, not values.
      if (offered === undefined || offered.complement) continue;
      for (const value of offered.values) values.add(value);
    }
    if (wanted.every((requirement) => !fallsShort(requirement, found))) return { ok: true, needed };
  }
  const short = wanted.filter((requirement) => fallsShort(requirement, found)).map((requirement) => requirement.key);
  const achieved = new Map(short.sort().map((key) => [key, found.get(key)?.size ?? 0]));
  return { ok: false, achieved, text: minValuesText([...achieved.keys()]) };
}

/** Lowers `minValues` to what was reached (policy BestEffort). */
export function relaxMinValues(requirements: Requirements, achieved: ReadonlyMap<string, number>): Requirements {
  const relaxed = new Map(requirements);
  for (const [key, count] of achieved) {
    const requirement = requirements.get(key);
    if (requirement !== undefined) relaxed.set(key, requirementFrom({ ...requirement, minValues: count }));
  }
  return relaxed;
}

export function minValuesText(keys: readonly string[]): string {
  return `minValues requirement is not met for label(s) (label(s)=[${keys.join(" ")}])`;
}

function fallsShort(requirement: Requirement, found: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return (found.get(requirement.key)?.size ?? 0) < (requirement.minValues ?? 0);
}
