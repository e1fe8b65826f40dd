import { nodeClaimType, nodePoolType } from "../../api/index.ts";
import { epochMillisOf, surplusMembers } from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import {
  deleteObject,
  poolNameOf,
  type Reconciler,
  requeueAfter,
  tenWorkers,
  waitForOwnDelete,
} from "../plumbing/index.ts";
import type { StaticCapacityDeps } from "./deps.ts";
import { findStaticPool, membersOf } from "./members.ts";
import { isWorthALook } from "./provisioning.ts";

const periodMilliseconds = 60_000;
const parallelDeletes = 50;

/** Gives up the claims that a pool of a fixed size has too many (spec: lifecycle 5.6). Budgets do not hold here, drains do. */
export function createStaticDeprovisioning(deps: StaticCapacityDeps): Reconciler {
  return {
    name: "static.deprovisioning",
    type: nodePoolType,
    workers: tenWorkers,
    reconcile: async (name, signal) => {
      const pool = findStaticPool(deps, name);
      if (pool === undefined) return undefined;
      const { active, counts } = membersOf(deps, name);
      const surplus = counts.active - (pool.spec.replicas ?? 0);
      const chosen = surplusMembers(active, surplus, epochMillisOf(deps.clock.now()));
      await mapLimit(
        chosen,
        parallelDeletes,
        async ({ claim }, context) => {
          const asked = await deleteObject(deps.kube, nodeClaimType, claim, context.signal);
          if (!asked) return;
          deps.log.info("deleting nodeclaim, its nodepool has more than its replicas", {
            NodePool: name,
            NodeClaim: claim.metadata.name,
          });
          await waitForOwnDelete(deps.clock, deps.caches.nodeClaims, claim, context.signal);
        },
        { signal },
      );
      return requeueAfter(periodMilliseconds);
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodePools, (delta) => {
        if (delta.type === "deleted") return [];
        const before = delta.type === "updated" ? delta.previous : undefined;
        return isWorthALook(delta.object, before) ? [objectKey(delta.object)] : [];
      });
      queue.watches(deps.caches.nodeClaims, ({ type, object }) =>
        type === "added" && poolNameOf(object) !== "" ? [poolNameOf(object)] : [],
      );
    },
  };
}
