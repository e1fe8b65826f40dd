import { type ClusterState, claimViewOf, isSynced, type ListedMachines, syncGap } from "../../core/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import { type Caches, isManagedClaim } from "../plumbing/index.ts";
import { isReleased } from "./feed.ts";

const patienceMilliseconds = 30_000;
const repeatMilliseconds = 10_000;

export interface SyncWatch {
  check(state: ClusterState): boolean;
  /** How long the picture has not been synced, in seconds; 0 when it is. */
  unsyncedSeconds(): number;
}

/** Judges whether the picture is synced, and complains when it has not been for long (spec: scheduling 8.4). */
export function createSyncWatch(deps: {
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly provider: CloudProvider;
}): SyncWatch {
  const { caches, clock, log } = deps;
  let complete = false;
  let unsyncedSince: number | undefined = clock.monotonic();
  let saidAt = Number.NEGATIVE_INFINITY;
  const complain = (state: ClusterState, listed: ListedMachines | undefined, since: number): void => {
    const now = clock.monotonic();
    if (now - since <= patienceMilliseconds || now - saidAt < repeatMilliseconds) return;
    saidAt = now;
    log.error("cluster state is not synced", {
      since: `${Math.round((now - since) / 1000)}s`,
      ...syncGap(state, listed),
    });
  };
  return {
    check: (state) => {
      const listed = complete ? undefined : listMachines(deps);
      const synced = cachesSynced(caches) && isSynced(state, listed);
      if (synced) {
        complete = true;
        unsyncedSince = undefined;
        return true;
      }
      unsyncedSince ??= clock.monotonic();
      complain(state, listed, unsyncedSince);
      return false;
    },
    unsyncedSeconds: () => (unsyncedSince === undefined ? 0 : (clock.monotonic() - unsyncedSince) / 1000),
  };
}

/** Everything that a decision reads must have been listed once. */
const cachesSynced = (caches: Caches): boolean => {
  const { nodeClasses, ...others } = caches;
  return [...nodeClasses, ...Object.values(others)].every(({ synced }) => synced);
};

const listMachines = (deps: { readonly caches: Caches; readonly provider: CloudProvider }): ListedMachines => ({
  claims: deps.caches.nodeClaims.store
    .list()
    .filter((claim) => isManagedClaim(deps.provider, claim) && !isReleased(claim))
    .map((claim) => claimViewOf(claim).key),
  nodes: deps.caches.nodes.store.list().map(({ metadata }) => metadata.name ?? ""),
});
