/**
 * The reference's algorithm to the letter (scheduling 4.2 to 4.8): one pod after the other, first fit over existing nodes,
 * then over open claims with the fewest pods first, then a new claim of the heaviest pool; relaxation step by step; what
 * fails goes to the end of the queue. It never compares prices. Ties go to the lowest name and sorts are stable.
 */
import { labels as labelKeys, type Pod } from "../../api/index.ts";
import { andInto, hasBit } from "../catalogue/bit-set.ts";
import { applyAddition, type Claim, newClaim, type Pool } from "../provisioning/claim.ts";
import { acceptance, type NodeSlot, takeRoom } from "../provisioning/node-slots.ts";
import { largestUse, nodesExhausted, rowsWithinLimits, takeLimits } from "../provisioning/pool-limits.ts";
import type { Session } from "../provisioning/session.ts";
import type { Stage, Workload } from "../provisioning/workload.ts";
import { isCompatible } from "../requirements/compatible.ts";
import { requirementIn } from "../requirements/requirement.ts";
import { addRequirement, labelRequirements } from "../requirements/requirements.ts";
import { type Acceptance, acceptOnClaim, type ClaimAsk } from "./accept-on-claim.ts";
import type { OpenClaim } from "./open-claim.ts";
import { type Candidate, chooseDomains, recordPlacement } from "./domain-choice.ts";
import { createLoop, loopStage, type Loop, type LoopRules, memoOf, type QueuedPod, type StageMemo } from "./loop.ts";
import { hostsToCome } from "./hosts-to-come.ts";
import { holdsNothing } from "./reservations.ts";

/** A pod without a place, at the stage of its last attempt. */
export interface LeftPod {
  readonly pod: Pod;
  readonly workload: Workload;
  readonly stage: Stage;
  /** Reserved capacity for it was all taken in this loop: it waits for the next one (scheduling 7.1). */
  readonly deferred: boolean;
}

export interface CompatibleOutcome {
  readonly loop: Loop;
  readonly left: readonly LeftPod[];
}

/**
 * Fills the session's claims and nominations. Yields work done; pausing there cannot change the answer. Gives up, with
 * undefined, once the claims and the hosts that must still come cost more than the rules allow: claims only ever get dearer.
 */
export function* solveCompatible(session: Session, rules: LoopRules): Generator<number, CompatibleOutcome | undefined> {
  const loop = createLoop(session, rules);
  yield session.workloads.length + session.nodes.slots.length;
  const queue = queueOf(session);
  const toCome = hostsToCome(session);
  const failures = new Map<Workload, Failure>();
  let units = 0;
  for (let head = 0; head < queue.length; head++) {
    const next = queue[head] as QueuedPod;
    if (next.lastLength === queue.length - head) return { loop, left: leftPods(queue.slice(head), failures) };
    const { workload } = next;
    const known = failures.get(workload);
    // Pods of one workload are alike: what failed a moment ago fails again.
    const outcome = known?.version === loop.version ? known : trySchedule(loop, next);
    units += session.nodes.slots.length + loop.open.length + 1;
    if (units > unitsPerYield) {
      yield units;
      units = 0;
    }
    if (outcome === undefined) toCome.placed(workload);
    if (loop.price + toCome.least(loop.open.length) > rules.most) return undefined;
    if (outcome === undefined) continue;
    failures.set(workload, outcome);
    queue.push(next);
    next.lastLength = queue.length - head - 1;
  }
  return { loop, left: [] };
}

const unitsPerYield = 256;

interface Failure extends Pick<LeftPod, "stage" | "deferred"> {
  readonly version: number;
}

function leftPods(left: readonly QueuedPod[], failures: ReadonlyMap<Workload, Failure>): readonly LeftPod[] {
  return left.flatMap(({ workload, at }) => {
    const [pod, failure] = [workload.pods[at], failures.get(workload)];
    return pod === undefined || failure === undefined
      ? []
      : [{ pod, workload, stage: failure.stage, deferred: failure.deferred }];
  });
}

