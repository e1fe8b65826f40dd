/** Cost cases: a scheduling case with a lower bound, in a group by what its pools allow (corpus/README.md, "cost"). */
import type { NodePool, Pod } from "../../src/api/index.ts";
import { labels } from "../../src/api/index.ts";
import { allocatableOf, keyText, parseResources, type PlannedClaim, provision } from "../../src/core/index.ts";
import { lowerBound } from "../../src/bound/index.ts";
import { type CaseLine, judgeCase, type JudgeOptions, type Judgement } from "./judge-case.ts";
import { placedIn } from "./plan-record.ts";
import type { ReadCase, RecordedCase } from "./read-case.ts";
import type { Recording } from "./recorded-result.ts";

export const costGroups = [
  "amd64 on demand",
  "both architectures on demand",
  "with spot",
  "GPU and all types",
] as const;

export type CostGroup = (typeof costGroups)[number];

export interface CostLine extends CaseLine {
  readonly group: CostGroup;
  /** Lower bound, USD an hour: the recorded one, else ours. */
  readonly bound: number;
  readonly boundFrom: "recording" | "engine";
  /** Share above the bound. */
  readonly gap: number;
  /** Machines, and their price, when each is charged `defaultNodeCharge` more while they are chosen. */
  readonly chargedNodes: number;
  readonly chargedPrice: number;
  /** Claims that list fewer than 5 types (15 with spot) though the catalogue has more that hold their pods. */
  readonly narrowClaims: number;
}

/** USD an hour for each machine, beside the figures without it. */
export const defaultNodeCharge = 0.01;

export function judgeCost(recording: Recording, options: JudgeOptions): Judgement & { readonly line: CostLine } {
  const judged = judgeCase(recording, options);
  const recorded = recording.result.bound?.lpPerClass;
  const bound = recorded ?? lowerBound(judged.input.snapshot, judged.plan, judged.input.options);
  const charged = provision(judged.input.snapshot, {
    ...judged.input.options,
    policy: options.policy,
    nodeChargePerHour: defaultNodeCharge,
  });
  return {
    ...judged,
    line: {
      ...judged.line,
      class: placedIn(charged) < judged.line.placed ? "worse" : judged.line.class,
      group: groupOf(recording.case),
      bound,
      boundFrom: recorded === undefined ? "engine" : "recording",
      gap: bound > 0 ? judged.line.price / bound - 1 : 0,
      chargedNodes: charged.claims.length,
      chargedPrice: charged.pricePerHour,
      narrowClaims: judged.plan.claims.filter((claim) => isNarrow(judged.input, claim)).length,
    },
  };
}

/** Fewer types listed than asked for, though more types of its pool would hold its pods (DaemonSets aside). */
function isNarrow({ snapshot }: ReadCase, { instanceTypes, claim, poolKey }: PlannedClaim): boolean {
  const spot = claim.spec.requirements.some(
    ({ key, values }) => key === labels.capacityType && values?.includes("spot") === true,
  );
  const wanted = spot ? 15 : 5;
  if (instanceTypes.length >= wanted) return false;
  const allowed = new Map(claim.spec.requirements.map((requirement) => [requirement.key, requirement]));
  const asked = parseResources(claim.spec.resources?.requests);
  const holding = (snapshot.instanceTypes.get(keyText(poolKey)) ?? []).filter(
    (type) =>
      asked.ok &&
      Object.entries(asked.value).every(([name, amount]) => amount <= (allocatableOf(type)[name] ?? 0)) &&
      [...allowed.values()].every(
        ({ key, operator, values = [] }) =>
          key === labels.instanceType ||
          operator !== "In" ||
          type.requirements.get(key) === undefined ||
          values.some((value) => type.requirements.get(key)?.values.has(value) === true),
      ),
  );
  return instanceTypes.length < Math.min(wanted, holding.length);
}

/** By what pools allow and pods ask for, never by name. */
export function groupOf({ nodePools, pendingPods }: Pick<RecordedCase, "nodePools" | "pendingPods">): CostGroup {
  if (pendingPods.some(asksForGpu) || nodePools.some((pool) => valuesOf(pool, categoryLabel) === undefined))
    return "GPU and all types";
  const every = (key: string, value: string): boolean =>
    nodePools.every((pool) => valuesOf(pool, key)?.every((each) => each === value) === true);
  if (!every(labels.capacityType, "on-demand")) return "with spot";
  return every(labels.arch, "amd64") ? "amd64 on demand" : "both architectures on demand";
}

const categoryLabel = "karpenter.k8s.aws/instance-category";

const asksForGpu = ({ spec }: Pod): boolean =>
  spec.containers.some(({ resources }) => Object.keys(resources?.requests ?? {}).some((name) => name.endsWith("/gpu")));

const valuesOf = ({ spec }: NodePool, key: string): readonly string[] | undefined =>
  spec.template.spec.requirements?.find((requirement) => requirement.key === key && requirement.operator === "In")
    ?.values;

/** Mean gap of each group that has cases. */
export function meanGaps(
  lines: readonly CostLine[],
): readonly { readonly group: CostGroup; readonly gap: number; readonly cases: number }[] {
  return costGroups.flatMap((group) => {
    const gaps = lines.filter((line) => line.group === group).map(({ gap }) => gap);
    return gaps.length === 0
      ? []
      : [{ group, cases: gaps.length, gap: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length }];
  });
}
