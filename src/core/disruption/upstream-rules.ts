/** Upstream's judgement of a consolidation (lifecycle 3.6), for the methods that follow it to the letter. */
import type { Requirements } from "../requirements/requirement.ts";
import { labels } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import { keyText } from "../cluster/keys.ts";
import type { PlannedClaim } from "../provisioning/plan.ts";
import { intersects } from "../requirements/compatible.ts";
import { satisfiesMinValues } from "../requirements/min-values.ts";
import { labelRequirements, specRequirements } from "../requirements/requirements.ts";
import { failed, ok, type Result } from "../result.ts";
import { boundClaim, choicesOf, worstLaunchPrice } from "./admission.ts";
import type { Candidate } from "./candidate.ts";
import { type Judge, type Move, type MoveRefusal, priceOf, spotToSpotTypes } from "./evaluate.ts";
import { nominationsOf, type Simulation } from "./simulation.ts";

/** At most one new machine, every type cheaper at its worst, spot wherever spot is allowed. Yields work. */
export function* computeUpstreamMove(
  judge: Judge,
  candidates: readonly Candidate[],
): Generator<number, Result<Move, MoveRefusal>> {
  const simulation = yield* judge.simulator.run(candidates);
  const { stranded, plan } = simulation;
  if (stranded.length > 0) {
    const why = stranded[0]?.reasons[0]?.text ?? "no node takes them";
    return failed({ code: "stranded-pods", text: `not all pods would schedule: ${why}` });
  }
  const [claim, ...more] = plan.claims;
  if (claim === undefined) return ok(moveOf(candidates, [], simulation));
  if (more.length > 0) {
    const text = `it cannot be removed without creating ${plan.claims.length} nodes`;
    return failed({ code: "no-cheaper-replacement", text });
  }
  const replacement = cheaperClaim(judge, candidates, claim);
  return replacement.ok ? ok(moveOf(candidates, [replacement.value], simulation)) : replacement;
}

function moveOf(candidates: readonly Candidate[], replacements: readonly PlannedClaim[], { plan }: Simulation): Move {
  const saving = estimatedSaving(candidates, replacements);
  const podsMoved = candidates.reduce((sum, { pods }) => sum + pods.length, 0);
  return { candidates, replacements, nominations: nominationsOf(plan), saving, podsMoved, score: saving };
}

/** Source prices less the cheapest compatible offering of the first type of each claim; 0 for a claim without any. */
export function estimatedSaving(candidates: readonly Candidate[], replacements: readonly PlannedClaim[]): number {
  return (
    priceOf(candidates) -
    replacements.reduce((sum, { cheapest }) => sum + (Number.isFinite(cheapest.price) ? cheapest.price : 0), 0)
  );
}

function cheaperClaim(
  { context }: Judge,
  candidates: readonly Candidate[],
  claim: PlannedClaim,
): Result<PlannedClaim, MoveRefusal> {
  const requirements = specRequirements(claim.claim.spec.requirements);
  const mayBeSpot = claimCapacityTypes(claim, context.snapshot).has("spot");
  if (mayBeSpot && candidates.every(({ capacityType }) => capacityType === "spot"))
    return spotToSpot({ context }, candidates, claim);
  const types = typesOf(claim, context.snapshot).filter(
    (type) => worstLaunchPrice(type, requirements) < priceOf(candidates),
  );
  const kept = withTypes(claim, types, context.snapshot);
  if (!kept.ok) return kept;
  const capacityTypes = claimCapacityTypes(kept.value, context.snapshot);
  const both = capacityTypes.has("spot") && capacityTypes.has("on-demand");
  return both ? withTypes(boundToSpot(kept.value), typesOf(kept.value, context.snapshot), context.snapshot) : kept;
}

function spotToSpot(
  { context }: Pick<Judge, "context">,
  candidates: readonly Candidate[],
  claim: PlannedClaim,
): Result<PlannedClaim, MoveRefusal> {
  if (!context.settings.spotToSpot) {
    const text = "replacing spot by spot is off (feature gate SpotToSpotConsolidation)";
    return failed({ code: "spot-to-spot", text });
  }
  const spot = boundToSpot(claim);
  const requirements = specRequirements(spot.claim.spec.requirements);
  const cheaper = typesOf(spot, context.snapshot).filter(
    (type) => worstLaunchPrice(type, requirements) < priceOf(candidates),
  );
  const kept = withTypes(spot, cheaper, context.snapshot);
  if (!kept.ok || candidates.length > 1) return kept;
  const { instanceTypes } = kept.value;
  if (instanceTypes.length < spotToSpotTypes) {
    const text = `spot to spot needs ${spotToSpotTypes} cheaper instance types, there are ${instanceTypes.length}`;
    return failed({ code: "spot-to-spot", text });
  }
  const ordered = typesOf(kept.value, context.snapshot);
  const outcome = satisfiesMinValues(ordered, requirements);
  const most = Math.max(spotToSpotTypes, outcome.ok ? outcome.needed : 0);
  return withTypes(kept.value, ordered.slice(0, most), context.snapshot);
}

