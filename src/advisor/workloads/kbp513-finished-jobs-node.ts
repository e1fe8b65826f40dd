import type { Pod } from "../../api/index.ts";
import { isDaemonPod, isMirrorPod, isTerminal } from "../../core/index.ts";
import { durationText, nodePricePerMonth, podsOn, timeOf } from "../facts/cluster-life.ts";
import { ownerOf } from "../facts/controller-pods.ts";
import type { Facts } from "../facts/facts.ts";
import { listText, overEach } from "../model/judging.ts";
import { nameText, objectNameOf, placeOf } from "../model/place.ts";
import type { Problem, Rule } from "../model/rule.ts";

export const finishedJobsNode: Rule = {
  id: "KBP513",
  name: "finished-jobs-node",
  severity: "warning",
  requirements: ["R77"],
  needs: ["cluster"],
  document: {
    what: "For more than 15 minutes a pool's node has held nothing but pods of Jobs that have ended, and daemons.",
    why: "It is empty and is paid for: its pool does not remove empty nodes, or something keeps it.",
    fix: "Set an empty time or consolidation; ttlSecondsAfterFinished on Jobs tidies up after them.",
  },
  check: (facts) =>
    overEach(
      facts.nodes.filter((node) => ownerOf(node) !== undefined),
      (node) => judge(facts, node),
    ),
};

function judge(facts: Facts, node: Facts["nodes"][number]): Problem | undefined {
  const own = podsOn(facts, node).filter(({ object }) => !isDaemonPod(object) && !isMirrorPod(object));
  const isIdle = own.length > 0 && own.every(({ object }) => isTerminal(object) && isOfJob(object));
  const ends = own.map(({ object }) => endOf(object));
  if (!isIdle || facts.now === undefined || ends.includes(undefined)) return undefined;
  const seconds = (facts.now - Math.max(...ends.map((end) => end ?? 0))) / 1000;
  if (seconds <= facts.thresholds.finishedSeconds) return undefined;
  const price = nodePricePerMonth(facts, node);
  return {
    place: placeOf(node),
    message: `${node.object.metadata.name ?? ""} holds only finished jobs`,
    evidence: `${listText(own.map((pod) => nameText(objectNameOf(pod))))}; the last ended ${durationText(seconds)} ago`,
    ...(price === undefined ? {} : { costPerMonth: price }),
  };
}

const isOfJob = ({ metadata }: Pod): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind, controller }) => kind === "Job" && controller === true);

/** When its last container ended, epoch milliseconds. */
function endOf({ status }: Pod): number | undefined {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => {
    const ended = state?.["terminated"];
    const text: unknown = typeof ended === "object" && ended !== null && "finishedAt" in ended ? ended.finishedAt : "";
    return typeof text === "string" ? timeOf(text) : undefined;
  });
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
