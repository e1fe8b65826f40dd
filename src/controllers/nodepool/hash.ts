import {
  annotations,
  conditionTypes,
  getCondition,
  type KubeObject,
  type NodeClaim,
  type NodePool,
  nodeClaimType,
  nodePoolHash,
  nodePoolHashVersion,
  nodePoolType,
} from "../../api/index.ts";
import { mapLimit } from "../../platform/index.ts";
import { isManagedPool, manyWorkers, patchObject, poolNameOf, type Reconciler } from "../plumbing/index.ts";
import type { NodePoolDeps } from "./deps.ts";

/** Stamps the drift hash on pools, and carries claims over when the way of hashing changes (spec: lifecycle 4.5). */
export function createNodePoolHash(deps: NodePoolDeps): Reconciler {
  return {
    name: "nodepool.hash",
    type: nodePoolType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const pool = deps.caches.nodePools.store.get(key);
      if (pool === undefined || !isManagedPool(deps.provider, pool)) return;
      const hash = nodePoolHash(pool);
      // Claims before the pool: a crash in between finds the pool's old version and starts over.
      if (pool.metadata.annotations?.[annotations.nodePoolHashVersion] !== nodePoolHashVersion) {
        await migrateClaims(deps, pool, hash, signal);
      }
      const after = withAnnotations(pool, stampOf(hash));
      await patchObject(deps.kube, { type: nodePoolType, before: pool, after, lock: false }, signal);
    },
    watch: (queue) => queue.watches(deps.caches.nodePools),
  };
}

const stampOf = (hash: string): Readonly<Record<string, string>> => ({
  [annotations.nodePoolHash]: hash,
  [annotations.nodePoolHashVersion]: nodePoolHashVersion,
});

const withAnnotations = <T extends KubeObject>(object: T, added: Readonly<Record<string, string>>): T => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...added } },
});

async function migrateClaims(deps: NodePoolDeps, pool: NodePool, hash: string, signal: AbortSignal): Promise<void> {
  const stale = deps.caches.nodeClaims.store
    .list()
    .filter((claim) => poolNameOf(claim) === pool.metadata.name && versionOf(claim) !== nodePoolHashVersion);
  await mapLimit(
    stale,
    10,
    (before, context) => {
      const after = withAnnotations(before, migratedStamp(before, hash));
      return patchObject(deps.kube, { type: nodeClaimType, before, after, lock: false }, context.signal);
    },
    { signal },
  );
}

const versionOf = (claim: NodeClaim): string | undefined =>
  claim.metadata.annotations?.[annotations.nodePoolHashVersion];

/** A claim that drifted already keeps its old hash, and so stays drifted. */
const migratedStamp = (claim: NodeClaim, hash: string): Readonly<Record<string, string>> =>
  getCondition(claim, conditionTypes.drifted) === undefined
    ? stampOf(hash)
    : { [annotations.nodePoolHashVersion]: nodePoolHashVersion };
