import type { Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { type ProvisioningOptions, type ResolvedOptions, resolveOptions } from "../provisioning/options.ts";
import type { ProvisioningPlan } from "../provisioning/plan.ts";
import { provision } from "../provisioning/provision.ts";
import { podAttempts } from "./pod-changes.ts";
import { poolAttempts } from "./pool-changes.ts";
import { type AttemptsFor, pairAttempts } from "./pairs.ts";
import { type Attempt, places, type Remedy } from "./remedy.ts";
import { limitAttempts, type Plan, requestAttempts } from "./size-changes.ts";
import { volumeAttempts } from "./volume-changes.ts";

/**
 * Changes that would give a pending pod a place, nearest first: of the pod's tolerations, of limits, of what it selects, of
 * the company it keeps, of its volumes, of what it asks for, of what pools allow. Each is one change, verified by planning the whole snapshot again with it; so
 * take as many as are needed and no more. Where no single one helps, the nearest two that do together.
 */
export function* findRemedies(
  snapshot: ClusterSnapshot,
  pod: Pod,
  options: ProvisioningOptions = {},
): Generator<Remedy, void> {
  const resolved = resolveOptions(options);
  const plan = (changed: ClusterSnapshot): ProvisioningPlan => provision(changed, shared(options, resolved));
  const found = new Set<string>();
  for (const attempts of attemptsBy(plan)) {
    for (const { remedy, snapshot: changed } of attempts(snapshot, pod)) {
      if (found.has(remedy.text) || !places(plan(changed), pod)) continue;
      found.add(remedy.text);
      yield { ...remedy, verified: true };
    }
  }
  if (found.size > 0) return;
  for (const { remedy, snapshot: changed } of pairAttempts(snapshot, pod, { attemptsFor: attemptsFor(plan), plan })) {
    if (!places(plan(changed), pod)) continue;
    yield { ...remedy, verified: true };
    return;
  }
}

/** Kinds of single changes, nearest first. */
const attemptsBy = (plan: Plan): readonly AttemptsFor[] => [
  (snapshot, pod) => tolerationsFirst(podAttempts(snapshot, pod)),
  (snapshot) => limitAttempts(snapshot, plan),
  podAttempts,
  volumeAttempts,
  requestAttempts,
  poolAttempts,
];

/** All of them, each once. */
const attemptsFor =
  (plan: Plan): AttemptsFor =>
  (snapshot, pod) => [
    ...new Map(
      attemptsBy(plan)
        .flatMap((attempts) => attempts(snapshot, pod))
        .map((attempt) => [attempt.remedy.text, attempt]),
    ).values(),
  ];

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
