/**
 * Every candidate by itself (lifecycle 3.8): whether its pods fit on the nodes that stay, and else the cheapest machine for
 * those that do not. In columns, some microseconds a node; exact for pods that owe other pods nothing (no topology, ports
 * or attach limits), the others are left to a simulation.
 */
import { andInto } from "../catalogue/bit-set.ts";
import { cheapestRow } from "../catalogue/requirement-table.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import { meetsMinValues, type Pool } from "../provisioning/claim.ts";
import { addNeed } from "../provisioning/claim.ts";
import { placesOf } from "../provisioning/fill-rules.ts";
import { acceptance, type NodeSlot } from "../provisioning/node-slots.ts";
import type { Session } from "../provisioning/session.ts";
import type { Stage, Workload } from "../provisioning/workload.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { isBound } from "../topology/topology.ts";
import type { Candidate } from "./candidate.ts";
import { type Survey, worthOf } from "./survey.ts";

/** What is known of a candidate by itself. Prices in USD an hour. */
export type Verdict =
  | { readonly kind: "delete" }
  | { readonly kind: "replace"; readonly price: number }
  /** No single machine is cheaper; several could not cost less than `least`. */
  | { readonly kind: "dear"; readonly price: number; readonly least: number }
  /** Its pods owe others something that columns do not show. */
  | { readonly kind: "unsure" };

interface Group {
  readonly workload: Workload;
  readonly stage: Stage;
  count: number;
}

export interface Scan {
  readonly verdicts: ReadonlyMap<Candidate, Verdict>;
}

/** Yields after each candidate what it cost. */
export function* scanSingles(survey: Survey, candidates: readonly Candidate[]): Generator<number, Scan> {
  const verdicts = new Map<Candidate, Verdict>();
  const slotOf = new Map(survey.session.nodes.slots.map((slot) => [slot.state.name, slot.index]));
  const context: ScanContext = { survey, prices: new Map(), firstFree: new Map() };
  for (const candidate of candidates) {
    verdicts.set(candidate, judge(context, candidate, slotOf.get(candidate.node.name) ?? -1));
    yield 1 + (candidate.pods.length >> 2) + (slotOf.size >> 6);
  }
  return { verdicts };
}

interface ScanContext {
  readonly survey: Survey;
  /** Memo of the cheapest single machine by contents. */
  readonly prices: Map<string, number>;
  /** By workload, the first slot that could take one of its pods when all of them stand. */
  readonly firstFree: Map<number, number>;
}

function judge(context: ScanContext, candidate: Candidate, own: number): Verdict {
  const { survey } = context;
  const groups = groupsOf(survey, candidate);
  if (groups === undefined) return { kind: "unsure" };
  const { session } = survey;
  const left = placeOnOthers(context, groups, own);
  if (left.length === 0) return { kind: "delete" };
  const price = cheapestMachine(context, session, left);
  if (price < candidate.price) return { kind: "replace", price };
  return { kind: "dear", price, least: Math.min(worthOf(survey, candidate), price) };
}

/** Pods by workload, largest first; undefined when some pod is bound to others. */
function groupsOf({ session, workloadOf }: Survey, { pods }: Candidate): readonly Group[] | undefined {
  const groups = new Map<number, Group>();
  for (const pod of pods) {
    const index = workloadOf.get(pod);
    const workload = index === undefined ? undefined : session.workloads[index];
    const [stage] = workload?.stages ?? [];
    if (workload === undefined || stage === undefined || !isFree(workload, stage)) return undefined;
    const group = groups.get(workload.index);
    if (group === undefined) groups.set(workload.index, { workload, stage, count: 1 });
    else group.count++;
  }
  return [...groups.values()].sort((a, b) => a.workload.index - b.workload.index);
}

/** Nothing but room, labels and taints decides about it, and what it counts in binds nobody that scans look at. */
export function isFree({ ports, volumes }: Workload, { topology, volumes: places }: Stage): boolean {
  if (ports.length > 0 || volumes.size > 0 || isBound(topology) || topology.repels.length > 0) return false;
  return places.length === 1 && places[0]?.size === 0;
}

