import type { Pod } from "../../api/index.ts";
import type { Resumable } from "../resumable.ts";
import { finaliseClaim } from "./finalise.ts";
import { unplacedPod } from "./left-over.ts";
import type { Nomination, PlannedClaim, ProvisioningPlan, Reason, UnplacedPod } from "./plan.ts";
import type { Session } from "./session.ts";

/** Claims finished, with the pods that were left before. */
export function* planOf(session: Session, left: readonly UnplacedPod[]): Resumable<ProvisioningPlan> {
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

/** Claims of the plan, and pods of those that must be given up. */
function* finalised(session: Session): Resumable<{ readonly claims: PlannedClaim[]; readonly given: UnplacedPod[] }> {
  const claims: PlannedClaim[] = [];
  const given: UnplacedPod[] = [];
  for (const claim of session.claims) {
    if (claim.podCount === 0) continue;
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