/** Workloads stand in order of cpu, memory and their first pod; pods of equal size are mixed by age and UID (4.2). */
function queueOf({ workloads }: Session): QueuedPod[] {
  const queue = workloads.flatMap((workload) =>
    workload.pods.map((pod, at) => ({ workload, at, lastLength: -1, pod, requests: workload.requests })),
  );
  return queue.sort(
    (a, b) =>
      (b.requests["cpu"] ?? 0) - (a.requests["cpu"] ?? 0) ||
      (b.requests["memory"] ?? 0) - (a.requests["memory"] ?? 0) ||
      compare(a.pod.metadata.creationTimestamp, b.pod.metadata.creationTimestamp) ||
      compare(a.pod.metadata.uid, b.pod.metadata.uid),
  );
}

const compare = (a = "", b = ""): number => (a < b ? -1 : a > b ? 1 : 0);

/** Undefined once the pod has a place. */
function trySchedule(loop: Loop, next: QueuedPod): Failure | undefined {
  let stage = loopStage(loop, next.workload, 0);
  for (let index = 1; stage !== undefined; index++) {
    const outcome = add(loop, next, stage);
    if (outcome === "placed") return undefined;
    const relaxed = outcome === "reserved" ? undefined : loopStage(loop, next.workload, index);
    if (relaxed === undefined) return { stage, deferred: outcome === "reserved", version: loop.version };
    stage = relaxed;
  }
  return undefined;
}

function add(loop: Loop, next: QueuedPod, stage: Stage): "placed" | "failed" | "reserved" {
  const memo = memoOf(loop, stage);
  if (addToNode(loop, next, { stage, memo }) || addToOpenClaim(loop, next, { stage, memo })) {
    loop.version++;
    return "placed";
  }
  const outcome = openClaim(loop, next, { stage, memo });
  if (outcome === "placed") loop.version++;
  return outcome;
}

interface At {
  readonly stage: Stage;
  readonly memo: StageMemo;
}

function addToNode(loop: Loop, { workload, at }: QueuedPod, { stage, memo }: At): boolean {
  const { session } = loop;
  const { slots, kinds } = session.nodes;
  while (memo.closedNodes.has(memo.firstNode)) memo.firstNode++;
  for (let place = memo.firstNode; place < slots.length; place++) {
    const slot = slots[place];
    if (slot === undefined || memo.closedNodes.has(place)) continue;
    const kind = kinds[slot.kind];
    if (kind === undefined || acceptance(slot, kind, { workload, stage, wanted: 1 }) === 0) {
      memo.closedNodes.add(place);
      continue;
    }
    const candidate = candidateOf(loop, slot);
    if (memo.binding.length > 0 && !allowsNode(candidate, { stage, memo })) continue;
    takeRoom(slot, workload, 1);
    recordPlacement(memo.view, memo.counted, candidate);
    session.nominated.push({ node: slot.state.name, workload, from: at, count: 1 });
    return true;
  }
  return false;
}

function allowsNode(candidate: Candidate, { stage, memo }: At): boolean {
  const choice = chooseDomains({ pod: stage.pod, strict: stage.strict, binding: memo.binding }, candidate);
  return choice.ok && isCompatible(candidate.requirements, choice.requirements);
}

/** Labels of a node are what they are, so nothing of it changes but the pods on it. */
function candidateOf({ nodes }: Loop, { index, state, hostname }: NodeSlot): Candidate {
  const known = nodes.get(index);
  if (known !== undefined) return known;
  const host = requirementIn(labelKeys.hostname, hostname);
  const requirements = addRequirement(labelRequirements(state.labels), host);
  const made: Candidate = { requirements, host: hostname, taints: state.taints };
  nodes.set(index, made);
  return made;
}

function addToOpenClaim(loop: Loop, next: QueuedPod, at: At): boolean {
  const ask = askOf(next, at, false);
  for (let place = 0; place < loop.open.length; place++) {
    const target = loop.open[place] as OpenClaim;
    if (at.memo.closedClaims.has(target.index)) continue;
    const outcome = acceptOnClaim(loop, target, ask);
    if (typeof outcome === "string") {
      if (outcome === "never") at.memo.closedClaims.add(target.index);
      continue;
    }
    put(loop, target, next, { at, outcome });
    moveUp(loop.open, place);
    return true;
  }
  return false;
}