/** Tries the pods on the other nodes, first fit, and takes everything back; what found no place is left. */
function placeOnOthers(context: ScanContext, groups: readonly Group[], own: number): readonly Group[] {
  const taken: { readonly slot: NodeSlot; readonly group: Group; readonly count: number }[] = [];
  const left: Group[] = [];
  // Asked before anything moves: with pods in motion the answer would hold for this candidate alone.
  for (const group of groups) firstFreeSlot(context, group);
  for (const group of groups) {
    const wanted = takeSlots(context, { group, own }, taken);
    if (wanted > 0) left.push({ ...group, count: wanted });
  }
  for (const { slot, group, count } of taken) changeRoom(slot, { group, count: -count });
  return left;
}

function takeSlots(
  context: ScanContext,
  { group, own }: { readonly group: Group; readonly own: number },
  taken: { readonly slot: NodeSlot; readonly group: Group; readonly count: number }[],
): number {
  const { session } = context.survey;
  const { slots, kinds } = session.nodes;
  let wanted = group.count;
  const start = firstFreeSlot(context, group);
  for (let at = start; at < slots.length && wanted > 0; at++) {
    const slot = slots[at];
    const kind = slot === undefined ? undefined : kinds[slot.kind];
    if (slot === undefined || kind === undefined || at === own) continue;
    const count = acceptance(slot, kind, { workload: group.workload, stage: group.stage, wanted });
    if (count === 0) continue;
    changeRoom(slot, { group, count });
    taken.push({ slot, group, count });
    wanted -= count;
  }
  return wanted;
}

/** With everything in place no earlier slot takes one, and moving pods only takes room. */
function firstFreeSlot({ survey, firstFree }: ScanContext, { workload, stage }: Group): number {
  const known = firstFree.get(workload.index);
  if (known !== undefined) return known;
  const { slots, kinds } = survey.session.nodes;
  const found = slots.findIndex((slot) => {
    const kind = kinds[slot.kind];
    return kind !== undefined && acceptance(slot, kind, { workload, stage, wanted: 1 }) > 0;
  });
  const first = found < 0 ? slots.length : found;
  firstFree.set(workload.index, first);
  return first;
}

function changeRoom(slot: NodeSlot, { group, count }: { readonly group: Group; readonly count: number }): void {
  const { places, amounts } = group.workload.need;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    slot.remaining[place] = (slot.remaining[place] ?? 0) - (amounts[i] ?? 0) * count;
  }
}

/** Price of the cheapest machine of any pool that takes all of the groups; Infinity when none does. */
function cheapestMachine({ prices }: ScanContext, session: Session, groups: readonly Group[]): number {
  const key = groups.map(({ workload, count }) => `${workload.shape}/${workload.stages[0]?.set}x${count}`).join(";");
  const known = prices.get(key);
  if (known !== undefined) return known;
  let cheapest = Number.POSITIVE_INFINITY;
  for (const pool of session.pools) cheapest = Math.min(cheapest, machinePriceIn(session, pool, groups));
  prices.set(key, cheapest);
  return cheapest;
}

function machinePriceIn({ table, space }: Session, pool: Pool, groups: readonly Group[]): number {
  const { template, room } = pool;
  let set = template.set;
  const total = new Float64Array(space.names.length);
  for (const { workload, stage, count } of groups) {
    if (!toleratesAll(template.taints, stage.tolerations)) return Number.POSITIVE_INFINITY;
    set = table.narrow(set, stage.set);
    if (set < 0) return Number.POSITIVE_INFINITY;
    addNeed(total, workload.need, count);
  }
  const selection = table.select(set);
  const rows = andInto(room.rows.slice(), selection.rows);
  keepFitting(rows, room.room, { total, places: placesOf(total) });
  if (!meetsMinValues(template, { set, rows }, table)) return Number.POSITIVE_INFINITY;
  const row = cheapestRow(rows, selection.price);
  return row < 0 ? Number.POSITIVE_INFINITY : (selection.price[row] ?? Number.POSITIVE_INFINITY);
}
