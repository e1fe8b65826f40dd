import type { PodClass } from "../pods/pod-class.ts";
import { isEmptySet } from "../catalogue/bit-set.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { RequirementTable } from "../catalogue/requirement-table.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Pool } from "./claim.ts";
import type { TemplateRoom } from "./daemon-groups.ts";
import type { Daemon } from "./daemons.ts";
import { piecesPerYield, type Resumable } from "../resumable.ts";
import type { StandingPods } from "../topology/standing-pods.ts";
import { buildNodeSlots, noNodeSlots } from "./node-slots.ts";
import { buildTopology } from "./build-topology.ts";
import { offeredOf } from "./offered.ts";
import type { ResolvedOptions } from "./options.ts";
import { createReservationLedger, reservationsOf } from "../reservations/reservations.ts";
import { mayBind, nodesExhausted, poolLimits, rowsWithinLimits } from "./pool-limits.ts";
import type { RelaxationRules } from "./relaxation.ts";
import { withReservedPools } from "./reserved-pools.ts";
import type { Session, SessionLayout } from "./session.ts";
import type { Template } from "./template.ts";
import { askedKeysOf, groupWorkloads, type Workload, type WorkloadContext } from "./workload.ts";

export interface SessionParts {
  /** Those that passed validation. */
  readonly classes: readonly PodClass[];
  readonly standing: StandingPods;
  readonly options: ResolvedOptions;
}

/** Lays a snapshot out for solving (scheduling 4.1). Yields work done. */
export function* buildSession(
  snapshot: ClusterSnapshot,
  { classes, standing, options }: SessionParts,
): Resumable<Session> {
  const { table, space, daemons, templates, rooms } = offeredOf(snapshot, options);
  const pools = templates.map(
    (template, at): Pool => ({
      template,
      room: rooms[at] as TemplateRoom,
      limits: poolLimits(template.view, snapshot),
    }),
  );
  yield table.catalogue.rowCount;
  const relaxation: RelaxationRules = {
    preferences: options.preferencePolicy === "Respect",
    preferNoSchedule: templates.some(({ taints }) => taints.some(({ effect }) => effect === "PreferNoSchedule")),
  };
  const workloadContext: WorkloadContext = {
    table,
    space,
    topology: yield* buildTopology({
      snapshot,
      options,
      classes,
      templates: domainTemplates(pools, table, options),
      standing,
      relaxation,
    }),
    relaxation,
    storage: snapshot,
  };
  yield classes.length;
  const workloads = yield* groupWorkloads(classes, workloadContext);
  return yield* startSession(
    { snapshot, table, space, daemons, templates, pools, workloads, workloadContext },
    options,
  );
}

/** A session in which nothing is placed yet. Yields work done. */
export function* startSession(layout: SessionLayout, options: ResolvedOptions): Resumable<Session> {
  const { snapshot, table, space, daemons, templates, workloads } = layout;
  const nodes =
    snapshot.nodes.length === 0
      ? noNodeSlots
      : yield* buildNodeSlots(snapshot, { daemons, space, askedKeys: yield* askedKeys(workloads, daemons) });
  const reservations = reservationsOf(table.catalogue.types);
  const pods = workloads.reduce((sum, each) => sum + each.pods.length, 0);
  const most = { machines: pods, catalogue: table.catalogue };
  const usable = layout.pools
    .filter(({ template }) => template.excluded === undefined)
    .map((pool) => withOwnLimits(pool, most));
  const split =
    options.policy === "compatible"
      ? usable
      : withReservedPools(usable, { table, reservations, firstIndex: templates.length });
  return {
    ...layout,
    layout,
    options,
    pools: split,
    excluded: templates.filter(({ excluded }) => excluded !== undefined),
    nodes,
    claims: [],
    reservations: createReservationLedger(reservations),
    placed: new Int32Array(workloads.length),
    nominated: [],
    work: {
      pods,
      workloads: workloads.length,
      instanceTypeRows: table.catalogue.rowCount,
    },
    podPrices: new Map(),
    choices: new Map(),
    offers: new Map(),
    pinnedSets: new Map(),
    fits: Array.from({ length: templates.length + split.length }, () => new Map()),
  };
}

/** Limits are counted down in place; those that a machine for every pod could not use up are none. */
const withOwnLimits = (pool: Pool, most: { readonly machines: number; readonly catalogue: Catalogue }): Pool => {
  const { remaining } = pool.limits;
  const binds = remaining !== undefined && mayBind(remaining, most.machines, most.catalogue);
  return { ...pool, limits: { remaining: binds ? new Map(remaining) : undefined } };
};

/**
 * Pools whose domains pods may be spread over. One that is at its limits can never serve a domain, and kube-scheduler counts
 * those of nodes alone: upstream waits for it all the same (scheduling 11.2 item 17).
 */
function domainTemplates(
  pools: readonly Pool[],
  { catalogue }: RequirementTable,
  { policy }: ResolvedOptions,
): readonly Template[] {
  const serving = pools.filter(
    ({ limits, room }) =>
      policy === "compatible" ||
      (!nodesExhausted(limits) &&
        (isEmptySet(room.rows) || !isEmptySet(rowsWithinLimits(room.rows, limits, catalogue)))),
  );
  return serving.map(({ template }) => template);
}

function* askedKeys(workloads: readonly Workload[], daemons: readonly Daemon[]): Resumable<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const { index, pods, stages } of workloads) {
    const [pod] = pods;
    if (pod !== undefined) askedKeysOf(pod, keys);
    for (const required of stages[0]?.volumes ?? []) for (const key of required.keys()) keys.add(key);
    if (index % piecesPerYield === 0) yield piecesPerYield;
  }
  for (const { alternatives } of daemons)
    for (const required of alternatives) for (const key of required.keys()) keys.add(key);
  return keys;
}
