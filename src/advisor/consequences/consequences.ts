/** What findings cost or risk, by asking the engine: once as the input stands, once as it would be (product 5). */
import type { KubeObject } from "../../api/index.ts";
import { keyText, type ProvisioningPlan } from "../../core/index.ts";
import { hoursPerMonth } from "../../studies/index.ts";
import { nameText } from "../model/place.ts";
import type { Finding } from "../model/rule.ts";
import type { CapacityWhatIf, ObjectsWhatIf } from "../model/what-if.ts";
import { createForesight, type Foresight, type Foretelling } from "./foresight.ts";
import { pendingOf } from "./pending.ts";

export interface Foretold {
  readonly findings: readonly Finding[];
  /** Questions that were left out, since the pods to plan for them were too many. */
  readonly unasked: number;
}

/** Pods that are planned for at most, over all questions: a bound of work, so that the answer does not hang on the machine. */
const mostPods = 200_000;

/** The same findings in the same order; those that the engine can tell of say what they cost or risk. */
export function withConsequences(findings: readonly Finding[], input: Foretelling, work: number = mostPods): Foretold {
  const foresight = createForesight(input);
  const base = foresight.plan();
  let left = work - base.pods;
  let unasked = 0;
  const told = findings.map((finding) => {
    const { whatIf } = finding;
    if (whatIf === undefined) return withPending(finding, base.plan);
    if (left < base.pods) {
      unasked += 1;
      return finding;
    }
    left -= base.pods;
    return {
      ...finding,
      ...(whatIf.kind === "objects" ? costOf(whatIf, foresight, base.plan) : riskOf(whatIf, foresight, base.plan)),
    };
  });
  return { findings: told, unasked };
}

type Consequence = Pick<Finding, "costPerMonth" | "consequence">;

function costOf({ entry, object, subject }: ObjectsWhatIf, foresight: Foresight, base: ProvisioningPlan): Consequence {
  const { plan } = foresight.plan((each: KubeObject) =>
    each === entry.object || isSame(each, object) ? object : each,
  );
  // A plan that leaves pods over is cheaper for a bad reason.
  if (plan.unplaced.length > base.unplaced.length) return {};
  const perMonth = Number(((base.pricePerHour - plan.pricePerHour) * hoursPerMonth).toFixed(2));
  const nodes = base.claims.length - plan.claims.length;
  if (perMonth <= 0) return { costPerMonth: 0, consequence: `${subject} costs nothing as the input stands` };
  const kept = nodes > 0 ? `keeps ${nodes} ${nodes === 1 ? "node" : "nodes"}, ` : "costs ";
  return { costPerMonth: perMonth, consequence: `${subject} ${kept}${dollars(perMonth)} a month` };
}

const isSame = (one: KubeObject, other: KubeObject): boolean =>
  one.kind === other.kind &&
  one.metadata.name === other.metadata.name &&
  (one.metadata.namespace ?? "default") === (other.metadata.namespace ?? "default");

/** First the type that most of its machines are of, then all of them: one market is more likely to be empty than every. */
function riskOf(whatIf: CapacityWhatIf, foresight: Foresight, base: ProvisioningPlan): Consequence {
  const [busiest] = whatIf.types ?? busiestType(whatIf, base);
  if (busiest === undefined) return {};
  for (const { types, subject } of [
    { types: [busiest], subject: `${whatIf.capacityType} of ${busiest}` },
    { types: undefined, subject: whatIf.subject },
  ]) {
    const { plan } = foresight.plan(undefined, {
      ...whatIf,
      ...(types === undefined ? { types: undefined } : { types }),
    });
    const pending = plan.unplaced.length - base.unplaced.length;
    if (pending > 0)
      return {
        consequence: `when ${subject} runs out, ${pending} ${pending === 1 ? "pod stays" : "pods stay"} pending`,
      };
    const more = Number(((plan.pricePerHour - base.pricePerHour) * hoursPerMonth).toFixed(2));
    if (types === undefined && more > 0)
      return { consequence: `when ${subject} runs out, the same pods cost ${dollars(more)} a month more` };
  }
  return {};
}

function busiestType({ pool, capacityType }: CapacityWhatIf, { claims }: ProvisioningPlan): readonly string[] {
  const counts = new Map<string, number>();
  for (const { poolKey, cheapest } of claims) {
    if (keyText(poolKey) !== keyText(pool) || cheapest.capacityType !== capacityType) continue;
    counts.set(cheapest.instanceType, (counts.get(cheapest.instanceType) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
}

/** A finding about a workload whose pods find no place says how many. */
function withPending(finding: Finding, { unplaced }: ProvisioningPlan): Finding {
  if (!strandingRules.has(finding.rule)) return finding;
  const pending = pendingOf(finding.place.object, unplaced);
  if (pending === 0) return finding;
  const pods = `${pending} ${pending === 1 ? "pod" : "pods"} of ${nameText(finding.place.object)}`;
  return { ...finding, consequence: `${pods} ${pending === 1 ? "stays" : "stay"} pending` };
}

/** Rules that say why pods stay pending. */
const strandingRules: ReadonlySet<string> = new Set(["KBP304", "KBP306", "KBP505", "KBP506", "KBP507"]);

const dollars = (amount: number): string => `${amount.toFixed(2)} $`;