const askOf = ({ workload }: QueuedPod, { stage, memo }: At, opening: boolean): ClaimAsk => ({
  workload,
  stage,
  opening,
  pod: stage.pod,
  strict: stage.strict,
  binding: memo.binding,
});

function openClaim(loop: Loop, next: QueuedPod, at: At): "placed" | "failed" | "reserved" {
  const ask = askOf(next, at, true);
  for (const pool of loop.session.pools) {
    const claim = prospectiveClaim(loop, pool);
    const outcome = claim === undefined ? "never" : acceptOnClaim(loop, { claim, held: holdsNothing }, ask);
    if (outcome === "reserved") return "reserved";
    if (claim === undefined || typeof outcome === "string") continue;
    const target: OpenClaim = { claim, index: loop.session.claims.length, held: holdsNothing, price: 0 };
    loop.session.claims.push(claim);
    loop.groups.registerHost(claim.host);
    put(loop, target, next, { at, outcome });
    // At worst the largest of its types is launched; later narrowing gives nothing back (scheduling 4.7).
    const use = largestUse(claim.rows, pool.limits, loop.session.table.catalogue);
    takeLimits(pool.limits, loop.rules.faultless ? use : resourcesOnly(use));
    loop.open.push(target);
    moveDown(loop.open, loop.open.length - 1);
    return "placed";
  }
  return "failed";
}

/** The number of nodes is not counted down within a loop: so the reference has it. */
const resourcesOnly = (use: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map([...use].filter(([name]) => name !== "nodes"));

function prospectiveClaim({ session }: Loop, pool: Pool): Claim | undefined {
  if (nodesExhausted(pool.limits)) return undefined;
  const rows = rowsWithinLimits(pool.room.rows, pool.limits, session.table.catalogue);
  const host = `hostname-placeholder-${String(session.claims.length + 1).padStart(4, "0")}`;
  return { ...newClaim(pool, andInto(rows, pool.template.rows), session.space.names.length), host };
}

function put(
  loop: Loop,
  target: OpenClaim,
  { workload, at: from }: QueuedPod,
  { at: { stage, memo }, outcome }: { readonly at: At; readonly outcome: Acceptance },
): void {
  const { claim } = target;
  applyAddition(claim, { workload, stage, from, count: 1 }, outcome);
  loop.reservations.exchange(claim.host, target.held, outcome.held);
  target.held = outcome.held;
  if (loop.rules.most < Infinity) countPrice(loop, target);
  recordPlacement(memo.view, memo.counted, {
    requirements: loop.session.table.requirements(claim.set),
    host: claim.host,
    taints: claim.pool.template.taints,
  });
}

function countPrice(loop: Loop, target: OpenClaim): void {
  const { table, options } = loop.session;
  const cheapest = cheapestPrice(table, target.claim) + options.nodeChargePerHour;
  loop.price += cheapest - target.price;
  target.price = cheapest;
}

function cheapestPrice(table: Session["table"], { set, rows }: Claim): number {
  const { price } = table.select(set);
  for (const row of table.rowsByPrice(set)) if (hasBit(rows, row)) return price[row] ?? Infinity;
  return Infinity;
}

/** What a stable sort by pod count does to a claim that has just got one more. */
function moveUp(open: OpenClaim[], from: number): void {
  const moved = open[from] as OpenClaim;
  let place = from;
  for (; place + 1 < open.length && (open[place + 1] as OpenClaim).claim.podCount < moved.claim.podCount; place++) {
    open[place] = open[place + 1] as OpenClaim;
  }
  open[place] = moved;
}

/** And to a new one at the end. */
function moveDown(open: OpenClaim[], from: number): void {
  const moved = open[from] as OpenClaim;
  let place = from;
  for (; place > 0 && (open[place - 1] as OpenClaim).claim.podCount > moved.claim.podCount; place--) {
    open[place] = open[place - 1] as OpenClaim;
  }
  open[place] = moved;
}
