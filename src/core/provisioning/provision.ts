import type { Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { classifyPods, type PodClass } from "../pods/pod-class.ts";
import { podRefusal } from "../pods/validation.ts";
import { buildSession } from "./build-session.ts";
import { boundSelectorKeys } from "./build-topology.ts";
import { asksForResourceClaims } from "./daemons.ts";
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

function* planning(snapshot: ClusterSnapshot, options: ResolvedOptions): Generator<number, ProvisioningPlan> {
  const { classes } = classifyPods(loopPods(snapshot, options), boundSelectorKeys(snapshot));
  yield snapshot.pendingPods.length;
  const { accepted, refused } = validated(classes, snapshot, options);
  const session = yield* buildSession(snapshot, accepted, options);
  if (session.pools.length + session.excluded.length > 0) yield* solve(session);
  widenClaims(session);
  const claims: PlannedClaim[] = [];
  const unplaced: UnplacedPod[] = [...refused];
  for (const claim of session.claims) {
    const final = finaliseClaim(session, claim);
    if (final.ok) claims.push(final.planned);
    else
      unplaced.push(
        ...claimPods(claim).map((pod) =>
          unplacedPod(pod, [{ layer: "instance-types", code: "min-values", text: final.text }]),
        ),
      );
    yield 1;
  }
  unplaced.push(...leftOver(session));
  return {
    snapshotVersion: snapshot.version,
    claims,
    nominations: nominationsOf(session),
    unplaced,
    ...excludedPools(session),
    pricePerHour: claims.reduce((sum, { cheapest }) => sum + cheapest.price, 0),
    work: session.work,
  };
}

function excludedPools({ excluded }: Session): Pick<ProvisioningPlan, "excludedPools"> {
  if (excluded.length === 0) return {};
  return { excludedPools: excluded.map(({ view, excluded: cause = "requirements" }) => ({ pool: view, cause })) };
}

/** Refusal is a matter of the class: equal pods are refused alike (scheduling 1.3). */
function validated(classes: readonly PodClass[], snapshot: ClusterSnapshot, options: ResolvedOptions) {
  const accepted: PodClass[] = [];
  const refused: UnplacedPod[] = [];
  for (const podClass of classes) {
    const { example, pods } = podClass;
    const refusal = podRefusal(example, { objects: snapshot });
    if (refusal !== undefined) {
      const message = refusal.quiet ? "" : failedToSchedule(refusal.text);
      refused.push(...pods.map((pod) => ({ pod, reasons: refusal.reasons, message })));
    } else if (options.ignoreResourceClaims && asksForResourceClaims(example)) {
      refused.push(...pods.map((pod) => unplacedPod(pod, [resourceClaims])));
    } else accepted.push(podClass);
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

function nominationsOf(session: Session): readonly Nomination[] {
  return session.nominated.flatMap(({ node, workload, from, count }) =>
    workload.pods.slice(from, from + count).map((pod) => ({ pod, node })),
  );
}

function leftOver(session: Session): readonly UnplacedPod[] {
  return session.workloads
    .filter((workload) => waiting(session, workload) > 0)
    .flatMap((workload) => {
      const pods = workload.pods.slice(session.placed[workload.index] ?? 0);
      if (session.pools.length === 0) return pods.map((pod) => poolless(session, pod));
      const { reasons, clauses } = refusalsOf(session, workload);
      return pods.map((pod) => unplacedPod(pod, reasons, clauses));
    });
}

/** Without any pool a decision, but no event (scheduling 1.7). */
const poolless = (session: Session, pod: Pod): UnplacedPod =>
  session.excluded.length === 0
    ? { pod, reasons: [noPoolsReason(session.snapshot)], message: "" }
    : unplacedPod(pod, [noTypes]);

/** One reason for each pool, about the pod with everything relaxed (scheduling 4.3). */
function refusalsOf(session: Session, workload: Workload) {
  const stage = workload.stages.at(-1);
  if (stage === undefined) return { reasons: [], clauses: [] };
  const told = session.pools.map((pool) => {
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
