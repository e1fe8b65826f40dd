import { labels, type NodeClaim } from "../../api/index.ts";
import type { CloudInstance } from "../../provider/index.ts";
import { type Caches, millisOf, poolNameOf } from "../plumbing/index.ts";
import type { LaunchCache } from "./launch-cache.ts";

export interface AdoptionDeps {
  readonly caches: Caches;
  readonly launches: LaunchCache;
}

/**
 * Finds the machine that an earlier attempt may have launched for a claim without anybody writing it down: the process
 * died, or the answer was lost. Any machine of the pool will do that no claim has and that the claim could have launched;
 * the one launched first is taken, and held in the launch cache before anybody else can ask.
 */
export function adoptInstance(
  deps: AdoptionDeps,
  claim: NodeClaim,
  instances: readonly CloudInstance[],
): CloudInstance | undefined {
  const owned = new Set(deps.caches.nodeClaims.store.list().map(({ status }) => status?.providerID ?? ""));
  const [found] = instances
    .filter((instance) => !owned.has(instance.providerId) && !deps.launches.owns(instance.providerId))
    .filter((instance) => couldBeOf(claim, instance))
    .toSorted((a, b) => a.launchedAt - b.launchedAt || (a.providerId < b.providerId ? -1 : 1));
  if (found !== undefined) deps.launches.put(claim.metadata.uid ?? "", found);
  return found;
}

/** Creation times are cut to the second. */
const roundingMilliseconds = 1_000;

function couldBeOf(claim: NodeClaim, instance: CloudInstance): boolean {
  const created = millisOf(claim.metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY;
  if (instance.terminating || instance.launchedAt < created - roundingMilliseconds) return false;
  if (instance.poolName !== poolNameOf(claim)) return false;
  return (
    allows(claim, labels.instanceType, instance.instanceType) &&
    allows(claim, labels.zone, instance.zone) &&
    allows(claim, labels.capacityType, instance.capacityType)
  );
}

const allows = (claim: NodeClaim, key: string, value: string): boolean =>
  claim.spec.requirements
    .filter((requirement) => requirement.key === key)
    .every(({ operator, values = [] }) => {
      if (operator === "In") return values.includes(value);
      return operator !== "NotIn" || !values.includes(value);
    });
