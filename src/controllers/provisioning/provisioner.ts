import { conditionStatus, conditionTypes, type NodePool } from "../../api/index.ts";
import {
  createCatalogueCache,
  epochMillisOf,
  isProvisionable,
  nodeChargePerHour,
  type ProvisioningOptions,
  type ProvisioningPlan,
  type ClusterSnapshot,
} from "../../core/index.ts";
import { oneWorker, type Reconciler, requeueAfter, requeueNow, singletonKey } from "../plumbing/index.ts";
import { createClaims } from "./create-claims.ts";
import { createDecisionClock } from "./decision-clock.ts";
import type { ProvisioningDeps } from "./deps.ts";
import { createExpectedPods } from "./expected-pods.ts";
import { createSlicedPlanner } from "./planner.ts";
import { createPlanReporter, type PlanReporter } from "./report.ts";
import { createNodeTrigger, createPodTrigger } from "./triggers.ts";
import { withoutVirtualPods, withVirtualPods } from "./virtual-pods.ts";

const leastNominationMilliseconds = 10_000;

export interface Provisioning {
  readonly loop: Reconciler;
  readonly podTrigger: Reconciler;
  readonly nodeTrigger: Reconciler;
}

/** Finds machines for pods that have none (spec: scheduling 1): one batch at a time, gathered, planned, created. */
export function createProvisioning(deps: ProvisioningDeps): Provisioning {
  const decisionClock = createDecisionClock(deps.clock);
  const reporter = createPlanReporter(deps, decisionClock);
  const pass = createPass(deps, reporter);
  // A batch that met an unsynced picture is not lost: it is planned as soon as the launches of the last one are through.
  let owed = false;
  const poolsAwaited = createPoolPatience(deps);
  return {
    podTrigger: createPodTrigger({ ...deps, acknowledge: (uid) => decisionClock.acknowledge(uid) }),
    nodeTrigger: createNodeTrigger(deps),
    loop: {
      name: "provisioner",
      workers: oneWorker,
      reconcile: async (_key, signal) => {
        // Nothing asked for, nothing to wait for: the next trigger brings this loop back.
        if (!owed && !deps.batcher.pending) return undefined;
        owed = (await deps.batcher.wait(signal)) || owed;
        if (!owed || !deps.model.isSynced()) return requeueNow;
        if (poolsAwaited()) return requeueAfter(poolPollMilliseconds);
        await pass(signal);
        owed = false;
        return requeueNow;
      },
      watch: (queue) => {
        queue.enqueue(singletonKey);
        deps.batcher.onTrigger(() => queue.enqueue(singletonKey));
        deps.caches.pods.subscribe(({ type, object }) => {
          const bound = (object.spec.nodeName ?? "") !== "";
          if (type === "deleted" || bound) decisionClock.forget(object.metadata.uid ?? "");
        });
      },
    },
  };
}

const poolPollMilliseconds = 100;

/**
 * Whether to wait for pools: at the start of a process their conditions are still to come, and a plan on those that happen to
 * be ready first may be a dear one. Once all were ready, or the time is over, nobody waits again.
 */
function createPoolPatience({ clock, model, poolPatienceMilliseconds = 0 }: ProvisioningDeps): () => boolean {
  const end = clock.monotonic() + poolPatienceMilliseconds;
  let over = poolPatienceMilliseconds === 0;
  return () => {
    over ||= clock.monotonic() >= end || model.snapshot().pools.every(({ pool }) => isReady(pool));
    return !over;
  };
}

const isReady = (pool: NodePool): boolean => conditionStatus(pool, conditionTypes.ready) === "True";

type Pass = (signal: AbortSignal) => Promise<void>;

function createPass(deps: ProvisioningDeps, reporter: PlanReporter): Pass {
  const catalogueCache = createCatalogueCache();
  const expected = createExpectedPods(deps);
  const planner = deps.planner ?? createSlicedPlanner(deps);
  return async (signal) => {
    await deps.model.refreshInstanceTypes(signal);
    const snapshot = withVirtualPods(deps.model.snapshot(), deps.virtual?.pods() ?? []);
    if (!hasWork(snapshot)) return;
    const started = deps.clock.monotonic();
    const spreadDefaults = await deps.spreadDefaults?.(snapshot.pendingPods, signal);
    const standing = expected.standing(snapshot, deps.clock.now());
    const options: ProvisioningOptions = {
      nodeChargePerHour: standing.leftOver > 0 ? leftOverChargePerHour : nodeChargePerHour,
      expected: standing.expected,
      countZones: true,
      workBudget: mostWork,
      ...deps.planning,
      ...(spreadDefaults === undefined ? {} : { spreadDefaults }),
      catalogueCache,
      now: deps.clock.now(),
    };
    const whole = await observed(deps, snapshot, () => planner.plan(snapshot, options, { signal }));
    const plan = withoutVirtualPods(whole);
    reporter.planned(plan, deps.clock.monotonic() - started);
    deps.onPlan?.(plan, snapshot);
    if (!deps.act) return reporter.proposed(plan);
    nominate(deps, plan);
    await deps.virtual?.planned(whole, signal);
    const outcomes = await createClaims(deps, plan.claims, { reason: "provisioned", signal });
    expected.planned(plan, outcomes);
    for (const outcome of outcomes) reporter.created(outcome);
  };
}

/**
 * Units of work of one pass: about a minute (spec: scheduling 4.10). Counted, so that a slow machine plans the same as a
 * fast one; what it does not come to is planned by the next pass.
 */
const mostWork = 150_000_000;

/**
 * The charge while pods are planned again because the scheduler gave their room to others: each machine is one more place
 * where it may do so, and a third wave costs more time than a larger machine costs money. USD an hour.
 */
const leftOverChargePerHour = 5 * nodeChargePerHour;

const hasWork = (snapshot: ClusterSnapshot): boolean =>
  snapshot.pendingPods.some(isProvisionable) ||
  snapshot.nodes.some(({ markedForDeletion, pods }) => markedForDeletion && pods.length > 0);

/** The series of the run carry an id; they must go when it ends, or they would live for ever. */
async function observed<T>(deps: ProvisioningDeps, snapshot: ClusterSnapshot, plan: () => Promise<T>): Promise<T> {
  const { schedulerQueueDepth, schedulerUnfinishedWork, schedulingDuration } = deps.instruments;
  const labels = { controller: "provisioner", scheduling_id: deps.ids.uuid() };
  const started = deps.clock.monotonic();
  schedulerQueueDepth.set(snapshot.pendingPods.length, labels);
  schedulerUnfinishedWork.set(0, labels);
  try {
    return await plan();
  } finally {
    schedulerQueueDepth.remove(labels);
    schedulerUnfinishedWork.remove(labels);
    schedulingDuration.observe((deps.clock.monotonic() - started) / 1000, { controller: "provisioner" });
  }
}

/** Nodes that a pod is expected on are not taken for empty meanwhile (spec: scheduling 8.1). */
function nominate(deps: ProvisioningDeps, plan: ProvisioningPlan): void {
  const window = Math.max(2 * deps.batchMaxMilliseconds, leastNominationMilliseconds);
  const nodes = [...new Set(plan.nominations.map(({ node }) => node))];
  deps.model.nominate(nodes, epochMillisOf(deps.clock.now() + window));
}