type Types = Parameters<typeof choicesOf>[1];

const boundToSpot = (claim: PlannedClaim): PlannedClaim => ({
  ...claim,
  claim: boundClaim(claim.claim, new Map([[labels.capacityType, ["spot"]]])),
});

const claimCapacityTypes = (claim: PlannedClaim, types: Types): ReadonlySet<string> =>
  new Set(choicesOf(claim, types).map(({ offering }) => offering.capacityType));

/** In order of the claim: cheapest first. */
function typesOf({ poolKey, instanceTypes }: PlannedClaim, types: Types): readonly InstanceType[] {
  const byName = new Map((types.instanceTypes.get(keyText(poolKey)) ?? []).map((type) => [type.name, type]));
  return instanceTypes.flatMap((name) => byName.get(name) ?? []);
}

/** The claim with these types alone, in order of their cheapest allowed offering. */
export function withTypes(
  claim: PlannedClaim,
  kept: readonly InstanceType[],
  types: Types,
): Result<PlannedClaim, MoveRefusal> {
  const requirements = specRequirements(claim.claim.spec.requirements);
  const outcome = satisfiesMinValues(kept, requirements);
  if (!outcome.ok) return failed({ code: "min-values", text: `filtering by price: ${outcome.text}` });
  const names = new Set(kept.map(({ name }) => name));
  const choices = choicesOf(claim, types)
    .filter(({ type }) => names.has(type.name))
    .sort((a, b) => a.offering.price - b.offering.price || (a.type.name < b.type.name ? -1 : 1));
  const [best] = choices;
  if (best === undefined)
    return failed({ code: "no-cheaper-replacement", text: "no cheaper machine could hold its pods" });
  const instanceTypes = [...new Set(choices.map(({ type }) => type.name))];
  const { runnerUp: _, ...rest } = claim;
  const { zone, capacityType, price } = best.offering;
  return ok({
    ...rest,
    instanceTypes,
    claim: boundClaim(claim.claim, new Map([[labels.instanceType, instanceTypes]])),
    cheapest: { instanceType: best.type.name, zone, capacityType, price },
  });
}

/**
 * Replacing {2xl, 2xl, small} by a small is deleting the two 2xl: types as dear as the cheapest that goes and could come
 * back are dropped (lifecycle 3.7, step 5).
 */
export function* withoutSameTypes(
  judge: Judge,
  move: Result<Move, MoveRefusal>,
): Generator<number, Result<Move, MoveRefusal>> {
  yield 1;
  const [claim] = move.ok ? move.value.replacements : [];
  if (!move.ok || claim === undefined) return move;
  const { candidates } = move.value;
  const { snapshot } = judge.context;
  const requirements: Requirements = specRequirements(claim.claim.spec.requirements);
  let most = Number.POSITIVE_INFINITY;
  for (const name of claim.instanceTypes) {
    const own = candidates.filter(({ instanceType }) => instanceType?.name === name);
    if (own.length > 0) most = Math.min(most, cheapestAsRemoved(own));
  }
  const types = typesOf(claim, snapshot).filter((type) => worstLaunchPrice(type, requirements) < most);
  const kept = withTypes(claim, types, snapshot);
  if (!kept.ok) return kept;
  return ok({ ...move.value, replacements: [kept.value], saving: estimatedSaving(candidates, [kept.value]) });
}

/** Cheapest offering of the type compatible with the labels of its removed nodes, available or not; 0 when there is none. */
function cheapestAsRemoved(candidates: readonly Candidate[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { node, instanceType } of candidates) {
    const own = labelRequirements(node.labels);
    for (const { requirements, price } of instanceType?.offerings ?? [])
      if (intersects(own, requirements)) least = Math.min(least, price);
  }
  return Number.isFinite(least) ? least : 0;
}
