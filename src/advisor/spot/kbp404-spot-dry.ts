import { durationText, firstTimeOf, isFromEngine, lastTimeOf, waitingPods } from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import type { LogEntry } from "../facts/log-lines.ts";
import { labels, type Node } from "../../api/index.ts";
import { ownerOf } from "../facts/controller-pods.ts";
import { placeOf, textPlace } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const spotDry: Rule = {
  id: "KBP404",
  name: "spot-dry",
  severity: "error",
  requirements: ["R57"],
  needs: [],
  document: {
    what: "For more than five minutes every launch has been refused for lack of capacity, and pods wait.",
    why: "All markets that the pool may use are empty at once: it has too few, or nothing to fall back on.",
    fix: "Widen types and zones, or allow on-demand too.",
  },
  check(facts): Verdict {
    if (!facts.has.has("cluster") && !facts.has.has("logs"))
      return { notChecked: "needs a cluster (--cluster), a dump of one (--dump) or controller logs (--logs)" };
    return [...fromEvents(facts), ...fromLogs(facts)];
  },
};

function fromEvents(facts: Facts): readonly Problem[] {
  const { now, thresholds, events } = facts;
  const waiting = waitingPods(facts).filter(
    ({ since }) => now !== undefined && since !== undefined && now - since > thresholds.drySeconds * 1000,
  );
  const refused = events.filter(({ object }) => object.reason === "InsufficientCapacityError" && isFromEngine(object));
  const [first] = refused;
  if (waiting.length === 0 || first === undefined) return [];
  const from = Math.min(...refused.map(({ object }) => firstTimeOf(object) ?? Infinity));
  const to = Math.max(...refused.map(({ object }) => lastTimeOf(object) ?? 0));
  // A node that came since says that there is capacity after all.
  const came = facts.nodes.some((node) => ownerOf(node) !== undefined && createdAt(node.object) > from);
  if (came || to - from <= thresholds.drySeconds * 1000) return [];
  return [
    {
      place: placeOf(first),
      message: `No spot capacity in any of ${marketsOf(facts)} pools; ${waiting.length} ${waiting.length === 1 ? "pod waits" : "pods wait"}`,
      evidence: `${refused.length} refusals within ${durationText((to - from) / 1000)}: ${first.object.message ?? ""}`,
    },
  ];
}

const createdAt = ({ metadata }: Node): number => Date.parse(metadata.creationTimestamp ?? "") || 0;

/** Pairs of type and zone with a spot offering, over all pools; "the" where no catalogue tells. */
function marketsOf(facts: Facts): string {
  const markets = new Set(
    facts.pools.flatMap((pool) =>
      facts
        .typesOf(pool)
        .flatMap(({ name, offerings }) =>
          offerings.flatMap(({ capacityType, zone, requirements }) =>
            capacityType === "spot" && requirements.has(labels.zone) ? [`${name} ${zone}`] : [],
          ),
        ),
    ),
  );
  return markets.size === 0 ? "the" : String(markets.size);
}

const refusal = /InsufficientInstanceCapacity|insufficient capacity|all requested instance types were unavailable/i;
const launch = /launched (?:machine|nodeclaim|instance)|Launched instance/i;

/** A run of refusals without a launch between them, longer than the bound. */
function fromLogs({ logs, thresholds }: Facts): readonly Problem[] {
  let run: LogEntry[] = [];
  const runs: (readonly LogEntry[])[] = [];
  for (const entry of logs) {
    if (launch.test(entry.text)) {
      runs.push(run);
      run = [];
    } else if (refusal.test(entry.text) && entry.time !== undefined) run.push(entry);
  }
  return [...runs, run].flatMap((each) => {
    const [first, last] = [each[0], each.at(-1)];
    const seconds = (Date.parse(last?.time ?? "") - Date.parse(first?.time ?? "")) / 1000;
    if (first === undefined || !(seconds > thresholds.drySeconds)) return [];
    return {
      place: textPlace("Log", first.file, first.line),
      message: "No spot capacity in any of the pools that it asked for",
      evidence: `${each.length} refusals within ${durationText(seconds)} from ${first.time ?? ""}, and no launch between them`,
    };
  });
}
