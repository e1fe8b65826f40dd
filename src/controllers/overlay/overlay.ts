import {
  awsLabelRules,
  type ConditionUpdate,
  conditionMessages,
  conditionTypes,
  type LabelRules,
  type NodeOverlay,
  nodeOverlayCauses,
  nodeOverlayReasons,
  nodeOverlayType,
  runtimeMessage,
  setCondition,
} from "../../api/index.ts";
import { conflictingOverlays, type OverlayRule, overlayRules, type PoolTypes, poolViewOf } from "../../core/index.ts";
import type { Informer, KubeClient } from "../../kube/index.ts";
import { type Clock, type Logger, mapLimit } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import {
  type Caches,
  isManagedPool,
  oneWorker,
  patchStatus,
  type Reconciler,
  requeueAfter,
  singletonKey,
  timestampOf,
} from "../plumbing/index.ts";
import type { OverlayStore } from "./overlay-store.ts";

export interface OverlayDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly overlays: Informer<NodeOverlay>;
  readonly clock: Clock;
  readonly log: Logger;
  /** As it sells, before any overlay. */
  readonly provider: CloudProvider;
  readonly store: OverlayStore;
  /** False: overlays are in force, and nothing is written (modes plan and observe). */
  readonly act: boolean;
  readonly labelRules?: LabelRules;
}

const refreshMilliseconds = 6 * 3_600_000;
const parallelPools = 10;

/** Works out which overlays are in force, and says so on each (spec: scheduling 7.5, api 3.1). */
export function createOverlayController(deps: OverlayDeps): Reconciler {
  return {
    name: "nodeoverlay.controller",
    workers: oneWorker,
    reconcile: async (_key, signal) => {
      const overlays = deps.overlays.store.list();
      const pools = await poolTypesOf(deps, signal);
      const { rules, updates } = evaluate(overlays, pools, deps.labelRules ?? awsLabelRules);
      deps.store.evaluated(
        rules,
        pools.map(({ pool }) => pool),
      );
      if (deps.act)
        for (const overlay of overlays) await report(deps, overlay, updates.get(overlay.metadata.name ?? ""), signal);
      return requeueAfter(refreshMilliseconds);
    },
    watch: (queue) => {
      queue.enqueue(singletonKey);
      const changed = (delta: { readonly type: string; readonly object: object; readonly previous?: object }) =>
        isSpecChange(delta) ? [singletonKey] : [];
      queue.watches(deps.overlays, changed);
      queue.watches(deps.caches.nodePools, changed);
      for (const classes of deps.caches.nodeClasses) queue.watches(classes, changed);
    },
  };
}

/** Not our own status writes. */
function isSpecChange({
  type,
  object,
  previous,
}: {
  readonly type: string;
  readonly object: object;
  readonly previous?: object;
}): boolean {
  if (type !== "updated" || previous === undefined) return true;
  return generationOf(object) !== generationOf(previous);
}

const generationOf = (object: object): number | undefined =>
  (object as { readonly metadata: { readonly generation?: number } }).metadata.generation;

/** A pool whose types cannot be had stays unevaluated; the others go on. */
async function poolTypesOf(deps: OverlayDeps, signal: AbortSignal): Promise<readonly PoolTypes[]> {
  const pools = deps.caches.nodePools.store.list().filter((pool) => isManagedPool(deps.provider, pool));
  const found = await mapLimit(
    pools.map(poolViewOf),
    parallelPools,
    async (pool, context): Promise<readonly PoolTypes[]> => {
      try {
        const outcome = await deps.provider.instanceTypes(pool, { signal: context.signal });
        return outcome.ok ? [{ pool, types: outcome.value }] : [];
      } catch (error) {
        context.signal.throwIfAborted();
        deps.log.error("overlays are not evaluated for a nodepool", { NodePool: pool.key.name, error });
        return [];
      }
    },
    { signal },
  );
  return found.flat();
}

interface Evaluation {
  readonly rules: readonly OverlayRule[];
  readonly updates: ReadonlyMap<string, ConditionUpdate>;
}

const type = conditionTypes.validationSucceeded;

function evaluate(overlays: readonly NodeOverlay[], pools: readonly PoolTypes[], labels: LabelRules): Evaluation {
  const updates = new Map<string, ConditionUpdate>();
  for (const overlay of overlays) updates.set(overlay.metadata.name ?? "", validationOf(overlay, labels));
  const valid = overlays.filter(({ metadata }) => updates.get(metadata.name ?? "")?.status === "True");
  const rules = overlayRules(valid);
  const losers = conflictingOverlays(rules, pools);
  const conflict = {
    type,
    status: "False",
    reason: nodeOverlayReasons.conflict,
    message: conditionMessages.overlayConflict,
  } as const;
  for (const name of losers) updates.set(name, conflict);
  return { rules: rules.filter(({ name }) => !losers.has(name)), updates };
}

function validationOf(overlay: NodeOverlay, labels: LabelRules): ConditionUpdate {
  const causes = nodeOverlayCauses(overlay, labels);
  if (causes.length === 0) return { type, status: "True" };
  return { type, status: "False", reason: nodeOverlayReasons.runtimeValidation, message: runtimeMessage(causes) };
}

async function report(
  deps: OverlayDeps,
  overlay: NodeOverlay,
  update: ConditionUpdate | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (update === undefined) return;
  const after = setCondition(overlay, update, timestampOf(deps.clock));
  await patchStatus(deps.kube, { type: nodeOverlayType, before: overlay, after, lock: true }, signal);
}
