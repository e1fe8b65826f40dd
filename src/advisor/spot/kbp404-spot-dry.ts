import { durationText, firstTimeOf, isFromEngine, lastTimeOf, subjectOf, waitingPods } from "../facts/cluster-life.ts";
import { type Event, labels, type Node, type Pod } from "../../api/index.ts";
import { ownerOf } from "../facts/controller-pods.ts";
import type { Facts, Typed } from "../facts/facts.ts";
import type { LogEntry } from "../facts/log-lines.ts";
import { allowsSpot, type Pool } from "../facts/pools.ts";
import { serves } from "../facts/serving.ts";
import { offeringsFor } from "../facts/types.ts";
import { workloadOf } from "../facts/workloads.ts";
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

/** Pool by pool, as far as claims tell theirs. */
function fromEvents(facts: Facts): readonly Problem[] {
  const refused = facts.events.filter(
    ({ object }) => object.reason === "InsufficientCapacityError" && isFromEngine(object),
  );
  return [...Map.groupBy(refused, ({ object }) => poolOfEvent(facts, object))].flatMap(
    ([pool, events]) => judge(facts, pool, events) ?? [],
  );
}

function judge(facts: Facts, pool: Pool | undefined, events: readonly Typed<Event>[]): Problem | undefined {
  const bound = facts.thresholds.drySeconds * 1000;
  const [first] = events;
  const from = Math.min(...events.map(({ object }) => firstTimeOf(object) ?? Infinity));
  const to = Math.max(...events.map(({ object }) => lastTimeOf(object) ?? 0));
  // A node that came since says that there is capacity after all.
  const came = facts.nodes.some(
    (node) =>
      (pool === undefined ? ownerOf(node) !== undefined : ownerOf(node) === pool.name) && createdAt(node.object) > from,
  );
  const waiting = came || to - from <= bound ? [] : waitingFor(facts, pool, bound);
  if (first === undefined || waiting.length === 0) return undefined;
  const kind = pool === undefined || allowsSpot(pool) ? "spot" : "on-demand";
  return {
    place: placeOf(first),
    message: `No ${kind} capacity in any of ${marketsOf(facts, pool, kind)} pools; ${waiting.length} ${waiting.length === 1 ? "pod waits" : "pods wait"}`,
    evidence: `${pool === undefined ? "" : `${pool.title}: `}${events.length} refusals within ${durationText((to - from) / 1000)}: ${first.object.message ?? ""}`,
  };
}

/** By the label of the claim, or, where it is gone, by its name, which begins with its pool's. */
function poolOfEvent({ objects, pools }: Facts, event: Event): Pool | undefined {
  const { kind, name = "" } = subjectOf(event);
  const claim = objects.find(({ object }) => object.kind === kind && object.metadata.name === name)?.object;
  const own = claim?.metadata.labels ?? {};
  const label = own[labels.nodePool] ?? own[labels.provisionerName];
  if (label !== undefined) return pools.find((pool) => pool.name === label);
  return pools
    .filter((pool) => name.startsWith(`${pool.name}-`))
    .toSorted((a, b) => b.name.length - a.name.length || (a.title < b.title ? -1 : 1))[0];
}

/** Pods that have waited for longer than the bound, milliseconds, and that the pool could serve. */
function waitingFor(facts: Facts, pool: Pool | undefined, bound: number): readonly Typed<Pod>[] {
  const { now } = facts;
  return waitingPods(facts).flatMap(({ pod, since }) => {
    if (now === undefined || since === undefined || now - since <= bound) return [];
    return pool === undefined || couldServe(facts, pool, pod) ? [pod] : [];
  });
}

/** Whoever owns the pod. */
function couldServe(facts: Facts, pool: Pool, pod: Typed<Pod>): boolean {
  const { ownerReferences: _, ...metadata } = pod.object.metadata;
  const workload = workloadOf({ ...pod, object: { ...pod.object, metadata } });
  return workload !== undefined && serves(facts, pool, workload);
}

const createdAt = ({ metadata }: Node): number => Date.parse(metadata.creationTimestamp ?? "") || 0;

/** Pairs of type and zone with such an offering, of the pool or, where it is not known, of all; "the" without a catalogue. */
function marketsOf(facts: Facts, pool: Pool | undefined, kind: string): string {
  const markets = new Set(
    (pool === undefined ? facts.pools : [pool]).flatMap((each) =>
      facts
        .typesOf(each)
        .flatMap((type) =>
          offeringsFor(each, type).flatMap(({ capacityType, zone }) =>
            capacityType === kind ? [`${type.name} ${zone}`] : [],
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
