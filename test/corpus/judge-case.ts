/** One recorded case: our plan beside the reference's outcomes, with every difference and its class. */
import { provision, type ProvisioningPlan } from "../../src/core/index.ts";
import { verifyPlan } from "../oracle/verify-plan.ts";
import { exactDifferences } from "./exact-match.ts";
import { obstaclesIn } from "./obstacles.ts";
import { placedIn, planRecord } from "./plan-record.ts";
import { type ReadCase, readCase } from "./read-case.ts";
import { recordedPlan } from "./recorded-plan.ts";
import { toldApart } from "./told-apart.ts";
import {
  decisionsOf,
  everPlaced,
  outcomesOf,
  type RecordedDecision,
  type RecordedResult,
  type Recording,
  stableDecision,
} from "./recorded-result.ts";

export type CaseClass = "better" | "equal" | "intended" | "worse";

export interface Difference {
  readonly class: CaseClass;
  readonly text: string;
  /** What the difference rests on, where it is intended. */
  readonly section?: string;
}

/** The fields of product 4.2, in that order. */
export interface CaseLine {
  readonly schema: "corpus-case/1";
  readonly name: string;
  readonly class: CaseClass;
  readonly valid: boolean;
  readonly placed: number;
  readonly unplaced: number;
  readonly referencePlaced: number;
  /** USD an hour, without any charge for machines. */
  readonly price: number;
  readonly referencePrice: number;
  readonly referenceMin: number;
  readonly referenceMax: number;
  readonly nodes: number;
  readonly referenceNodes: number;
  readonly milliseconds: number;
  readonly differences: readonly Difference[];
  /** More pods are placed than in any recorded outcome: prices cannot be compared. */
  readonly apart: boolean;
  /** False where every decision recorded in full breaks a rule: its price is none that anyone could pay. */
  readonly referenceHolds: boolean;
  /** Pods that some recorded outcome places and this plan does not, whatever the reason. */
  readonly missingPods: number;
  /** Whether `compatible` gives the recorded decision; absent where the reference is not of one mind itself. */
  readonly exact?: boolean;
}

export interface JudgeOptions {
  readonly catalogues: string;
  readonly policy: "cheapest" | "compatible";
  readonly nodeCharge: number;
}

export interface Judgement {
  readonly line: CaseLine;
  readonly plan: ProvisioningPlan;
  readonly input: ReadCase;
}

/** Prices closer than this are equal; catalogue prices have at most six decimals. */
export const priceTolerance = 1e-7;

export function judgeCase(recording: Recording, options: JudgeOptions): Judgement {
  const input = readCase(options.catalogues, recording.case);
  const started = performance.now();
  const plan = provision(input.snapshot, {
    ...input.options,
    policy: options.policy,
    nodeChargePerHour: options.nodeCharge,
  });
  const milliseconds = performance.now() - started;
  const { result } = recording;
  const faults = verifyPlan(input.snapshot, plan, input.options);
  const outcomes = outcomesOf(result);
  const missing = missingPods(plan, result);
  const placed = placedIn(plan);
  const referencePlaced = Math.max(...outcomes.map((outcome) => outcome.placed));
  const apart = placed > referencePlaced;
  const differences: readonly Difference[] = [
    ...faults.map((text): Difference => ({ class: "worse", text: `not valid: ${text}` })),
    ...missing.map((pod) => missingDifference(input, pod, result)),
    ...(apart ? [morePlaced(placed, referencePlaced)] : priceDifferences(input, plan, result)),
    ...errorDifferences(plan, result),
    ...toldApart(plan, recording.case, result).map((text): Difference => ({ class: "worse", text })),
  ];
  const prices = outcomes.map(({ price }) => price);
  return {
    plan,
    input,
    line: {
      schema: "corpus-case/1",
      name: recording.case.name,
      class: worstOf(differences),
      valid: faults.length === 0,
      placed,
      unplaced: plan.unplaced.length,
      referencePlaced,
      price: plan.pricePerHour,
      referencePrice: result.stats.totalCheapestPrice,
      referenceMin: Math.min(...prices),
      referenceMax: Math.max(...prices),
      nodes: plan.claims.length,
      referenceNodes: result.stats.newNodeClaims,
      milliseconds: Math.round(milliseconds * 10) / 10,
      differences,
      apart,
      referenceHolds: firstBreach(input, result) === undefined,
      missingPods: missing.length,
      ...(result.runs?.exact === true ? { exact: isExact(input, plan, { result, options }) } : {}),
    },
  };
}

