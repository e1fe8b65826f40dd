import type { Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { type ProvisioningOptions, type ResolvedOptions, resolveOptions } from "../provisioning/options.ts";
import type { ProvisioningPlan } from "../provisioning/plan.ts";
import { provision } from "../provisioning/provision.ts";
import { podAttempts } from "./pod-changes.ts";
import { poolAttempts } from "./pool-changes.ts";
import { type Attempt, places, type Remedy } from "./remedy.ts";
import { limitAttempts, requestAttempts } from "./size-changes.ts";
import { volumeAttempts } from "./volume-changes.ts";

/**
 * Changes that would give a pending pod a place, nearest first: of the pod's tolerations, of limits, of what it selects, of
 * the company it keeps, of its volumes, of what it asks for, of what pools allow. Each is one change, verified by planning the whole snapshot again with it; so
 * take as many as are needed and no more.
 */
export function* findRemedies(
  snapshot: ClusterSnapshot,
  pod: Pod,
  options: ProvisioningOptions = {},
): Generator<Remedy, void> {
  const resolved = resolveOptions(options);
  const plan = (changed: ClusterSnapshot): ProvisioningPlan => provision(changed, shared(options, resolved));
  const found = new Set<string>();
  for (const attempts of [
    () => tolerationsFirst(podAttempts(snapshot, pod)),
    () => limitAttempts(snapshot, plan),
    () => podAttempts(snapshot, pod),
    () => volumeAttempts(snapshot, pod),
    () => requestAttempts(snapshot, pod),
    () => poolAttempts(snapshot, pod),
  ]) {
    for (const { remedy, snapshot: changed } of attempts()) {
      if (found.has(remedy.text) || !places(plan(changed), pod)) continue;
      found.add(remedy.text);
      yield { ...remedy, verified: true };
    }
  }
}

const tolerationsFirst = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.filter(({ remedy }) => remedy.kind === "add-toleration");

/** One catalogue for all plans. */
const shared = (options: ProvisioningOptions, { catalogueCache }: ResolvedOptions): ProvisioningOptions => ({
  ...options,
  catalogueCache,
});

/** The nearest change, if any single one helps. */
export function nearestRemedy(
  snapshot: ClusterSnapshot,
  pod: Pod,
  options: ProvisioningOptions = {},
): Remedy | undefined {
  for (const remedy of findRemedies(snapshot, pod, options)) return remedy;
  return undefined;
}
