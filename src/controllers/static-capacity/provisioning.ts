import {
  awsLabelRules,
  conditionTypes,
  getCondition,
  type NodeClaim,
  type NodePool,
  nodeClaimType,
  nodePoolType,
} from "../../api/index.ts";
import {
  missingReplicas,
  plannedStaticClaim,
  poolViewOf,
  refusedByClusterLimits,
  staticClaim,
} from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import { poolNameOf, type Reconciler, requeueAfter, tenWorkers } from "../plumbing/index.ts";
import type { StaticCapacityDeps } from "./deps.ts";
import { findStaticPool, membersOf } from "./members.ts";

const periodMilliseconds = 60_000;
const atLimitMilliseconds = 30_000;
const unsyncedMilliseconds = 1_000;
const parallelCreates = 50;

/** Makes the claims that a pool of a fixed size lacks (spec: lifecycle 5.6), never more than `limits.nodes` in all. */
export function createStaticProvisioning(deps: StaticCapacityDeps): Reconciler {
  const expected = createExpectedClaims(deps);
  let wasSynced = false;
  return {
    name: "static.provisioning",
    type: nodePoolType,
    workers: tenWorkers,
    reconcile: async (name, signal) => {
      const pool = findStaticPool(deps, name);
      if (pool === undefined) return undefined;
      wasSynced ||= deps.model.isSynced();
      if (!wasSynced) return requeueAfter(unsyncedMilliseconds);
      const { replicas = 0 } = pool.spec;
      const counts = { ...membersOf(deps, name).counts, reserved: expected.countOf(name) };
      if (counts.active + counts.pendingDisruption + counts.reserved >= replicas)
        return requeueAfter(periodMilliseconds);
      const missing = missingReplicas({ replicas, limit: nodesLimit(pool) }, counts);
      if (missing === 0) {
        deps.log.info("nodepool is at its limit of nodes", { NodePool: name, replicas, limit: nodesLimit(pool) });
        return requeueAfter(atLimitMilliseconds);
      }
      const allowed = await withinClusterLimits(deps, { pool, missing }, signal);
      await createAll(deps, { pool, missing: allowed, expected }, signal);
      return requeueAfter(allowed < missing ? atLimitMilliseconds : periodMilliseconds);
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodePools, (delta) => {
        if (delta.type === "deleted") return [];
        const before = delta.type === "updated" ? delta.previous : undefined;
        return isWorthALook(delta.object, before) ? [objectKey(delta.object)] : [];
      });
      queue.watches(deps.caches.nodeClaims, ({ type, object }) => {
        expected.seen(object);
        return type === "deleted" && poolNameOf(object) !== "" ? [poolNameOf(object)] : [];
      });
    },
  };
}

const nodesLimit = ({ spec }: NodePool): number | undefined => {
  const limit = spec.limits?.["nodes"];
  return limit === undefined ? undefined : Number(limit);
};

/** A new pool, another number of replicas, or one that has become ready. */
export function isWorthALook(now: NodePool, before: NodePool | undefined): boolean {
  if (now.spec.replicas === undefined) return false;
  if (before === undefined || before.spec.replicas !== now.spec.replicas) return true;
  return isReady(now) && !isReady(before);
}

const isReady = (pool: NodePool): boolean => getCondition(pool, conditionTypes.ready)?.status === "True";

/** How many of the claims that are missing limits over several pools leave room for; told on the pool when not for all. */
async function withinClusterLimits(
  deps: StaticCapacityDeps,
  { pool, missing }: { readonly pool: NodePool; readonly missing: number },
  signal: AbortSignal,
): Promise<number> {
  const { clusterLimits = [], model, events, labelRules } = deps;
  if (clusterLimits.length === 0) return missing;
  await model.refreshInstanceTypes(signal);
  const snapshot = model.snapshot();
  const planned = plannedStaticClaim(poolViewOf(pool), snapshot.instanceTypes, labelRules);
  const machines = Array.from({ length: missing }, () => planned);
  const refusals = refusedByClusterLimits(clusterLimits, snapshot, machines, { replacing: false });
  const message = refusals.find((refusal) => refusal !== undefined);
  if (message === undefined) return missing;
  const dedupeValues = [pool.metadata.uid ?? "", message];
  events.publish({ object: pool, type: "Warning", reason: "ClusterLimitReached", message, dedupeValues });
  return refusals.filter((refusal) => refusal === undefined).length;
}

interface Creation {
  readonly pool: NodePool;
  readonly missing: number;
  readonly expected: ExpectedClaims;
}

async function createAll(deps: StaticCapacityDeps, work: Creation, signal: AbortSignal): Promise<void> {
  const { pool, missing, expected } = work;
  const { wellKnown } = deps.labelRules ?? awsLabelRules;
  const name = pool.metadata.name ?? "";
  const claim = staticClaim(poolViewOf(pool), (label) => wellKnown.has(label));
  // Taken before the first call, so that a reconcile beside this one cannot take the same room.
  const grants = Array.from({ length: missing }, () => expected.take(name));
  const outcomes = await mapLimit(
    grants,
    parallelCreates,
    async (grant, context) => {
      try {
        const created = await deps.kube.create(nodeClaimType, claim, { signal: context.signal });
        deps.model.insertClaim(created);
        grant.became(created);
        deps.instruments.nodeClaimsCreated.increment({
          reason: "provisioned",
          nodepool: name,
          min_values_relaxed: "false",
        });
        deps.log.info("created nodeclaim", { NodePool: name, NodeClaim: created.metadata.name });
        return undefined;
      } catch (error) {
        grant.release();
        context.signal.throwIfAborted();
        return { error };
      }
    },
    { signal },
  );
  const refused = outcomes.find((outcome) => outcome !== undefined);
  if (refused !== undefined) throw refused.error;
}

interface Grant {
  became(claim: NodeClaim): void;
  release(): void;
}

/** Claims that are being created, or were and are not in the cache yet: they count, or they would be made twice. */
interface ExpectedClaims {
  countOf(pool: string): number;
  take(pool: string): Grant;
  seen(claim: NodeClaim): void;
}

function createExpectedClaims({ caches }: StaticCapacityDeps): ExpectedClaims {
  const open = new Map<string, Set<{ claim?: string }>>();
  return {
    countOf: (pool) => open.get(pool)?.size ?? 0,
    take: (pool) => {
      const entries = open.get(pool) ?? new Set();
      const entry: { claim?: string } = {};
      open.set(pool, entries.add(entry));
      return {
        became: ({ metadata }) => {
          entry.claim = metadata.name ?? "";
          if (caches.nodeClaims.store.get(entry.claim) !== undefined) entries.delete(entry);
        },
        release: () => void entries.delete(entry),
      };
    },
    seen: ({ metadata }) => {
      for (const entries of open.values())
        for (const entry of entries) if (entry.claim === metadata.name) entries.delete(entry);
    },
  };
}