/** Always by `compatible`, whatever the case is run with. */
function isExact(
  input: ReadCase,
  plan: ProvisioningPlan,
  { result, options }: { readonly result: RecordedResult; readonly options: JudgeOptions },
): boolean {
  const compatible =
    options.policy === "compatible" ? plan : provision(input.snapshot, { ...input.options, policy: "compatible" });
  return exactDifferences(compatible, stableDecision(result), result.runs?.sameErrorText).length === 0;
}

function missingPods(plan: ProvisioningPlan, result: RecordedResult): readonly string[] {
  const wanted = everPlaced(result);
  return plan.unplaced.flatMap(({ pod: { metadata } }) =>
    wanted.has(metadata.name ?? "") ? [metadata.name ?? ""] : [],
  );
}

const notHere = "is placed by the reference and not here";

/** Unless the pod could not run where the reference puts it, in any decision that is recorded in full. */
function missingDifference({ snapshot, options }: ReadCase, pod: string, result: RecordedResult): Difference {
  const placing = decisionsOf(result).filter(({ newNodeClaims, existingNodes = [] }) =>
    [...newNodeClaims, ...existingNodes].some(({ pods }) => pods.includes(pod)),
  );
  const faults = placing.map((decision) =>
    verifyPlan(snapshot, recordedPlan(snapshot, decision), options).find((fault) => fault.includes(`${pod} `)),
  );
  const [first] = faults;
  if (first === undefined || faults.includes(undefined)) return { class: "worse", text: `${pod} ${notHere}` };
  const text = `${pod} ${notHere}, where it cannot run: ${first}`;
  return { class: "intended", text, section: sectionOf(first) };
}

const morePlaced = (placed: number, reference: number): Difference => ({
  class: "better",
  text: `${placed} pods placed, the reference places ${reference} at most`,
});

/** Of the outcomes that place as many pods as we do, where there are any. */
function priceDifferences(input: ReadCase, plan: ProvisioningPlan, result: RecordedResult): readonly Difference[] {
  const outcomes = outcomesOf(result);
  const alike = outcomes.filter(({ placed }) => placed === placedIn(plan));
  const prices = (alike.length > 0 ? alike : outcomes).map(({ price }) => price);
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  const price = plan.pricePerHour;
  const text = `${price.toFixed(4)} $/h, the reference ${least.toFixed(4)} to ${most.toFixed(4)}`;
  if (price < least - priceTolerance) return [{ class: "better", text }];
  if (price <= most + priceTolerance) return price > least + priceTolerance ? [{ class: "equal", text }] : [];
  const breach = firstBreach(input, result);
  return breach === undefined
    ? [{ class: "worse", text }]
    : [{ class: "intended", text: `${text}; ${breach.text}`, section: breach.section }];
}

/** A rule that every decision recorded in full breaks: the pods would not all run where it puts them. */
function firstBreach(
  { snapshot, options }: ReadCase,
  result: RecordedResult,
): { readonly text: string; readonly section: string } | undefined {
  const breaches = decisionsOf(result).map(
    (decision) => verifyPlan(snapshot, recordedPlan(snapshot, decision), options)[0],
  );
  const [first] = breaches;
  if (first === undefined || breaches.includes(undefined)) return undefined;
  return { text: `the reference's plan does not hold: ${first}`, section: sectionOf(first) };
}

/** The weakness of scheduling 11 behind a fault of the reference's plan. */
function sectionOf(fault: string): string {
  if (fault.includes("volume")) return "scheduling 2.9 and 11.5 item 46";
  if (fault.includes("limit")) return "scheduling 11.4 item 35";
  if (fault.includes("skew") || fault.includes("is open")) return "scheduling 11.2 item 21";
  return "scheduling 11.2";
}

/** Pods left by both must be told of the same obstacles as in some recorded decision. */
function errorDifferences(plan: ProvisioningPlan, result: RecordedResult): readonly Difference[] {
  const ours = Object.entries(planRecord(plan).errors ?? {});
  const decisions = decisionsOf(result);
  return ours.flatMap(([pod, text]): readonly Difference[] => {
    const recorded = decisions.flatMap(({ errors }: RecordedDecision) => errors?.[pod] ?? []);
    const own = obstaclesIn(text).join(", ");
    const others = [...new Set(recorded.map((each) => obstaclesIn(each).join(", ")))];
    if (recorded.length === 0 || others.includes(own)) return [];
    return [
      { class: "worse", text: `${pod} is told of ${own || "nothing"}, by the reference of ${others.join(" or ")}` },
    ];
  });
}

const ranks: readonly CaseClass[] = ["worse", "intended", "better"];

const worstOf = (differences: readonly Difference[]): CaseClass =>
  ranks.find((rank) => differences.some((difference) => difference.class === rank)) ?? "equal";
