import { labels as labelKeys, type Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { classifying, type PodClass } from "../pods/pod-class.ts";
import { podRefusal } from "../pods/validation.ts";
import { ownerLabelsOf } from "../cluster/views.ts";
import { noStorageRules } from "../pods/volumes.ts";
import { withSpreadDefaults } from "../default-constraints/apply-defaults.ts";
import { piecesPerYield, type Resumable } from "../resumable.ts";
import { placeAsCandidate, placeCompatibly } from "../compatible/place-compatibly.ts";
import { buildSession, startSession } from "./build-session.ts";
import { standingBeside, standingSelectorKeys } from "./build-topology.ts";
import { asksForResourceClaims } from "./daemons.ts";
import { pendingByZone } from "./effective-zone.ts";
import { isEven } from "./evenness.ts";
import { fillClaims } from "./fill-claims.ts";
import { finaliseClaim } from "./finalise.ts";
import { failedToSchedule, leftOver, unplacedPod } from "./left-over.ts";
import { loopPods } from "./loop-pods.ts";
import { priceTolerance } from "./machine-options.ts";
import { type ProvisioningOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import type { Nomination, PlannedClaim, ProvisioningPlan, Reason, UnplacedPod } from "./plan.ts";
import type { Session } from "./session.ts";
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
  const beside = isLeaving ? yield* standingBeside(snapshot, podsOf(accepted, { pods, found })) : standing;
  const session = yield* buildSession(snapshot, { classes: accepted, standing: beside, options });
  const zones = options.countZones ? { pendingByZone: pendingByZone(session) } : {};
  if (options.policy === "compatible") {
    const left = yield* placeCompatibly(session);
    return { ...(yield* planOf(session, [...refused, ...left])), ...zones };
  }
  const hasPools = session.pools.length + session.excluded.length > 0;
  const attempted = !hasPools || (yield* within(solve(session), options.workBudget));
  yield* widenClaims(session);
  const plan = yield* planOf(session, [...refused, ...(yield* leftOver(session, attempted))]);
  if (!attempted || !deservesCandidate(session, plan)) return { ...plan, ...zones };
  const layOut = (some: readonly PodClass[]): Resumable<Session> =>
    buildSession(snapshot, { classes: some, standing: beside, options });
  return { ...(yield* betterOf(plan, { session, refused, accepted, layOut })), ...zones };
}

const podsIn = ({ workloads }: Session): number => workloads.reduce((sum, { pods }) => sum + pods.length, 0);

/**
 * Above so many pods, or beside so many nodes, the reference's own plan is no candidate any more: it looks at every node for
 * every pod, and would take longer than everything else.
 */
const mostCandidatePods = 5000;
const mostCandidateNodes = 1000;

/**
 * A plan that buys nothing and leaves nobody cannot be bettered. Where pods must spread over several keys at once, one that
 * fills domains unevenly for a lower price may leave the pods of later passes without a place.
 */
function deservesCandidate(session: Session, { claims, unplaced }: ProvisioningPlan): boolean {
  if (claims.length + unplaced.length === 0) return false;
  if (podsIn(session) > mostCandidatePods || session.nodes.slots.length > mostCandidateNodes) return false;
  return unplaced.length > 0 || !session.workloads.some(spreadsOverSeveralKeys);
}

const spreadsOverDomains = ({ stages: [first] }: Workload): boolean =>
  first?.topology.owned.some(({ term }) => term.kind === "spread" && term.key !== labelKeys.hostname) === true;

function spreadsOverSeveralKeys({ stages: [first] }: Workload): boolean {
  const spreads = first?.topology.owned.filter(({ term }) => term.kind === "spread" && term.key !== labelKeys.hostname);
  return new Set(spreads?.map(({ term }) => term.key)).size > 1;
}

/**
 * The plan, or what the reference would do where that places more pods or costs less: switching from it never costs money
 * (ADR 4). Most often it is given up half-way, as soon as it costs more.
 */
function* betterOf(plan: ProvisioningPlan, from: Basis): Resumable<ProvisioningPlan> {
  const { options } = from.session;
  const holds = isEven(from.session);
  const most = holds && plan.unplaced.length === from.refused.length ? costOf(plan, options) : Infinity;
  const reference = yield* candidate(from, { most, cheapestTies: false });
  const best = reference === undefined ? plan : yield* unlessBeaten(plan, reference, { ...from, holds });
  if (!from.session.workloads.some(spreadsOverDomains)) return best;
  const bound = best.unplaced.length === from.refused.length ? costOf(best, options) : Infinity;
  const other = yield* candidate(from, { most: bound, cheapestTies: true });
  return other !== undefined && placesAll(other, best) && isBetter(other, best, options) ? other : best;
}

/** The reference's plan, if it costs no more than `most` and holds. */
function* candidate(
  { session: first, refused }: Basis,
  rules: { readonly most: number; readonly cheapestTies: boolean },
): Resumable<ProvisioningPlan | undefined> {
  const session = yield* startSession(first.layout, { ...first.options, policy: "compatible" });
  const left = yield* placeAsCandidate(session, rules);
  return left === undefined ? undefined : yield* planOf(session, [...refused, ...left]);
}

function* unlessBeaten(
  plan: ProvisioningPlan,
  reference: ProvisioningPlan,
  from: Basis & { readonly holds: boolean },
): Resumable<ProvisioningPlan> {
  const { options } = from.session;
  if (from.holds && placesAll(plan, reference)) return isBetter(reference, plan, options) ? reference : plan;
  const superset = yield* placingFirst(reference, from);
  if (superset === undefined || !placesAll(superset, reference)) return reference;
  return isBetter(reference, superset, options) ? reference : superset;
}

interface Basis {
  /** Of the plan. */
  readonly session: Session;
  readonly refused: readonly UnplacedPod[];
  readonly accepted: readonly PodClass[];
  readonly layOut: (classes: readonly PodClass[]) => Resumable<Session>;
}

/** Whether the plan leaves no pod that the other places. */
function placesAll({ unplaced }: ProvisioningPlan, other: ProvisioningPlan): boolean {
  const left = new Set(other.unplaced.map(({ pod }) => pod));
  return unplaced.every(({ pod }) => left.has(pod));
}

/** Where limits keep pods out: those that the reference would place come first, the others get what is left. */
function* placingFirst(
  reference: ProvisioningPlan,
  { refused, accepted, layOut }: Basis,
): Resumable<ProvisioningPlan | undefined> {
  const behind = new Set(reference.unplaced.map(({ pod }) => pod));
  const part = (isWanted: (pod: Pod) => boolean): readonly PodClass[] =>
    accepted.flatMap((each) => {
      const pods = each.pods.filter(isWanted);
      return pods.length === 0 ? [] : [{ ...each, pods }];
    });
  const session = yield* layOut([...part((pod) => !behind.has(pod)), ...part((pod) => behind.has(pod))]);
  const isFirst = ({ pods: [pod] }: Workload): boolean => pod !== undefined && !behind.has(pod);
  const others = session.workloads.filter((workload) => !isFirst(workload));
  yield* solve(session, session.workloads.filter(isFirst));
  yield* fillClaims(session, others);
  yield* solve(session, others);
  yield* widenClaims(session);
  return isEven(session) ? yield* planOf(session, [...refused, ...(yield* leftOver(session, true))]) : undefined;
}

const costOf = ({ pricePerHour, claims }: ProvisioningPlan, { nodeChargePerHour }: ResolvedOptions): number =>
  pricePerHour + claims.length * nodeChargePerHour;

function isBetter(candidate: ProvisioningPlan, plan: ProvisioningPlan, options: ResolvedOptions): boolean {
  const [left, leftNow] = [candidate.unplaced.length, plan.unplaced.length];
  return left < leftNow || (left === leftNow && costOf(candidate, options) < costOf(plan, options) - priceTolerance);
}

/** Claims finished, with the pods that were left before. */
function* planOf(session: Session, left: readonly UnplacedPod[]): Resumable<ProvisioningPlan> {
  const { claims, given } = yield* finalised(session);
  return {
    snapshotVersion: session.snapshot.version,
    claims,
    nominations: yield* nominationsOf(session),
    unplaced: [...left, ...given],
    ...excludedPools(session),
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
