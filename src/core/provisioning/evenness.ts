import { labels as labelKeys } from "../../api/index.ts";
import { singleValueOf } from "../requirements/requirement.ts";
import type { TopologyGroup } from "../topology/groups.ts";
import { leastCount } from "../topology/topology.ts";
import type { Share } from "./claim.ts";
import { type Session, waiting } from "./session.ts";

/**
 * Whether no spread is broken in the end. Domains are chosen before machines are opened; where limits then leave one
 * domain's pods over, those in the others may be too many. Without limits nothing that was promised is left over.
 */
export function isEven(session: Session): boolean {
  const cut = session.pools.some(({ limits }) => limits.remaining !== undefined) ? cutGroups(session) : noGroups;
  if (cut.size === 0) return true;
  return session.claims.every(({ set, contents }) => {
    const requirements = session.table.requirements(set);
    return contents.every((share) => isWithinSkew(share, cut, (key) => singleValueOf(requirements.get(key))));
  });
}

const noGroups: ReadonlySet<TopologyGroup> = new Set();

/** Spread of pods some of which were left over. */
function cutGroups(session: Session): ReadonlySet<TopologyGroup> {
  return new Set(
    session.workloads
      .filter((workload) => waiting(session, workload) > 0)
      .flatMap(({ stages: [first] }) => first?.topology.owned ?? [])
      .filter(({ term }) => term.kind === "spread" && term.required && term.key !== labelKeys.hostname),
  );
}

const isWithinSkew = (
  { stage }: Share,
  cut: ReadonlySet<TopologyGroup>,
  domainOf: (key: string) => string | undefined,
): boolean =>
  stage.topology.owned.every((group) => {
    const domain = cut.has(group) ? domainOf(group.term.key) : undefined;
    if (domain === undefined) return true;
    return (group.counts.get(domain) ?? 0) - leastCount(group, stage.strict) <= group.term.maxSkew;
  });
