import type { NodeClaim } from "../../api/index.ts";
import {
  claimOf,
  conditionOf,
  nodePricePerMonth,
  podsOn,
  poolOfNode,
  sinceText,
  timeOf,
} from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import { protectionOf } from "../facts/protection.ts";
import { listText, overEach } from "../model/judging.ts";
import { nameText, objectNameOf, placeOf } from "../model/place.ts";
import type { Problem, Rule } from "../model/rule.ts";
import { parseDurationMillis } from "../../api/index.ts";

export const protectionStuck: Rule = {
  id: "KBP511",
  name: "protection-stuck",
  severity: "warning",
  requirements: ["R50", "R76"],
  needs: ["cluster"],
  document: {
    what: "A node should have gone for more than a day, by expiry or drift, and a protected pod keeps it.",
    why: "It runs an old image, and is paid for until the pod ends.",
    fix: "Finish the job, or remove the annotation from the pod.",
  },
  check: (facts) => overEach(facts.nodes, (node) => judge(facts, node)),
};

function judge(facts: Facts, node: Facts["nodes"][number]): Problem | undefined {
  const due = dueSince(facts, node);
  if (facts.now === undefined || due === undefined || facts.now - due.time < facts.thresholds.stuckSeconds * 1000)
    return undefined;
  const keeping = podsOn(facts, node).filter(({ object }) => protectionOf(object) !== undefined);
  const [pod] = keeping;
  if (pod === undefined) return undefined;
  const price = nodePricePerMonth(facts, node);
  return {
    place: placeOf(node),
    message: `${node.object.metadata.name ?? ""} is kept by ${listText(keeping.map((each) => nameText(objectNameOf(each))))} ${sinceText(due.time)}`,
    evidence: `it is ${due.why}; ${protectionOf(pod.object) ?? ""} on the pod`,
    ...(price === undefined ? {} : { costPerMonth: price }),
  };
}

/** When the node should have gone, and why. */
function dueSince(
  facts: Facts,
  node: Facts["nodes"][number],
): { readonly time: number; readonly why: string } | undefined {
  const claim = claimOf(facts, node);
  const drifted =
    claim === undefined ? undefined : (conditionOf(claim, "Drifted") ?? conditionOf(claim, "MachineDrifted"));
  if (drifted?.status === "True") {
    const time = timeOf(drifted.lastTransitionTime);
    if (time !== undefined) return { time, why: "drifted" };
  }
  const seconds = expirySeconds(facts, node, claim);
  const created = timeOf((claim ?? node.object).metadata.creationTimestamp);
  return seconds === undefined || created === undefined
    ? undefined
    : { time: created + seconds * 1000, why: "past its expiry" };
}

function expirySeconds(
  facts: Facts,
  node: Facts["nodes"][number],
  claim: ReturnType<typeof claimOf>,
): number | undefined {
  const own = (claim as Partial<NodeClaim> | undefined)?.spec?.expireAfter;
  if (own === undefined) return poolOfNode(facts, node)?.expirySeconds;
  const millis = own === "Never" ? undefined : parseDurationMillis(own);
  return millis === undefined ? undefined : millis / 1000;
}
