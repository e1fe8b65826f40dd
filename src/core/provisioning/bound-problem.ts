/** What a lower bound of a price is worked out from: a linear programme in numbers, to be solved outside the engine. */
import { hasBit, membersOf } from "../catalogue/bit-set.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { classifyPods } from "../pods/pod-class.ts";
import { finished } from "../resumable.ts";
import { buildSession } from "./build-session.ts";
import { standingBeside, standingSelectorKeys } from "./build-topology.ts";
import type { Pool } from "./claim.ts";
import { acceptance } from "./node-slots.ts";
import { type ProvisioningOptions, resolveOptions } from "./options.ts";
import type { ProvisioningPlan } from "./plan.ts";
import { type FreshFit, freshFit, type Session } from "./session.ts";
import { type Stage, stageAt, type Workload } from "./workload.ts";

/** Pods of equal shape, to be spread in fractions over machines that each hold some of the shapes. */
export interface BoundProblem {
  readonly shapes: readonly BoundShape[];
  readonly machines: readonly BoundMachine[];
}

export interface BoundShape {
  readonly pods: number;
  /** Requests of one pod in base units, by resource. */
  readonly need: readonly number[];
}

export interface BoundMachine {
  /** USD an hour; 0 for nodes that exist. */
  readonly price: number;
  /** What it leaves to pods after DaemonSets, in base units, by resource. */
  readonly room: readonly number[];
  /** Indices of the shapes that it may hold. */
  readonly shapes: readonly number[];
  /** How many of it there can be: one of each node, any number of what is bought. */
  readonly most: number;
}

/**
 * The problem of the pods that the plan places. All is left out that can only make a plan dearer (topology, limits, ports of
 * each other, minValues, the order of pools, places of reservations, the charge for machines), so that its optimum is a
 * lower bound in USD an hour for whoever places these pods.
 */
export function boundProblem(
  snapshot: ClusterSnapshot,
  plan: Pick<ProvisioningPlan, "claims" | "nominations">,
  options: ProvisioningOptions = {},
): BoundProblem {
  const pods = [...plan.claims.flatMap((claim) => claim.pods), ...plan.nominations.map(({ pod }) => pod)];
  const standing = finished(standingBeside(snapshot, new Set(pods)));
  const { classes } = classifyPods(pods, standingSelectorKeys(standing));
  const resolved = resolveOptions({ ...options, policy: "compatible", minValuesPolicy: "BestEffort" });
  const session = finished(buildSession(snapshot, { classes, standing, options: resolved }));
  const staged = session.workloads.map((workload) => ({ workload, stages: stagesOf(session, workload) }));
  return {
    shapes: staged.map(({ workload }) => ({
      pods: workload.pods.length,
      need: [...session.space.vector(workload.requests)],
    })),
    machines: [...nodesOf(session, staged), ...session.pools.flatMap((pool) => rowsOf(session, pool, staged))],
  };
}

interface Staged {
  readonly workload: Workload;
  /** From the pod as written to the pod with everything relaxed. */
  readonly stages: readonly Stage[];
}

function stagesOf(session: Session, workload: Workload): readonly Stage[] {
  const stages: Stage[] = [];
  for (let index = 0; ; index++) {
    const stage = stageAt(workload, index, session.workloadContext);
    if (stage === undefined) return stages;
    stages.push(stage);
  }
}

function nodesOf({ nodes }: Session, staged: readonly Staged[]): readonly BoundMachine[] {
  return nodes.slots.flatMap((slot) => {
    const kind = nodes.kinds[slot.kind];
    if (kind === undefined) return [];
    const shapes = staged.flatMap(({ workload, stages }, shape) =>
      stages.some((stage) => acceptance(slot, kind, { workload, stage, wanted: 1 }) > 0) ? [shape] : [],
    );
    if (shapes.length === 0) return [];
    return [{ price: 0, most: 1, shapes, room: [...slot.remaining].map((amount) => Math.max(0, amount)) }];
  });
}

/** Each row once for each price at which some shape could have it: pods that ask for a zone pay what it costs there. */
function rowsOf(session: Session, pool: Pool, staged: readonly Staged[]): readonly BoundMachine[] {
  const fits = staged.map(({ workload, stages }) =>
    stages.flatMap((stage) => freshFit(session, pool, { workload, stage, set: stage.set }) ?? []),
  );
  return membersOf(pool.room.rows).flatMap((row) => {
    const prices = fits.map((own) => leastPrice(session, own, row));
    const room = session.space.names.map((_, place) => pool.room.room[place]?.[row] ?? 0);
    return [...new Set(prices)].filter(Number.isFinite).map((price) => ({
      price,
      room,
      most: Infinity,
      shapes: prices.flatMap((own, shape) => (own <= price ? [shape] : [])),
    }));
  });
}

/** Infinite where no stage of the pods fits the row. */
function leastPrice({ table }: Session, fits: readonly FreshFit[], row: number): number {
  const prices = fits.map(({ set, rows }) =>
    hasBit(rows, row) ? (table.select(set).price[row] ?? Infinity) : Infinity,
  );
  return Math.min(Infinity, ...prices);
}
