import { labels as labelKeys } from "../../api/index.ts";
import { singleValueOf } from "../requirements/requirement.ts";
import type { Loop } from "./loop.ts";
import type { Group } from "./topology-groups.ts";

/**
 * Whether the pods would run where the loop put them. The reference counts no pod whose domain is still open and never
 * makes up for it, so that a spread may be broken once machines are there (scheduling 11.2 item 21).
 */
export function holds(loop: Loop): boolean {
  return !loop.groups.all.some(isMiscounted) && loop.open.every((target) => isSettled(loop, target));
}

const isMiscounted = ({ term, uncounted }: Group): boolean => term.kind === "spread" && uncounted > 0;

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
