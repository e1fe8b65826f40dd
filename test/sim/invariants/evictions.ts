import { annotations, parseTimestamp, type Pod, type PodDisruptionBudget } from "../../../src/api/index.ts";
import type { ObjectName } from "../../../src/kube/index.ts";
import { isDeleting, type Picture } from "./picture.ts";
import type { Report } from "./violation.ts";

const kind = "eviction-against-pdb";
/** What a budget counts lags behind a change of the Deployment by moments. */
const settleMilliseconds = 5_000;

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

const isEvicted = (pod: Pod): boolean =>
  isDeleting(pod) && (pod.status?.conditions?.some(({ reason }) => reason === "EvictionByEvictionAPI") ?? false);

/** Counts for itself what each budget leaves, so that a mistake of the server's own count is seen too. */
export function checkEvictions(deps: {
  readonly picture: Picture;
  readonly clock: { monotonic(): number; now(): number };
  readonly report: Report;
}): { readonly onPodDeleted: (name: ObjectName) => void } {
  const { picture, clock, report } = deps;
  const changedAt = new Map<string, { readonly at: number; readonly before: number }>();
  const budgetOf = (pod: Pod): PodDisruptionBudget | undefined =>
    [...picture.budgets.values()].find(
      ({ spec }) => spec.selector?.matchLabels?.["app"] === pod.metadata.labels?.["app"],
    );
  const expected = (app: string): number => {
    const now = picture.deployments.get(app)?.spec.replicas ?? 0;
    const changed = changedAt.get(app);
    const isRecent = changed !== undefined && clock.monotonic() - changed.at < settleMilliseconds;
    return isRecent ? Math.min(now, changed.before) : now;
  };

  picture.listen({
    deployment: ({ key, previous, next }) => {
      const before = previous?.spec.replicas ?? 0;
      if (before !== next?.spec.replicas) changedAt.set(key, { at: clock.monotonic(), before });
    },
    pod: ({ key, previous, next }) => {
      if (previous === undefined || next === undefined) return;
      if (isDeleting(previous) || !isEvicted(next) || !isReady(previous)) return;
      const budget = budgetOf(next);
      if (budget === undefined) return;
      const app = `${next.metadata.namespace}/${next.metadata.labels?.["app"] ?? ""}`;
      const healthy = [...picture.pods.values()].filter(
        (pod) => pod.metadata.labels?.["app"] === next.metadata.labels?.["app"] && isReady(pod) && !isDeleting(pod),
      ).length;
      const desired = desiredHealthy(budget, expected(app));
      if (healthy < desired) report(kind, `pod/${key}`, `leaves ${healthy} healthy pods where ${desired} must be`);
    },
  });
  return {
    onPodDeleted: ({ name, namespace }) => {
      const pod = picture.pods.get(`${namespace ?? ""}/${name}`);
      if (pod === undefined || isDeleting(pod) || budgetOf(pod) === undefined) return;
      if (mustEndByNow(picture, pod, clock.now())) return;
      report(kind, `pod/${namespace ?? ""}/${name}`, "deleted by the controller without asking its budget");
    },
  };
}

/** Whether its machine is to go so soon that the pod, told now, has just its own time left: no budget can keep it. */
function mustEndByNow({ nodes, claims, owners }: Picture, pod: Pod, now: number): boolean {
  const machine = nodes.get(pod.spec.nodeName ?? "")?.spec.providerID ?? "";
  const claim = claims.get(owners.get(machine) ?? "");
  const deadline = parseTimestamp(claim?.metadata.annotations?.[annotations.terminationTimestamp] ?? "");
  if (deadline === undefined) return false;
  return deadline - (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000 <= now;
}

function desiredHealthy({ spec }: PodDisruptionBudget, expected: number): number {
  const { maxUnavailable = 0 } = spec;
  const unavailable =
    typeof maxUnavailable === "number" ? maxUnavailable : Math.ceil((expected * Number.parseInt(maxUnavailable)) / 100);
  return Math.max(0, expected - unavailable);
}
