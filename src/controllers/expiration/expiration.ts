import { type NodeClaim, nodeClaimType, type Pod } from "../../api/index.ts";
import { poolViewOf, windowVerdict } from "../../core/index.ts";
import type { EventRecorder, KubeClient } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import {
  type Caches,
  countDisrupted,
  deleteObject,
  durationMillisOf,
  indexes,
  type Instruments,
  isManagedClaim,
  millisOf,
  oneWorker,
  poolNameOf,
  type Reconciler,
  requeueAfter,
} from "../plumbing/index.ts";

export interface ExpirationDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
  readonly instruments: Instruments;
  /** Whether a pod would need a new place (spec: lifecycle 0.7); counted only. */
  readonly isReschedulable: (pod: Pod) => boolean;
}

const pauseMilliseconds = 1_000;

/** Deletes claims that reached their age, budgets or not (spec: lifecycle 5.1). */
export function createExpiration(deps: ExpirationDeps): Reconciler {
  return {
    name: "nodeclaim.expiration",
    type: nodeClaimType,
    workers: oneWorker,
    reconcile: async (key, signal) => {
      const claim = deps.caches.nodeClaims.store.get(key);
      if (claim === undefined || !isManagedClaim(deps.provider, claim)) return undefined;
      if (claim.metadata.deletionTimestamp !== undefined) return undefined;
      const left = millisUntilExpiry(claim, deps.clock.now());
      if (left === undefined) return undefined;
      if (left > 0) return requeueAfter(left);
      const shut = shutFor(deps, claim);
      if (shut !== undefined) return requeueAfter(shut);
      if (await deleteObject(deps.kube, nodeClaimType, claim, signal)) report(deps, claim);
      // Claims made together expire in a trickle, so that their pods do not all move at once.
      await deps.clock.sleep(pauseMilliseconds, { signal });
      return undefined;
    },
    watch: (queue) => queue.watches(deps.caches.nodeClaims),
  };
}

/** How often a shut window is looked at again at the latest: somebody may change it. */
const windowMilliseconds = 5 * 60_000;

/** Milliseconds to wait for a disruption window of the pool (opt-in); undefined when nothing holds the expiry back. */
function shutFor(deps: ExpirationDeps, claim: NodeClaim): number | undefined {
  const pool = deps.caches.nodePools.store.get(poolNameOf(claim));
  if (pool === undefined) return undefined;
  const now = deps.clock.now();
  const verdict = windowVerdict(poolViewOf(pool), "Expired", now);
  if (verdict.open) return undefined;
  deps.events.publish({
    object: claim,
    type: "Normal",
    reason: "DisruptionBlocked",
    message: `Expired, but ${verdict.cause}`,
    dedupeValues: [claim.metadata.uid ?? "", "Expired"],
    dedupeMilliseconds: blockedMilliseconds,
  });
  return Math.min(windowMilliseconds, Math.max(1, (verdict.opensAt ?? Number.POSITIVE_INFINITY) - now));
}

const blockedMilliseconds = 60 * 60_000;

function millisUntilExpiry(claim: NodeClaim, now: number): number | undefined {
  const expireAfter = durationMillisOf(claim.spec.expireAfter);
  const created = millisOf(claim.metadata.creationTimestamp);
  if (expireAfter === undefined || expireAfter === Number.POSITIVE_INFINITY || created === undefined) return undefined;
  return created + expireAfter - now;
}

function report(deps: ExpirationDeps, claim: NodeClaim): void {
  const nodeName = claim.status?.nodeName ?? "";
  const pods = nodeName === "" ? [] : deps.caches.pods.store.byIndex(indexes.nodeName, nodeName);
  deps.log.info("deleted expired nodeclaim", { NodeClaim: claim.metadata.name, expireAfter: claim.spec.expireAfter });
  countDisrupted(deps.instruments, {
    claim,
    reason: "expired",
    pods: pods.filter((pod) => deps.isReschedulable(pod)).length,
  });
}
