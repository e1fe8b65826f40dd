/** A plan in the format of recorded results (corpus/README.md, "result"), so that others can verify it. */
import type { Pod } from "../../src/api/index.ts";
import type { PlannedClaim, ProvisioningPlan, UnplacedPod } from "../../src/core/index.ts";
import type { RecordedClaim, RecordedDecision } from "./recorded-result.ts";

const nameOf = ({ metadata }: Pod): string => metadata.name ?? "";

export function planRecord(plan: ProvisioningPlan): RecordedDecision {
  const claims = plan.claims.map(claimRecord).sort(byPoolThenPod);
  const nodes = Map.groupBy(plan.nominations, ({ node }) => node);
  const errors = plan.unplaced.filter(({ reasons }) => reasons.every(({ layer, code }) => !isIgnored(layer, code)));
  return {
    newNodeClaims: claims,
    existingNodes: [...nodes]
      .map(([node, nominations]) => ({ node, pods: nominations.map(({ pod }) => nameOf(pod)).sort() }))
      .sort((a, b) => (a.node < b.node ? -1 : 1)),
    errors: textsOf(errors),
    ignored: textsOf(plan.unplaced.filter((each) => !errors.includes(each))),
    poolErrors: (plan.excludedPools ?? []).map(({ pool, cause }) => `${pool.key.name}: ${poolErrors[cause]}`).sort(),
    stats: {
      scheduled: placedIn(plan),
      newNodeClaims: claims.length,
      totalCheapestPrice: plan.pricePerHour,
    },
  };
}

const textsOf = (unplaced: readonly UnplacedPod[]): Readonly<Record<string, string>> =>
  Object.fromEntries(unplaced.map(({ pod, reasons }) => [nameOf(pod), reasons.map(({ text }) => text).join("; ")]));

/** Texts of the event NoCompatibleInstanceTypes (scheduling 8.2). */
const noTypes = "NodePool requirements filtered out all compatible available instance types";
const poolErrors = { requirements: noTypes, "min-values": `${noTypes} due to minValues incompatibility` } as const;

export const placedIn = ({ claims, nominations }: ProvisioningPlan): number =>
  claims.reduce((sum, { pods }) => sum + pods.length, nominations.length);

/** Refused before the loop (scheduling 1.3): the recordings list such pods apart. */
const isIgnored = (layer: string, code: string): boolean => layer === "pod" && code !== "resource-claims";

function claimRecord({ poolKey, pods, instanceTypes, claim, cheapest }: PlannedClaim): RecordedClaim {
  const types = "node.kubernetes.io/instance-type";
  return {
    nodePool: poolKey.name,
    pods: pods.map(nameOf).sort(),
    instanceTypes,
    requirements: claim.spec.requirements.flatMap((requirement) => {
      if (requirement.key !== types) return [requirement];
      return requirement.minValues === undefined ? [] : [{ ...requirement, values: [] }];
    }),
    labels: claim.metadata.labels ?? {},
    requests: Object.fromEntries(
      Object.entries(claim.spec.resources?.requests ?? {}).map(([name, amount]) => [name, String(amount)]),
    ),
    cheapestPrice: cheapest.price,
    cheapestOffering: cheapest,
  };
}

const byPoolThenPod = (a: RecordedClaim, b: RecordedClaim): number =>
  compare(a.nodePool, b.nodePool) || compare(a.pods[0] ?? "", b.pods[0] ?? "");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
