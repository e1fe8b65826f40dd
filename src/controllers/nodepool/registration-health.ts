import {
  type ConditionUpdate,
  conditionMessages,
  conditionTypes,
  getCondition,
  isConditionTrue,
  type NodeClaim,
  type NodePool,
  nodePoolReasons,
  nodePoolType,
  setCondition,
} from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import { isManagedPool, manyWorkers, patchStatus, type Reconciler, timestampOf } from "../plumbing/index.ts";
import type { NodePoolDeps } from "./deps.ts";
import { emptyWindow, healthOf, type OutcomeWindow, seededWindow, withOutcome } from "./outcome-window.ts";
import { findNodeClass, poolsOfClass } from "./readiness.ts";

const condition = conditionTypes.nodeRegistrationHealthy;
const attempts = 4;
const retryMilliseconds = 10;

/** The registration health of pools: a reconciler, and the ear for outcomes that the claim lifecycle talks to. */
export interface RegistrationHealth {
  readonly reconciler: Reconciler;
  recordSuccess(claim: NodeClaim, signal: AbortSignal): Promise<void>;
  recordFailure(claim: NodeClaim, signal: AbortSignal): Promise<void>;
}

/** Spec: lifecycle 5.7. Windows live in memory, by pool UID, and are seeded from the condition after a restart. */
export function createRegistrationHealth(deps: NodePoolDeps): RegistrationHealth {
  const windows = new Map<string, OutcomeWindow>();
  const windowOf = (pool: NodePool): OutcomeWindow => {
    const uid = pool.metadata.uid ?? "";
    const held = windows.get(uid);
    if (held !== undefined && held.outcomes.length > 0) return held;
    const seeded = seededWindow(getCondition(pool, condition)?.status ?? "Unknown");
    windows.set(uid, seeded);
    return seeded;
  };

  const record = async (claim: NodeClaim, succeeded: boolean, signal: AbortSignal): Promise<void> => {
    const owner = findOwner(deps, claim);
    if (owner === undefined) return;
    const next = withOutcome(windowOf(owner), succeeded);
    const update = verdict(claim, succeeded, next);
    if (update !== undefined) await writeVerdict(deps, owner, update, signal);
    windows.set(owner.metadata.uid ?? "", next);
  };

  return {
    recordSuccess: (claim, signal) => record(claim, true, signal),
    recordFailure: (claim, signal) => record(claim, false, signal),
    reconciler: {
      name: "nodepool.registrationhealth",
      type: nodePoolType,
      workers: manyWorkers,
      reconcile: async (key, signal) => {
        const pool = deps.caches.nodePools.store.get(key);
        if (pool === undefined || !isManagedPool(deps.provider, pool)) return;
        const nodeClass = findNodeClass(deps, pool);
        if (nodeClass === undefined) return;
        const generation = nodeClass.metadata.generation ?? 0;
        if (isCurrent(pool, generation)) {
          windowOf(pool);
          return;
        }
        const reset = setCondition(pool, { type: condition, status: "Unknown" }, timestampOf(deps.clock));
        const after = { ...reset, status: { ...reset.status, nodeClassObservedGeneration: generation } };
        await patchStatus(deps.kube, { type: nodePoolType, before: pool, after, lock: true }, signal);
        windows.set(pool.metadata.uid ?? "", emptyWindow);
      },
      watch: (queue) => {
        queue.watches(deps.caches.nodePools, (delta) => {
          if (delta.type === "deleted") windows.delete(delta.object.metadata.uid ?? "");
          return delta.type === "deleted" ? [] : [delta.object.metadata.name ?? ""];
        });
        for (const informer of deps.caches.nodeClasses) {
          queue.watches(informer, ({ object }) => poolsOfClass(deps, informer, object.metadata.name ?? ""));
        }
      },
    },
  };
}

/** Only claims whose owner reference names the pool by kind and UID count for it. */
function findOwner(deps: NodePoolDeps, claim: NodeClaim): NodePool | undefined {
  const owner = (claim.metadata.ownerReferences ?? []).find(({ kind }) => kind === "NodePool");
  const pool = owner === undefined ? undefined : deps.caches.nodePools.store.get(owner.name);
  return pool !== undefined && pool.metadata.uid === owner?.uid ? pool : undefined;
}

/** Neither the pool nor its class changed since the condition was written. */
function isCurrent(pool: NodePool, classGeneration: number): boolean {
  const written = getCondition(pool, condition);
  return (
    written !== undefined &&
    written.observedGeneration === pool.metadata.generation &&
    pool.status?.nodeClassObservedGeneration === classGeneration
  );
}

/** What the pool's condition must say after this outcome; undefined when it stays as it is. */
function verdict(claim: NodeClaim, succeeded: boolean, next: OutcomeWindow): ConditionUpdate | undefined {
  const health = healthOf(next);
  if (succeeded) return health === "healthy" ? { type: condition, status: "True" } : undefined;
  if (health !== "unhealthy") return undefined;
  if (isConditionTrue(claim, conditionTypes.launched)) {
    const { registrationFailed: message } = conditionMessages;
    return { type: condition, status: "False", reason: nodePoolReasons.registrationFailed, message };
  }
  const launched = getCondition(claim, conditionTypes.launched);
  return { type: condition, status: "False", reason: launched?.reason ?? "", message: launched?.message ?? "" };
}

/** Several claims of a pool report at once: a conflict is met by reading the pool again, so that no outcome is lost (N8). */
async function writeVerdict(
  deps: NodePoolDeps,
  pool: NodePool,
  update: ConditionUpdate,
  signal: AbortSignal,
): Promise<void> {
  let before = pool;
  for (let attempt = 1; ; attempt += 1) {
    if (update.status === "False" && getCondition(before, condition)?.status === "False") return;
    const after = setCondition(before, update, timestampOf(deps.clock));
    try {
      await patchStatus(deps.kube, { type: nodePoolType, before, after, lock: true }, signal);
      return;
    } catch (error) {
      if (!isKubeFault(error, "Conflict") || attempt === attempts) throw error;
    }
    await deps.clock.sleep(retryMilliseconds * 5 ** (attempt - 1), { signal });
    const name = pool.metadata.name ?? "";
    before = await deps.kube.get(nodePoolType, { name }, { signal });
  }
}
