/** Domains that machines of the pools could be in (scheduling 5.2), whether or not any exists yet. */
import type { Taint } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import { intersectRequirement } from "../requirements/intersect.ts";
import type { Requirement, Requirements } from "../requirements/requirement.ts";

/** One pool as a source of domains. */
export interface DomainSource {
  readonly requirements: Requirements;
  readonly taints: readonly Taint[];
  readonly instanceTypes: readonly InstanceType[];
}

export interface DomainUniverse {
  /** Domains of a key with the taint sets under which pools offer them, in order of name. */
  domainsOf(key: string): ReadonlyMap<string, readonly (readonly Taint[])[]>;
}

/** Worked out once for each key that is asked for. */
export function createDomainUniverse(sources: readonly DomainSource[]): DomainUniverse {
  const byKey = new Map<string, ReadonlyMap<string, readonly (readonly Taint[])[]>>();
  return {
    domainsOf(key) {
      const known = byKey.get(key) ?? collectDomains(sources, key);
      byKey.set(key, known);
      return known;
    },
  };
}

function collectDomains(
  sources: readonly DomainSource[],
  key: string,
): ReadonlyMap<string, readonly (readonly Taint[])[]> {
  const domains = new Map<string, (readonly Taint[])[]>();
  for (const { requirements, taints, instanceTypes } of sources) {
    const own = requirements.get(key);
    const values = new Set(own === undefined || own.complement ? [] : own.values);
    for (const type of instanceTypes)
      for (const value of offeredValues(own, type.requirements.get(key))) values.add(value);
    for (const value of values) {
      const sets = domains.get(value);
      if (sets === undefined) domains.set(value, [taints]);
      else sets.push(taints);
    }
  }
  return new Map([...domains].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Values that the type lists and the pool allows. */
function offeredValues(own: Requirement | undefined, offered: Requirement | undefined): Iterable<string> {
  if (offered === undefined || offered.complement) return [];
  return own === undefined ? offered.values : intersectRequirement(own, offered).values;
}
