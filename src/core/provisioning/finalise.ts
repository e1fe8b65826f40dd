import { resourcesOf } from "../catalogue/resource-space.ts";
import { satisfiesMinValues } from "../requirements/min-values.ts";
import type { Requirements } from "../requirements/requirement.ts";
import type { Claim } from "./claim.ts";
import { choicesOf } from "./claim-choices.ts";
import { minimumOverhead } from "./daemon-groups.ts";
import { buildNodeClaim } from "./node-claim.ts";
import type { PlannedClaim, PricedChoice, Reason } from "./plan.ts";
import type { Choices, PricedType } from "./priced-types.ts";
import type { Session } from "./session.ts";

/** A claim ready for the plan, or the text of why it must be given up (scheduling 6.2). */
export type FinalClaim =
  | { readonly ok: true; readonly planned: PlannedClaim }
  | { readonly ok: false; readonly text: string };

/** Price order, truncation, and the NodeClaim (scheduling 6.1, 6.2, 6.4). */
export function finaliseClaim(session: Session, claim: Claim): FinalClaim {
  const { table, options } = session;
  const choices = choicesOf(session, claim);
  const { name, hasMinValues } = claim.pool.template;
  if (hasMinValues && options.minValuesPolicy === "Strict") {
    const types = choices.ordered.flatMap(({ type }) => table.catalogue.types[type] ?? []);
    const flexibility = satisfiesMinValues(types, table.requirements(claim.set));
    if (!flexibility.ok) {
      return {
        ok: false,
        text: `pod didn’t schedule because NodePool couldn’t meet minValues requirements, validating minValues, ${flexibility.text} (NodePool=${name})`,
      };
    }
  }
  return { ok: true, planned: plannedClaim(session, claim, choices) };
}

function plannedClaim(session: Session, claim: Claim, choices: Choices): PlannedClaim {
  const { ordered, instanceTypes } = choices;
  const { table, space, options } = session;
  const { template, room } = claim.pool;
  const [first, second] = ordered;
  const cheapest = choiceOf(session, first);
  const requirements = table.requirements(claim.set);
  return {
    poolKey: template.view.key,
    pool: template.view,
    pods: claim.contents.flatMap(({ workload, from, count }) => workload.pods.slice(from, from + count)),
    claim: buildNodeClaim(
      {
        template,
        choices,
        requests: resourcesOf(space, claim.total),
        overhead: minimumOverhead(room.groups, claim.rows),
        minValuesRelaxed: template.minValuesRelaxed || isRelaxed(requirements, template.requirements),
      },
      options,
    ),
    instanceTypes,
    cheapest,
    ...(second === undefined ? {} : { runnerUp: choiceOf(session, second) }),
    reasons: [priceReason(cheapest, { types: instanceTypes.length, runnerUp: second && choiceOf(session, second) })],
  };
}

/** Some key asks for fewer values than its pool does. */
function isRelaxed(own: Requirements, pool: Requirements): boolean {
  return [...pool.values()].some(({ key, minValues }) => (own.get(key)?.minValues ?? 0) < (minValues ?? 0));
}

function choiceOf({ table }: Session, priced: PricedType | undefined): PricedChoice {
  if (priced === undefined) return noChoice;
  const offering = table.catalogue.offerings.list[priced.offering];
  const instanceType = table.catalogue.types[priced.type]?.name ?? "";
  if (offering === undefined) return { ...noChoice, instanceType };
  return { instanceType, zone: offering.zone, capacityType: offering.capacityType, price: priced.price };
}

const noChoice: PricedChoice = Object.freeze({ instanceType: "", zone: "", capacityType: "", price: Infinity });

function priceReason(
  cheapest: PricedChoice,
  others: { readonly types: number; readonly runnerUp: PricedChoice | undefined },
): Reason {
  const next =
    others.runnerUp === undefined
      ? "no other fits"
      : `next is ${others.runnerUp.instanceType} at ${priceText(others.runnerUp.price)}`;
  const what = others.types === 1 ? "the only type that holds" : `cheapest of ${others.types} types that hold`;
  return {
    layer: "price",
    code: "cheapest-for-contents",
    text: `${what} these pods, at ${priceText(cheapest.price)}; ${next}`,
    count: others.types,
  };
}

/** Types without a price are offered at Infinity (spec: aws 2.7). */
const priceText = (dollarsPerHour: number): string =>
  Number.isFinite(dollarsPerHour) ? `${dollarsPerHour} USD an hour` : "an unknown price";
