import { andInto, type BitSet, isEmptySet } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import { conflictingPorts, type HostPort } from "../pods/host-ports.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { satisfiesMinValues } from "../requirements/min-values.ts";
import type { TemplateRoom } from "./daemon-groups.ts";
import type { PoolLimits } from "./pool-limits.ts";
import { type Template, typesOf } from "./template.ts";
import type { Stage, Workload } from "./workload.ts";

/** A template in a running solve: what its machines leave to pods, and what its limits leave. */
export interface Pool {
  readonly template: Template;
  readonly room: TemplateRoom;
  readonly limits: PoolLimits;
  /** A machine of it uses a place of each of these reservations. */
  readonly reservations?: readonly string[];
  /** Refusals are told by its other half, which is bought on the market. */
  readonly quiet?: boolean;
}

/** A machine being planned (scheduling 4.5). Replaced parts are never changed in place, so that copies share them. */
export interface Claim {
  readonly pool: Pool;
  /** Its host domain, before there is a host. */
  readonly host: string;
  set: SetId;
  /** Rows that it may still be. */
  rows: BitSet;
  /** Requests of its pods by place, daemons left out. */
  readonly total: Float64Array;
  readonly ports: HostPort[];
  readonly contents: Share[];
  podCount: number;
}

/** Pods `from` up to `from + count` of a workload, placed together. */
export interface Share {
  readonly workload: Workload;
  readonly stage: Stage;
  readonly from: number;
  readonly count: number;
}

/** What a claim would become with a pod more. */
export interface Addition {
  readonly set: SetId;
  readonly rows: BitSet;
}

export const newClaim = (pool: Pool, rows: BitSet, width: number): Claim => ({
  pool,
  host: "",
  set: pool.template.set,
  rows,
  total: new Float64Array(width),
  ports: [],
  contents: [],
  podCount: 0,
});

/** The claim with one pod more of the workload, or undefined when it cannot take one (scheduling 4.5, in that order). */
export function tryAdd(
  claim: Claim,
  ask: { readonly workload: Workload; readonly stage: Stage; readonly set: SetId },
  table: RequirementTable,
): Addition | undefined {
  const { workload, stage } = ask;
  if (!toleratesAll(claim.pool.template.taints, stage.tolerations)) return undefined;
  if (conflictingPorts(claim.ports, workload.ports) !== undefined) return undefined;
  const own = table.narrow(claim.set, ask.set);
  if (own < 0) return undefined;
  for (const volume of stage.volumeSets) {
    const set = table.narrow(own, volume);
    const addition = set < 0 ? undefined : rowsWith(claim, { set, workload }, table);
    if (addition !== undefined) return addition;
  }
  return undefined;
}

function rowsWith(
  claim: Claim,
  ask: { readonly set: SetId; readonly workload: Workload },
  table: RequirementTable,
): Addition | undefined {
  const { workload, set } = ask;
  const rows = andInto(claim.rows.slice(), table.select(set).rows);
  dropPortConflicts(rows, claim.pool.room, workload.ports);
  const total = withNeed(claim.total, workload, 1);
  keepFitting(rows, claim.pool.room.room, { total, places: workload.need.places });
  if (isEmptySet(rows)) return undefined;
  return meetsMinValues(claim.pool.template, { set, rows }, table) ? { set, rows } : undefined;
}

/** A DaemonSet with the same port keeps its machines from the pod, not the pod from all machines (scheduling 2.7). */
export function dropPortConflicts(rows: BitSet, room: TemplateRoom, ports: readonly HostPort[]): void {
  if (ports.length === 0) return;
  for (const group of room.groups) {
    if (conflictingPorts(group.ports, ports) === undefined) continue;
    for (let i = 0; i < rows.length; i++) rows[i] = (rows[i] ?? 0) & ~(group.rows[i] ?? 0);
  }
}

export function meetsMinValues(template: Template, addition: Addition, table: RequirementTable): boolean {
  if (!template.hasMinValues) return true;
  return satisfiesMinValues(typesOf(table.catalogue, addition.rows), table.requirements(addition.set)).ok;
}

export function withNeed(total: Float64Array, { need }: Workload, count: number): Float64Array {
  const sum = total.slice();
  addNeed(sum, need, count);
  return sum;
}

export function addNeed(total: Float64Array, need: Workload["need"], count: number): void {
  const { places, amounts } = need;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    total[place] = (total[place] ?? 0) + (amounts[i] ?? 0) * count;
  }
}

/** Puts pods of one workload on the claim as `addition` (made for the last of them) says. */
export function applyAddition(claim: Claim, share: Share, addition: Addition): void {
  claim.set = addition.set;
  claim.rows = addition.rows;
  addNeed(claim.total, share.workload.need, share.count);
  claim.ports.push(...share.workload.ports);
  claim.contents.push(share);
  claim.podCount += share.count;
}
