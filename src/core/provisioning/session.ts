import { andInto, type BitSet, isEmptySet } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import type { ResourceSpace } from "../catalogue/resource-space.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { type Claim, dropPortConflicts, meetsMinValues, type Pool } from "./claim.ts";
import type { Daemon } from "./daemons.ts";
import type { NodeSlots } from "./node-slots.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Template } from "./template.ts";
import type { Stage, Workload, WorkloadContext } from "./workload.ts";

/** Everything of one running solve. The lists are fixed; claims and cursors grow as pods are placed. */
export interface Session {
  readonly snapshot: ClusterSnapshot;
  readonly options: ResolvedOptions;
  readonly table: RequirementTable;
  readonly space: ResourceSpace;
  readonly daemons: readonly Daemon[];
  /** In order of precedence; those that can make a claim at all. */
  readonly pools: readonly Pool[];
  /** Pools whose requirements leave no instance type (scheduling 4.1). */
  readonly excluded: readonly Template[];
  readonly nodes: NodeSlots;
  readonly workloads: readonly Workload[];
  readonly workloadContext: WorkloadContext;
  readonly claims: Claim[];
  /** Pods of each workload that have a place already; they are the first ones. */
  readonly placed: Int32Array;
  readonly nominated: NodePlacement[];
  readonly work: Record<string, number>;
  /** Memo of `freshFit`, by pool, by stage. */
  readonly fits: Map<Stage, FreshFit | null>[];
}

export interface NodePlacement {
  readonly node: string;
  readonly workload: Workload;
  readonly from: number;
  readonly count: number;
}

/** A new claim of a pool with one pod of a stage on it. */
export interface FreshFit {
  readonly set: SetId;
  readonly rows: BitSet;
  /** The alternative of its volumes that it took. */
  readonly volume: SetId;
}

export const waiting = (session: Session, workload: Workload): number =>
  workload.pods.length - (session.placed[workload.index] ?? 0);

/** Whether and how a new claim of the pool can hold one pod, limits aside; the first volume alternative that works. */
export function freshFit(
  session: Session,
  pool: Pool,
  ask: { workload: Workload; stage: Stage },
): FreshFit | undefined {
  const memo = session.fits[pool.template.index];
  const known = memo?.get(ask.stage);
  if (known !== undefined) return known ?? undefined;
  const fit = computeFreshFit(session, pool, ask);
  memo?.set(ask.stage, fit ?? null);
  return fit;
}

function computeFreshFit(
  { table, space, work }: Session,
  pool: Pool,
  { workload, stage }: { readonly workload: Workload; readonly stage: Stage },
): FreshFit | undefined {
  work["fitTests"] = (work["fitTests"] ?? 0) + 1;
  const { template, room } = pool;
  if (!toleratesAll(template.taints, stage.tolerations)) return undefined;
  const own = table.narrow(template.set, stage.set);
  if (own < 0) return undefined;
  for (const volume of stage.volumeSets) {
    const set = table.narrow(own, volume);
    if (set < 0) continue;
    const rows = andInto(room.rows.slice(), table.select(set).rows);
    dropPortConflicts(rows, room, workload.ports);
    keepFitting(rows, room.room, { total: space.vector(workload.requests), places: workload.need.places });
    if (!isEmptySet(rows) && meetsMinValues(template, { set, rows }, table)) return { set, rows, volume };
  }
  return undefined;
}
