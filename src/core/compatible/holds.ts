import { labels as labelKeys } from "../../api/index.ts";
import { singleValueOf } from "../requirements/requirement.ts";
import type { Loop } from "./loop.ts";

/**
 * Whether the pods can run where the loop put them. The first of pods that want each other's company may be left with two
 * domains to choose from (scheduling 5.5, bootstrap): whichever it gets, the others may be in the other.
 */
export const holds = (loop: Loop): boolean => loop.open.every((target) => isSettled(loop, target));

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
