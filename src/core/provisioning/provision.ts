import type { Pod } from "../../api/index.ts";
import { withNominatedPods } from "../cluster/nominated-pods.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { classifying, type PodClass } from "../pods/pod-class.ts";
import { podRefusal } from "../pods/validation.ts";
import { ownerLabelsOf } from "../cluster/views.ts";
import { noStorageRules } from "../pods/volumes.ts";
import { withSpreadDefaults } from "../default-constraints/apply-defaults.ts";
import { piecesPerYield, type Resumable } from "../resumable.ts";
import { placeCompatibly } from "../compatible/place-compatibly.ts";
import { buildSession } from "./build-session.ts";
import { standingBeside, standingSelectorKeys } from "./build-topology.ts";
import { asksForResourceClaims } from "./daemons.ts";
import { pendingByZone } from "./effective-zone.ts";
import { betterOf, deservesCandidate } from "./candidates.ts";
import { failedToSchedule, leftOver, unplacedPod } from "./left-over.ts";
import { loopPods } from "./loop-pods.ts";
import { type ProvisioningOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { planOf } from "./plan-of.ts";
import type { ProvisioningPlan, Reason, UnplacedPod } from "./plan.ts";
import { keepHeld } from "./release.ts";
import type { Session } from "./session.ts";
import { solve } from "./solve.ts";
import { widenClaims } from "./widen-claims.ts";

/** A solve that can be paused between any two steps. Where it pauses does not change the plan. */
export interface Provisioner {
  /** Works for about `workUnits` units (a unit is some microseconds). */
  step(workUnits: number): "more" | "done";
  /** The plan; only once `step` said `done`. */
  plan(): ProvisioningPlan;
}

/** Makes the plan in one go. Pure: equal snapshots and options give equal plans. */
export function provision(snapshot: ClusterSnapshot, options: ProvisioningOptions = {}): ProvisioningPlan {
  const provisioner = createProvisioner(snapshot, options);
  while (provisioner.step(Number.MAX_SAFE_INTEGER) === "more");
  return provisioner.plan();
}

export function createProvisioner(snapshot: ClusterSnapshot, options: ProvisioningOptions = {}): Provisioner {
  let finished: ProvisioningPlan | undefined;
  const run = planning(snapshot, resolveOptions(options));
  return {
    step(workUnits) {
      let done = 0;
      while (finished === undefined && done < workUnits) {
        const next = run.next();
        if (next.done === true) finished = next.value;
        else done += next.value;
      }
      return finished === undefined ? "more" : "done";
    },
    plan() {
      if (finished === undefined) throw new Error("the plan was asked for before step() said done");
      return finished;
    },
  };
}

function* planning(given: ClusterSnapshot, options: ResolvedOptions): Resumable<ProvisioningPlan> {
  // The reference plans the room that was promised to others a second time (scheduling 1.1).
  const snapshot = options.policy === "compatible" ? given : withNominatedPods(given, options.expected);
  const found = yield* loopPods(snapshot, options);
  const pods = withSpreadDefaults(found, options.spreadDefaults);
  const standing = yield* standingBeside(snapshot, noPods);
  const { classes } = yield* classifying(pods, standingSelectorKeys(standing));
  const { accepted, refused } = yield* validated(classes, snapshot, options);
  const isLeaving = snapshot.nodes.some(({ markedForDeletion }) => markedForDeletion);
  const beside = isLeaving ? yield* standingBeside(snapshot, podsOf(accepted, { pods, found })) : standing;
  const session = yield* buildSession(snapshot, { classes: accepted, standing: beside, options });
  const zones = options.countZones ? { pendingByZone: pendingByZone(session) } : {};
  if (options.policy === "compatible") {
    const left = yield* placeCompatibly(session);
    return { ...(yield* planOf(session, [...refused, ...left])), ...zones };
  }
  const hasPools = session.pools.length + session.excluded.length > 0;
  const attempted = !hasPools || (yield* within(solve(session), options.workBudget));
  yield* keepHeld(session);
  yield* widenClaims(session);
  const plan = yield* planOf(session, [...refused, ...(yield* leftOver(session, attempted))]);
  if (!attempted || !deservesCandidate(session, plan)) return { ...plan, ...zones };
  const layOut = (some: readonly PodClass[]): Resumable<Session> =>
    buildSession(snapshot, { classes: some, standing: beside, options });
  return { ...(yield* betterOf(plan, { session, refused, accepted, layOut })), ...zones };
}

const noPods: ReadonlySet<Pod> = new Set();

/** Pods of the classes as they stand in the snapshot: `found` in the order of `pods`. */
function podsOf(
  classes: readonly PodClass[],
  all: { readonly pods: readonly Pod[]; readonly found: readonly Pod[] },
): ReadonlySet<Pod> {
  const planned = classes.flatMap(({ pods }) => pods);
  if (all.pods === all.found) return new Set(planned);
  const originals = new Map(all.pods.map((pod, i) => [pod, all.found[i] ?? pod]));
  return new Set(planned.map((pod) => originals.get(pod) ?? pod));
}

/** Runs until the work is done or the budget is used up; whether it is done. */
function* within(work: Resumable<void>, budget: number): Resumable<boolean> {
  for (let spent = 0; spent < budget; ) {
    const next = work.next();
    if (next.done === true) return true;
    spent += next.value;
    yield next.value;
  }
  return false;
}

/** Refusal is a matter of the class: equal pods are refused alike (scheduling 1.3). */
function* validated(
  classes: readonly PodClass[],
  snapshot: ClusterSnapshot,
  options: ResolvedOptions,
): Resumable<{ readonly accepted: readonly PodClass[]; readonly refused: readonly UnplacedPod[] }> {
  const accepted: PodClass[] = [];
  const refused: UnplacedPod[] = [];
  const storage = options.storageRules ?? noStorageRules;
  const ownerLabels = ownerLabelsOf(snapshot.pools);
  for (const podClass of classes) {
    const { example, pods } = podClass;
    const refusal = podRefusal(example, { objects: snapshot, storage, ownerLabels });
    if (refusal !== undefined) {
      const message = refusal.quiet ? "" : failedToSchedule(refusal.text);
      for (const pod of pods) refused.push({ pod, reasons: refusal.reasons, message });
    } else if (asksForResourceClaims(example)) {
      for (const pod of pods) refused.push(unplacedPod(pod, [resourceClaims]));
    } else accepted.push(podClass);
    if (podClass.index % piecesPerYield === 0) yield piecesPerYield;
  }
  return { accepted, refused };
}

const resourceClaims: Reason = {
  layer: "pod",
  code: "resource-claims",
  text: "pod has Dynamic Resource Allocation requirements that are not yet supported by Karpenter",
};
