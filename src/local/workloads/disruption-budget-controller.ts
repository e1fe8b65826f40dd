import type { Pod } from "../../api/index.ts";
import { podDisruptionBudgetType } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Controller, Delta, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { isSameJson } from "../stand-ins/json.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { isReady } from "../stand-ins/pod-state.ts";
import { createScaleLookup } from "./budget-scale.ts";
import { computeBudgetPlan } from "./disruption-budget-plan.ts";

const gatherMilliseconds = 50;

/** Keeps the status of PodDisruptionBudgets, from which the eviction API decides. */
export function createDisruptionBudgetController(
  context: StandInContext,
  parts: { readonly caches: Caches },
): Controller {
  const { kube, clock } = context;
  const budgets = parts.caches.budgets();
  const pods = parts.caches.pods();
  const view = createFreshView(budgets.store);
  const expectedScale = createScaleLookup(parts.caches);

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const budget = view.get(key);
    if (budget === undefined || isDeleting(budget)) return undefined;
    const { namespace } = budget.metadata;
    const selected = pods.store
      .list()
      .filter(
        ({ metadata }) => metadata.namespace === namespace && matchesSelector(budget.spec.selector, metadata.labels),
      );
    const plan = computeBudgetPlan(budget, { pods: selected, scale: expectedScale(selected), now: clock.now() });
    if (!isSameJson({ ...budget.status }, { ...plan.status })) {
      // A replacement with the version seen: an eviction granted meanwhile must not be written over.
      const next = { ...budget, status: plan.status };
      view.wrote(await kube.update(podDisruptionBudgetType, next, { subresource: "status", signal }));
    }
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(plan.again, 1) };
  };

  const controller = context.createController({ name: "local.disruption", maxConcurrent: 4, reconcile });
  controller.watches(budgets);
  watchSources(parts.caches, controller);
  return controller;
}

/** Whether an update of a pod changes what a budget counts. */
function isNews(delta: Delta<Pod>): boolean {
  if (delta.type !== "updated") return true;
  const { previous, object } = delta;
  return (
    isReady(previous) !== isReady(object) ||
    isDeleting(previous) !== isDeleting(object) ||
    previous.status?.phase !== object.status?.phase ||
    !isSameJson(previous.metadata.labels, object.metadata.labels)
  );
}

function watchSources(caches: Caches, controller: Controller): void {
  const budgets = caches.budgets();
  const enqueue = (namespace: string | undefined, pods?: readonly Pod[]): void => {
    for (const budget of budgets.store.list()) {
      if (budget.metadata.namespace !== namespace) continue;
      const isMeant = pods?.some(({ metadata }) => matchesSelector(budget.spec.selector, metadata.labels)) ?? true;
      if (isMeant) controller.enqueue(objectKey(budget), { afterMilliseconds: gatherMilliseconds });
    }
  };
  caches.pods().subscribe((delta) => {
    if (!isNews(delta)) return;
    const versions = delta.type === "updated" ? [delta.previous, delta.object] : [delta.object];
    enqueue(delta.object.metadata.namespace, versions);
  });
  caches.deployments().subscribe((delta) => {
    const isScaled = delta.type !== "updated" || delta.previous.spec.replicas !== delta.object.spec.replicas;
    if (isScaled) enqueue(delta.object.metadata.namespace);
  });
  caches.statefulSets().subscribe((delta) => {
    const isScaled = delta.type !== "updated" || delta.previous.spec.replicas !== delta.object.spec.replicas;
    if (isScaled) enqueue(delta.object.metadata.namespace);
  });
}
