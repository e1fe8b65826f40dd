import { labels as labelKeys } from "../../api/index.ts";
import { singleValueOf } from "../requirements/requirement.ts";
import type { Loop } from "./loop.ts";
import type { Group } from "./topology-groups.ts";

/**
 * Whether the pods would run where the loop put them. The reference counts no pod whose domain is still open and does not
 * make up for it when the domain is settled later, so that a spread may be broken (scheduling 11.2 item 21).
 */
export function holds(loop: Loop): boolean {
  return loop.groups.all.every((group) => isEven(loop, group)) && loop.open.every((target) => isSettled(loop, target));
}

/** With every pod counted where it stands in the end, as far as that is settled. */
function isEven({ session, open }: Loop, group: Group): boolean {
  const { kind, key, maxSkew, minDomains = 0 } = group.term;
  if (kind !== "spread" || !group.required || group.open.length === 0) return true;
  const requirementsByHost = new Map(open.map(({ claim }) => [claim.host, session.table.requirements(claim.set)]));
  const counts = new Map(group.domains);
  for (const host of group.open) {
    const domain = singleValueOf(requirementsByHost.get(host)?.get(key));
    if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
  return [...group.chosen].every((domain) => (counts.get(domain) ?? 0) - least <= maxSkew);
}

/** Pods that want company by a domain stand in one domain. */
function isSettled({ session, stages }: Loop, { claim }: Loop["open"][number]): boolean {
  const requirements = session.table.requirements(claim.set);
  return claim.contents.every(({ stage }) =>
    (stages.get(stage)?.view.owned ?? []).every(
      ({ term }) =>
        term.kind !== "affinity" ||
        term.key === labelKeys.hostname ||
        singleValueOf(requirements.get(term.key)) !== undefined,
    ),
  );
}
