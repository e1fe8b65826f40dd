import { andInto, type BitSet, isEmptySet } from "../catalogue/bit-set.ts";
import { keepFitting } from "../catalogue/fit-rows.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import type { ResourceSpace } from "../catalogue/resource-space.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { type Addition, type Claim, dropPortConflicts, meetsMinValues, type Pool } from "./claim.ts";
import { relaxMinValues, satisfiesMinValues } from "../requirements/min-values.ts";
import type { NodeFacts } from "../topology/node-facts.ts";
import type { Pin } from "../topology/pinning.ts";
import type { Choices, RowOffer } from "./priced-types.ts";
import type { Daemon } from "./daemons.ts";
import type { NodeSlots } from "./node-slots.ts";
import type { ResolvedOptions } from "./options.ts";
import { type Template, typesOf } from "./template.ts";
import type { ReservationLedger } from "../reservations/reservations.ts";
import type { Stage, Workload, WorkloadContext } from "./workload.ts";

/** Everything of one running solve. The lists are fixed; claims and cursors grow as pods are placed. */
export interface Session {
  /** What it was started from; another one may be started beside it. */
  readonly layout: SessionLayout;
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
  readonly reservations: ReservationLedger;
  /** Pods of each workload that have a place already; they are the first ones. */
  readonly placed: Int32Array;
  readonly nominated: NodePlacement[];
  readonly work: Record<string, number>;
  /** Memo of what a pod of a shape costs in a pool, by prices (the requirement table shares those that are equal). */
  readonly podPrices: Map<Float64Array, Map<string, PodPrice[]>>;
  /** Memo of what claims of equal requirements and rows may be. */
  readonly choices: Map<string, Choices>;
  /** Memo of what rows cost under a requirement set, cheapest first. */
  readonly offers: Map<SetId, readonly RowOffer[]>;
  /** Memo of `freshFit`, by pool, by what pods alike in it share. */
  readonly fits: Map<string, Map<SetId, FreshFit | null>>[];
  /** Memo of sets narrowed to chosen domains. */
  readonly pinnedSets: Map<string, SetId | undefined>;
}

/** What plans for one snapshot share: nothing of it is changed by making one. */
export interface SessionLayout
  extends Pick<Session, "snapshot" | "table" | "space" | "daemons" | "workloads" | "workloadContext"> {
  readonly templates: readonly Template[];
  /** With what limits leave before anything is planned. */
  readonly pools: readonly Pool[];
}

export interface NodePlacement {
  readonly node: string;
  readonly workload: Workload;
  readonly from: number;
  readonly count: number;
  /** At which the pods were placed, where they may have to leave again. */
  readonly stage?: Stage;
}

/** What a pod costs as its share of the machine of these rows that suits it best, USD an hour. */
export interface PodPrice {
  readonly rows: BitSet;
  readonly price: number;
}

/** A new claim of a pool with one pod of a stage on it. */
export interface FreshFit {
  readonly set: SetId;
  readonly rows: BitSet;
  /** The alternative of its volumes that it took, unless that is "anywhere". */
  readonly volume: SetId | undefined;
}

export const waiting = (session: Session, workload: Workload): number =>
  workload.pods.length - (session.placed[workload.index] ?? 0);

/** Pods of one workload, in one stage, that look for new machines. */
export interface Demand {
  readonly workload: Workload;
  readonly stage: Stage;
  /** The stage's requirements, narrowed to the domains that were chosen for these pods. */
  readonly set: SetId;
  /** How many of the pods that wait. */
  readonly count: number;
  /** Where they count in topology groups, when domains were chosen for them. */
  readonly pinned?: { readonly pin: Pin; readonly machine: NodeFacts };
}

export type Fresh = Pick<Demand, "workload" | "stage" | "set">;

/** Whether and how a new claim of the pool can hold one pod, limits aside; the first volume alternative that works. */
export function freshFit(session: Session, pool: Pool, ask: Fresh): FreshFit | undefined {
  const memo = memoOf(session, pool, ask);
  const known = memo.get(ask.set);
  if (known !== undefined) return known ?? undefined;
  const fit = computeFreshFit(session, pool, ask);
  memo.set(ask.set, fit ?? null);
  return fit;
}

/** Pods that need as much, tolerate as much and have equal volumes and ports fit alike, whatever else sets them apart. */
function memoOf({ fits }: Session, pool: Pool, { workload, stage }: Fresh): Map<SetId, FreshFit | null> {
  const key = `${workload.alike}|${stage.alike}`;
  const byKey = fits[pool.template.index] ?? new Map<string, Map<SetId, FreshFit | null>>();
  const known = byKey.get(key) ?? new Map<SetId, FreshFit | null>();
  byKey.set(key, known);
  return known;
}

function computeFreshFit(session: Session, pool: Pool, { workload, stage, set: asked }: Fresh): FreshFit | undefined {
  const { table, space, work } = session;
  work["fitTests"] = (work["fitTests"] ?? 0) + 1;
  const { template, room } = pool;
  if (!toleratesAll(template.taints, stage.tolerations)) return undefined;
  const own = table.narrow(template.set, asked);
  if (own < 0) return undefined;
  for (const volume of stage.volumeSets) {
    const set = table.narrow(own, volume);
    if (set < 0) continue;
    const rows = andInto(room.rows.slice(), table.select(set).rows);
    dropPortConflicts(rows, room, workload.ports);
    keepFitting(rows, room.room, { total: space.vector(workload.requests), places: workload.need.places });
    const flexible = isEmptySet(rows) ? undefined : flexibleSet(session, template, { set, rows });
    if (flexible === undefined) continue;
    return { set: flexible, rows, volume: table.requirements(volume).size === 0 ? undefined : volume };
  }
  return undefined;
}

/** The set as it is, with minValues lowered under BestEffort, or undefined when too few values are left (scheduling 3.7). */
function flexibleSet({ table, options }: Session, template: Template, addition: Addition): SetId | undefined {
  if (meetsMinValues(template, addition, table)) return addition.set;
  if (options.minValuesPolicy === "Strict") return undefined;
  const requirements = table.requirements(addition.set);
  const outcome = satisfiesMinValues(typesOf(table.catalogue, addition.rows), requirements);
  return outcome.ok ? addition.set : table.intern(relaxMinValues(requirements, outcome.achieved));
}
