/**
 * Where pods stand that must spread over three keys at once. A plan that fills such domains otherwise for a lower price may
 * leave the pods of later passes without a place (scheduling I154).
 */
import { labels as labelKeys } from "../../api/index.ts";
import type { PlannedClaim, ProvisioningPlan } from "./plan.ts";
import type { Session } from "./session.ts";
import type { Workload } from "./workload.ts";

/**
 * Whether the other plan may stand in for this one: none of the pods' like stand yet, or it buys machines for such pods only
 * where this one does too, for no more of them. What fits nodes that stand is bound there whatever is planned.
 */
export function keepsDomains(
  other: ProvisioningPlan,
  plan: ProvisioningPlan,
  { workloads, snapshot }: Session,
): boolean {
  const spread = workloads.filter((workload) => requiredKeys(workload).size > 2);
  if (spread.length === 0) return true;
  const groups = spread.flatMap(({ stages: [first] }) => first?.topology.owned ?? []);
  if (!snapshot.nodes.some(({ pods }) => pods.some((pod) => groups.some((group) => group.matches(pod))))) return true;
  const [ours, theirs] = [countsOf(plan, spread), countsOf(other, spread)];
  return [...theirs].every(([domain, count]) => count <= (ours.get(domain) ?? 0));
}

function requiredKeys({ stages: [first] }: Workload): ReadonlySet<string> {
  const spreads = first?.topology.owned.filter(({ term }) => term.kind === "spread" && term.required) ?? [];
  return new Set(spreads.map(({ term }) => term.key));
}

/** Such pods on new machines, by their domains of all keys together. */
function countsOf({ claims }: ProvisioningPlan, spread: readonly Workload[]): ReadonlyMap<string, number> {
  const pods = new Set(spread.flatMap((workload) => workload.pods));
  const keys = [...new Set(spread.flatMap((workload) => [...requiredKeys(workload)]))].filter(
    (key) => key !== labelKeys.hostname,
  );
  const counts = new Map<string, number>();
  for (const planned of claims) {
    const own = planned.pods.filter((pod) => pods.has(pod)).length;
    const domain = JSON.stringify(keys.map((key) => domainOf(planned, key)));
    if (own > 0) counts.set(domain, (counts.get(domain) ?? 0) + own);
  }
  return counts;
}

function domainOf({ claim: { metadata, spec } }: PlannedClaim, key: string): readonly string[] {
  const label = metadata.labels?.[key];
  if (label !== undefined) return [label];
  return (
    spec.requirements.find((requirement) => requirement.key === key && requirement.operator === "In")?.values ?? []
  );
}
