/** What a lower bound of a plan's price is worked out from: a linear programme as numbers, for solvers outside the engine. */
import { hasBit, membersOf } from "../catalogue/bit-set.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { classifyPods } from "../pods/pod-class.ts";
import { finished } from "../resumable.ts";
import { standingBeside, standingSelectorKeys } from "./build-topology.ts";
import { buildSession } from "./build-session.ts";
import { acceptance } from "./node-slots.ts";
import { type ProvisioningOptions, resolveOptions } from "./options.ts";
import type { ProvisioningPlan } from "./plan.ts";
import { freshFit, type Session } from "./session.ts";
import { type Stage, stageAt, type Workload } from "./workload.ts";

/** Pods of equal shape are spread, in fractions, over machines that each hold some of the shapes. */
export interface BoundProblem {
  readonly shapes: readonly BoundShape[];
  readonly machines: readonly BoundMachine[];
}

export interface BoundShape {
  readonly pods: number;
  /** Requests of one pod in base units, by resource. */
  readonly need: readonly number[];
  /** Indices of the machines that may hold such pods. */
  readonly machines: readonly number[];
}

export interface BoundMachine {
  /** USD an hour; nodes that exist cost nothing. */
  readonly price: number;
  /** What it leaves to pods, by resource, after DaemonSets. */
  readonly room: readonly number[];
  /** How many there can be. */
  readonly most: number;
}

/**
 * The problem of the pods that the plan places. Everything is left out that can only make a plan dearer (topology, limits,
 * ports, minValues, preferences, the order of pools), so the optimum is a lower bound.
 */
export function boundProblem(
  snapshot: ClusterSnapshot,
  plan: Pick<ProvisioningPlan, "claims" | "nominations">,
  options: ProvisioningOptions = {},
): BoundProblem {
  const pods = [...plan.claims.flatMap((claim) => claim.pods), ...plan.nominations.map(({ pod }) => pod)];
  const standing = finished(standingBeside(snapshot, new Set(pods)));
  const { classes } = classifyPods(pods, standingSelectorKeys(standing));
  const resolved = resolveOptions({ ...options, policy: "compatible" });
  const session = finished(buildSession(snapshot, { classes, standing, options: resolved }));
  const machines = [...nodesOf(session), ...rowsOf(session)];
  return {
    machines: machines.map(({ price, room, most }) => ({ price, room, most })),
    shapes: session.workloads.map((workload) => shapeOf(session, workload, machines)),
  };
}

interface Place extends BoundMachine {
  readonly holds: (workload: Workload, stages: readonly Stage[]) => boolean;
}

function nodesOf(session: Session): readonly Place[] {
  return session.nodes.slots.map((slot) => {
    const kind = session.nodes.kinds[slot.kind];
    return {
      price: 0,
      most: 1,
      room: [...slot.remaining].map((amount) => Math.max(0, amount)),
      holds: (workload, stages) =>
        kind !== undefined && stages.some((stage) => acceptance(slot, kind, { workload, stage, wanted: 1 }) > 0),
    };
  });
}

/** A row as the cheapest that its pool could buy it. */
function rowsOf(session: Session): readonly Place[] {
  return session.pools.flatMap((pool) => {
    const { price } = session.table.select(pool.template.set);
    return membersOf(pool.room.rows).map((row) => ({
      price: price[row] ?? Infinity,
      most: Infinity,
      room: session.space.names.map((_, place) => pool.room.room[place]?.[row] ?? 0),
      holds: (workload: Workload, stages: readonly Stage[]) =>
        stages.some((stage) => {
          const fit = freshFit(session, pool, { workload, stage, set: stage.set });
          return fit !== undefined && hasBit(fit.rows, row);
        }),
    }));
  });
}

function shapeOf(session: Session, workload: Workload, places: readonly Place[]) {
  const stages = stagesOf(session, workload);
  const vector = session.space.vector(workload.requests);
  return {
    pods: workload.pods.length,
    need: [...vector],
    machines: places.flatMap((place, index) => (place.holds(workload, stages) ? [index] : [])),
  };
}

function stagesOf(session: Session, workload: Workload): readonly Stage[] {
  const stages: Stage[] = [];
  for (let index = 0; ; index++) {
    const stage = stageAt(workload, index, session.workloadContext);
    if (stage === undefined) return stages;
    stages.push(stage);
  }
}
