import { type NodeClaim, nodeClaimType } from "../../api/index.ts";
import {
  applyClusterEvent,
  type ClusterEvent,
  type ClusterState,
  claimKeyAt,
  claimViewOf,
  emptyClusterState,
  freezeSnapshot,
  type InstanceType,
  keyText,
  noResources,
  type PoolView,
} from "../../core/index.ts";
import { type Controller, isKubeFault, type KubeClient } from "../../kube/index.ts";
import { type Clock, type Logger, mapLimit, type MetricsRegistry } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import { type Caches, type Instruments, oneWorker, type Reconciler } from "../plumbing/index.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { feedClusterEvents } from "./feed.ts";
import { createSyncWatch } from "./sync-watch.ts";

export interface ClusterModelDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly provider: CloudProvider;
  readonly metrics: MetricsRegistry;
  readonly instruments: Instruments;
}

const strandedMilliseconds = 15_000;

/** Folds what the caches deliver into the picture. Create it before the informers run. */
export function createClusterModel(deps: ClusterModelDeps): ClusterModel {
  const fold = createFold();
  const sync = createSyncWatch(deps);
  const collector = createClaimCollector(deps, fold);
  feedClusterEvents(deps.caches, deps.provider, fold.apply);
  deps.metrics.onExpose(() => {
    deps.instruments.clusterStateNodes.set(fold.state.stateNodes.size);
    deps.instruments.clusterStateSynced.set(sync.check(fold.state) ? 1 : 0);
    deps.instruments.clusterStateUnsynced.set(sync.unsyncedSeconds());
  });
  return {
    isSynced: () => sync.check(fold.state),
    snapshot: () => freezeSnapshot(fold.state, deps.clock.now()),
    refreshInstanceTypes: (signal) => refreshInstanceTypes(deps, fold, signal),
    insertClaim: (claim) => {
      // What the watch showed already is newer than the answer of the create call.
      if (!deps.caches.nodeClaims.store.get(claim.metadata.name ?? "")) {
        fold.apply({ type: "claim", view: claimViewOf(claim) });
      }
      collector.expect(claim);
    },
    nominate: (nodes, until) => {
      for (const node of nodes) fold.apply({ type: "nominate", node, until });
    },
    markForDeletion: (providerIds) => fold.apply({ type: "mark-for-deletion", providerIds }),
    unmarkForDeletion: (providerIds) => fold.apply({ type: "unmark-for-deletion", providerIds }),
    knowsClaim: (name) => fold.state.claims.has(keyText(claimKeyAt(name))),
    usageOf: (pool) => fold.state.poolUsage.get(keyText(pool)) ?? noResources,
    observe: fold.observe,
    claimCollector: collector.reconciler,
  };
}

interface Fold {
  readonly state: ClusterState;
  readonly apply: (event: ClusterEvent) => void;
  readonly observe: (listener: (event: ClusterEvent) => void) => () => void;
}

function createFold(): Fold {
  let state = emptyClusterState();
  const listeners = new Set<(event: ClusterEvent) => void>();
  return {
    get state() {
      return state;
    },
    apply: (event) => {
      const next = applyClusterEvent(state, event);
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener(event);
    },
    observe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const parallelPools = 10;

async function refreshInstanceTypes(deps: ClusterModelDeps, fold: Fold, signal: AbortSignal): Promise<void> {
  await mapLimit(
    fold.state.pools.list(),
    parallelPools,
    async (view, context) => {
      const types = await instanceTypesOf(deps, view, context.signal);
      fold.apply({ type: "instance-types", pool: view.key, types });
    },
    { signal },
  );
}

/** One pool that cannot be answered for must not stop the others. */
async function instanceTypesOf(
  deps: ClusterModelDeps,
  view: PoolView,
  signal: AbortSignal,
): Promise<readonly InstanceType[]> {
  const NodePool = view.key.name;
  try {
    const outcome = await deps.provider.instanceTypes(view, { signal });
    if (outcome.ok && outcome.value.length > 0) return outcome.value;
    const cause = outcome.ok ? "the provider offers none" : outcome.failure.message;
    deps.log.debug("nodepool skipped, it has no instance types", { NodePool, cause });
  } catch (error) {
    signal.throwIfAborted();
    deps.log.error("nodepool skipped, its instance types cannot be listed", { NodePool, error });
  }
  return [];
}

interface ClaimCollector {
  readonly reconciler: Reconciler;
  expect(claim: NodeClaim): void;
}

/**
 * Fifteen seconds after each creation: a claim that the API does not have, and the picture holds without a machine, goes.
 * Otherwise the picture would never be synced again.
 */
function createClaimCollector(deps: ClusterModelDeps, fold: Fold): ClaimCollector {
  let queue: Controller | undefined;
  return {
    expect: ({ metadata }) => queue?.enqueue(metadata.name ?? "", { afterMilliseconds: strandedMilliseconds }),
    reconciler: {
      name: "state.nodeclaimgc",
      type: nodeClaimType,
      workers: oneWorker,
      reconcile: async (name, signal) => {
        const held = fold.state.claims.get(keyText(claimKeyAt(name)));
        if (held === undefined || (held.claim.status?.providerID ?? "") !== "") return;
        if (await exists(deps.kube, name, signal)) return;
        fold.apply({ type: "claim-deleted", key: held.key });
        deps.log.debug("dropped a nodeclaim from the state that the API does not have", { NodeClaim: name });
      },
      watch: (controller) => {
        queue = controller;
      },
    },
  };
}

async function exists(kube: KubeClient, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await kube.get(nodeClaimType, { name }, { signal });
    return true;
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return false;
    throw error;
  }
}
