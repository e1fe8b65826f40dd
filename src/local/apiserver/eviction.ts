/** POST pods/NAME/eviction: a delete that disruption budgets may refuse. */
import type { Condition, Eviction, Pod, PodDisruptionBudget, Status } from "../../api/index.ts";
import { KubeFault } from "../../kube/index.ts";
import { freezeJson, type ApiObject } from "../store/api-object.ts";
import { labelSelectorMatch } from "../store/label-selector.ts";
import { tableKey } from "../store/object-table.ts";
import { timestamp, type ApiCore } from "./api-core.ts";
import { beginDeletion } from "./deletion.ts";
import { apiFault, conflict, forbidden } from "./faults.ts";
import type { Served } from "./registry.ts";
import { storedObject } from "./stored.ts";

const wouldViolate = "Cannot evict pod as it would violate the pod's disruption budget.";
const severalBudgets =
  "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

export function evictPod(
  core: ApiCore,
  pods: Served,
  target: { readonly name: string; readonly namespace?: string | undefined },
  request: { readonly body: Eviction; readonly dryRun?: boolean },
): void {
  const stored = storedObject(pods, target.name, target.namespace);
  const { preconditions, gracePeriodSeconds } = request.body.deleteOptions ?? {};
  if (preconditions?.uid !== undefined && preconditions.uid !== stored.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${stored.metadata.uid}`;
    throw conflict({ group: "", name: "pods" }, target.name, why);
  }
  const pod = stored as unknown as Pod;
  if (!ignoresBudgets(pod)) chargeBudget(core, pod, request.dryRun ?? false);
  if (request.dryRun) return;
  const marked = withDisruptionTarget(core, pods, stored);
  beginDeletion(core, pods, marked, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
}

function ignoresBudgets(pod: Pod): boolean {
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed" || phase === "Pending") return true;
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Takes one disruption from the pod's budget, or throws the refusal. */
function chargeBudget(core: ApiCore, pod: Pod, dryRun: boolean): void {
  const budgets = budgetsOf(core, pod);
  if (budgets.length > 1) throw tooManyBudgets();
  const budget = budgets[0];
  if (budget === undefined) return;
  if (!isReady(pod) && mayEvictUnready(budget)) return;
  checkBudget(budget);
  if (dryRun) return;
  const status = budget.status!;
  const next = {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: status.disruptionsAllowed - 1,
      disruptedPods: { ...status.disruptedPods, [pod.metadata.name ?? ""]: timestamp(core.clock.now()) },
    },
  };
  const { name = "", namespace } = budget.metadata;
  core.registry.table("policy", "poddisruptionbudgets")?.put(tableKey(name, namespace), freezeJson(next));
}

function budgetsOf(core: ApiCore, pod: Pod): readonly PodDisruptionBudget[] {
  const all = [...core.context.all({ group: "policy", plural: "poddisruptionbudgets" }, pod.metadata.namespace)];
  return (all as unknown as PodDisruptionBudget[]).filter((budget) =>
    labelSelectorMatch(budget.spec?.selector)(pod.metadata.labels),
  );
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function mayEvictUnready(budget: PodDisruptionBudget): boolean {
  if (budget.spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function checkBudget(budget: PodDisruptionBudget): void {
  const name = budget.metadata.name ?? "";
  const status = budget.status;
  if (status === undefined || (status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (status.disruptionsAllowed < 0) {
    throw forbidden({ group: "policy", name: "poddisruptionbudget" }, name, "pdb disruptions allowed is negative");
  }
  if (status.disruptionsAllowed === 0) {
    const text = `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`;
    throw refused(text, undefined);
  }
}

function refused(cause: string, retryAfterSeconds: number | undefined): KubeFault {
  return apiFault({
    reason: "TooManyRequests",
    code: 429,
    message: wouldViolate,
    details: {
      causes: [{ reason: "DisruptionBudget", message: cause }],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** kube-apiserver sends this 500 without a reason word. */
function tooManyBudgets(): KubeFault {
  const status: Status = {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message: severalBudgets,
    code: 500,
  };
  return new KubeFault("InternalError", severalBudgets, { code: 500, status });
}

function withDisruptionTarget(core: ApiCore, pods: Served, pod: ApiObject): ApiObject {
  const status = (pod as unknown as Pod).status ?? {};
  const others = (status.conditions ?? []).filter(({ type }) => type !== "DisruptionTarget");
  const condition: Condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastTransitionTime: timestamp(core.clock.now()),
  };
  const next = freezeJson({ ...pod, status: { ...status, conditions: [...others, condition] } }) as ApiObject;
  return pods.table.put(tableKey(pod.metadata.name ?? "", pod.metadata.namespace), next);
}
