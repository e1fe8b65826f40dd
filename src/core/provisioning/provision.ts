import type { Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { classifying, type PodClass } from "../pods/pod-class.ts";
import { podRefusal } from "../pods/validation.ts";
import { ownerLabelsOf } from "../cluster/views.ts";
import { noStorageRules } from "../pods/volumes.ts";
import { withSpreadDefaults } from "../default-constraints/apply-defaults.ts";
import { piecesPerYield, type Resumable } from "../resumable.ts";
import { buildSession } from "./build-session.ts";
import { standingBeside, standingSelectorKeys } from "./build-topology.ts";
import { asksForResourceClaims } from "./daemons.ts";
import { pendingByZone } from "./effective-zone.ts";
import { finaliseClaim } from "./finalise.ts";
import { loopPods } from "./loop-pods.ts";
import { noPoolsReason } from "./no-pools.ts";
import { type ProvisioningOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import type { Nomination, PlannedClaim, ProvisioningPlan, Reason, UnplacedPod } from "./plan.ts";
import { poolClause, poolRefusal } from "./refusals.ts";
import { type Session, waiting } from "./session.ts";
import { solve } from "./solve.ts";
import { widenClaims } from "./widen-claims.ts";
import type { Workload } from "./workload.ts";

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

function* planning(snapshot: ClusterSnapshot, options: ResolvedOptions): Resumable<ProvisioningPlan> {
  const found = yield* loopPods(snapshot, options);
  const pods = withSpreadDefaults(found, options.spreadDefaults);
  const standing = yield* standingBeside(snapshot, noPods);
  const { classes } = yield* classifying(pods, standingSelectorKeys(standing));
  const { accepted, refused } = yield* validated(classes, snapshot, options);
  const isLeaving = snapshot.nodes.some(({ markedForDeletion }) => markedForDeletion);
  const session = yield* buildSession(snapshot, {
    classes: accepted,
    standing: isLeaving ? yield* standingBeside(snapshot, podsOf(accepted, { pods, found })) : standing,
    options,
  });
  const zones = options.countZones ? { pendingByZone: pendingByZone(session) } : {};
  const hasPools = session.pools.length + session.excluded.length > 0;
  const attempted = !hasPools || (yield* within(solve(session), options.workBudget));
  yield* widenClaims(session);
  const { claims, given } = yield* finalised(session);
  const left = yield* leftOver(session, attempted);
  return {
    snapshotVersion: snapshot.version,
    claims,
    nominations: yield* nominationsOf(session),
    unplaced: [refused, given, left].flat(),
    ...excludedPools(session),
    ...zones,
    pricePerHour: claims.reduce((sum, { cheapest }) => sum + cheapest.price, 0),
    work: session.work,
  };
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

/** Claims of the plan, and pods of those that must be given up. */
function* finalised(session: Session): Resumable<{ readonly claims: PlannedClaim[]; readonly given: UnplacedPod[] }> {
  const claims: PlannedClaim[] = [];
  const given: UnplacedPod[] = [];
  for (const claim of session.claims) {
    const final = finaliseClaim(session, claim);
    if (final.ok) claims.push(final.planned);
    else {
      const reason: Reason = { layer: "instance-types", code: "min-values", text: final.text };
      for (const pod of claimPods(claim)) given.push(unplacedPod(pod, [reason]));
    }
    yield claimUnits;
  }
  return { claims, given };
}

/** Making a claim ready takes some twenty microseconds. */
const claimUnits = 10;

function excludedPools({ excluded }: Session): Pick<ProvisioningPlan, "excludedPools"> {
  if (excluded.length === 0) return {};
  return { excludedPools: excluded.map(({ view, excluded: cause = "requirements" }) => ({ pool: view, cause })) };
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

const failedToSchedule = (text: string): string => `Failed to schedule pod, ${text}`;

const unplacedPod = (
  pod: Pod,
  reasons: readonly Reason[],
  clauses: readonly string[] = reasons.map(({ text }) => text),
): UnplacedPod => ({ pod, reasons, message: failedToSchedule(clauses.join("; ")) });

const claimPods = (claim: Session["claims"][number]): readonly Pod[] =>
  claim.contents.flatMap(({ workload, from, count }) => workload.pods.slice(from, from + count));

function* nominationsOf(session: Session): Resumable<readonly Nomination[]> {
  const nominations: Nomination[] = [];
  for (const { node, workload, from, count } of session.nominated) {
    for (let i = from; i < from + count; i++) {
      const pod = workload.pods[i];
      if (pod !== undefined) nominations.push({ pod, node });
    }
    yield 1 + (count >> 4);
  }
  return nominations;
}

function* leftOver(session: Session, attempted: boolean): Resumable<readonly UnplacedPod[]> {
  const left: UnplacedPod[] = [];
  for (const workload of session.workloads) {
    if (waiting(session, workload) === 0) continue;
    const pods = workload.pods.slice(session.placed[workload.index] ?? 0);
    if (!attempted) {
      for (const pod of pods) left.push({ pod, reasons: [notAttempted], message: "" });
      continue;
    }
    const { reasons, clauses } = session.pools.length === 0 ? noRefusals : refusalsOf(session, workload);
    for (const pod of pods) {
      left.push(session.pools.length === 0 ? poolless(session, pod) : unplacedPod(pod, reasons, clauses));
    }
    yield claimUnits;
  }
  return left;
}

/** Neither a failure nor an event: the next pass goes on with them (scheduling 4.10, 11.3 item 29). */
const notAttempted: Reason = {
  layer: "budget",
  code: "not-attempted",
  text: "the pass used up its work budget before it came to this pod; the next pass will",
};

const noRefusals = Object.freeze({ reasons: [], clauses: [] });

/** Without any pool a decision, but no event (scheduling 1.7). */
const poolless = (session: Session, pod: Pod): UnplacedPod =>
  session.excluded.length === 0
    ? { pod, reasons: [noPoolsReason(session.snapshot)], message: "" }
    : unplacedPod(pod, [noTypes]);

/** One reason for each pool, about the pod with everything relaxed (scheduling 4.3). */
function refusalsOf(session: Session, workload: Workload) {
  const stage = workload.stages.at(-1);
  if (stage === undefined) return noRefusals;
  const told = session.pools
    .filter(({ quiet }) => quiet !== true)
    .map((pool) => {
      const reason = poolRefusal(session, pool, { workload, stage });
      return { reason, clause: poolClause(pool, reason) };
    });
  return { reasons: told.map(({ reason }) => reason), clauses: told.map(({ clause }) => clause) };
}

const noTypes: Reason = {
  layer: "pool",
  code: "excluded",
  text: "nodepool requirements filtered out all available instance types",
};
