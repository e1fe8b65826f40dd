import type { Pod, PodDisruptionBudget } from "../../api/index.ts";
import { podDisruptionBudgetType } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { isSameJson } from "../stand-ins/json.ts";
import { controllerOf, isDeleting } from "../stand-ins/ownership.ts";
import { isReady } from "../stand-ins/pod-state.ts";
import { computeBudgetPlan } from "./disruption-budget-plan.ts";
import type { ExpectedScale } from "./disruption-budget-plan.ts";

const gatherMilliseconds = 50;

/** Keeps the status of PodDisruptionBudgets, from which the eviction API decides. */
export function createDisruptionBudgetController(
  context: StandInContext,
  parts: { readonly caches: Caches },
): Controller {
  const { kube, clock } = context;
  const budgets = parts.caches.budgets();
  const pods = parts.caches.pods();
  const replicaSets = parts.caches.replicaSets();
  const deployments = parts.caches.deployments();
  const statefulSets = parts.caches.statefulSets();
  const view = createFreshView(budgets.store);

  /** Wanted size of what controls the pod; a ReplicaSet of a Deployment answers for the Deployment. */
  const scaleOf = (pod: Pod): { readonly uid: string; readonly count: number } | { readonly problem: string } => {
    const owner = controllerOf(pod);
    const { namespace = "", name = "" } = pod.metadata;
    if (owner === undefined) return { problem: `found no controller ref for pod "${name}"` };
    const key = `${namespace}/${owner.name}`;
    const stateful = owner.kind === "StatefulSet" ? statefulSets.store.get(key) : undefined;
    if (stateful !== undefined) return { uid: owner.uid, count: stateful.spec.replicas ?? 1 };
    const replicaSet = owner.kind === "ReplicaSet" ? replicaSets.store.get(key) : undefined;
    if (replicaSet === undefined) return { problem: `${owner.kind} ${key} does not implement the scale subresource` };
    const parent = controllerOf(replicaSet);
    const deployment = parent === undefined ? undefined : deployments.store.get(`${namespace}/${parent.name}`);
    return deployment === undefined
      ? { uid: owner.uid, count: replicaSet.spec.replicas ?? 1 }
      : { uid: deployment.metadata.uid ?? "", count: deployment.spec.replicas ?? 1 };
  };

  const expectedScale = (selected: readonly Pod[]): ExpectedScale => {
    const counts = new Map<string, number>();
    for (const pod of selected) {
      const scale = scaleOf(pod);
      if ("problem" in scale) return scale;
      counts.set(scale.uid, scale.count);
    }
    return { count: [...counts.values()].reduce((sum, count) => sum + count, 0) };
  };

  const selectedBy = (budget: PodDisruptionBudget): readonly Pod[] =>
    pods.store
      .list()
      .filter(
        (pod) =>
          pod.metadata.namespace === budget.metadata.namespace &&
          matchesSelector(budget.spec.selector, pod.metadata.labels),
      );

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const budget = view.get(key);
    if (budget === undefined || isDeleting(budget)) return undefined;
    const selected = selectedBy(budget);
    const plan = computeBudgetPlan(budget, { pods: selected, scale: expectedScale(selected), now: clock.now() });
    if (!isSameJson({ ...budget.status }, { ...plan.status })) {
      // A replacement with the version seen: an eviction granted meanwhile must not be written over.
      const next = { ...budget, status: plan.status };
      view.wrote(await kube.update(podDisruptionBudgetType, next, { subresource: "status", signal }));
    }
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(plan.again, 1) };
  };

  const controller = context.createController({ name: "local.disruption", maxConcurrent: 4, reconcile });
  const enqueueFor = (pod: Pod): void => {
    for (const budget of budgets.store.list()) {
      if (budget.metadata.namespace !== pod.metadata.namespace) continue;
      if (!matchesSelector(budget.spec.selector, pod.metadata.labels)) continue;
      controller.enqueue(objectKey(budget), { afterMilliseconds: gatherMilliseconds });
    }
  };
  controller.watches(budgets);
  pods.subscribe((delta) => {
    const isSame =
      delta.type === "updated" &&
      isReady(delta.previous) === isReady(delta.object) &&
      isDeleting(delta.previous) === isDeleting(delta.object) &&
      delta.previous.status?.phase === delta.object.status?.phase &&
      isSameJson(delta.previous.metadata.labels, delta.object.metadata.labels);
    if (!isSame) enqueueFor(delta.object);
    if (delta.type === "updated" && !isSame) enqueueFor(delta.previous);
  });
  const enqueueNamespace = (namespace: string | undefined): void => {
    for (const budget of budgets.store.list()) {
      if (budget.metadata.namespace === namespace)
        controller.enqueue(objectKey(budget), { afterMilliseconds: gatherMilliseconds });
    }
  };
  deployments.subscribe((delta) => {
    if (delta.type !== "updated" || delta.previous.spec.replicas !== delta.object.spec.replicas)
      enqueueNamespace(delta.object.metadata.namespace);
  });
  statefulSets.subscribe((delta) => {
    if (delta.type !== "updated" || delta.previous.spec.replicas !== delta.object.spec.replicas)
      enqueueNamespace(delta.object.metadata.namespace);
  });
  return controller;
}
