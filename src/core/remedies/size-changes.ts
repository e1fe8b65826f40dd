/** Changes of how much: a pool's limits, and what the pod asks for. */
import type { Pod, PodSpec } from "../../api/index.ts";
import { allocatableOf } from "../catalogue/allocatable.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { PoolView } from "../cluster/views.ts";
import { poolUsageOf } from "../cluster/pool-usage.ts";
import { podRequests } from "../pods/requests.ts";
import type { ProvisioningPlan } from "../provisioning/plan.ts";
import { maxResources } from "../quantity/arithmetic.ts";
import { formatResources } from "../quantity/format-resources.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";
import type { Resources } from "../quantity/resources.ts";
import { type Attempt, podObject, withPodSpec } from "./remedy.ts";

/** Plans the whole snapshot as it would be. */
export type Plan = (snapshot: ClusterSnapshot) => ProvisioningPlan;

/** For each pool with limits: limits that hold what the pool would be asked for if it had none. */
export function limitAttempts(snapshot: ClusterSnapshot, plan: Plan): readonly Attempt[] {
  return snapshot.pools.flatMap((view) => {
    if (view.pool.spec.limits === undefined) return [];
    const wanted = plan(withLimits(snapshot, view, undefined));
    const needed = neededOf(snapshot, view, wanted);
    const limits = resourcesAssuming(view.pool.spec.limits, 0);
    const raised = Object.entries(limits).flatMap(([name, limit]) => {
      const need = needed[name] ?? 0;
      return need > limit ? [[name, need] as const] : [];
    });
    if (raised.length === 0) return [];
    const before = view.pool.spec.limits;
    const change = formatResources(Object.fromEntries(raised));
    const told = raised.map(([name]) => `${name} from ${String(before[name])} to ${String(change[name])}`).join(", ");
    return [
      {
        remedy: {
          kind: "raise-limit" as const,
          text: `raise limits of ${view.key.kind} ${view.key.name}: ${told}`,
          object: keyText(view.key),
          patch: { spec: { limits: change } },
        },
        snapshot: withLimits(snapshot, view, { ...before, ...change }),
      },
    ];
  });
}

function withLimits(
  snapshot: ClusterSnapshot,
  { key }: PoolView,
  limits: PoolView["pool"]["spec"]["limits"],
): ClusterSnapshot {
  const pools = snapshot.pools.map((view): PoolView => {
    if (keyText(view.key) !== keyText(key)) return view;
    const { limits: _, ...spec } = view.pool.spec;
    return { ...view, pool: { ...view.pool, spec: { ...spec, ...(limits === undefined ? {} : { limits }) } } };
  });
  return { ...snapshot, pools };
}

/** In use, and what the claims of a plan would use at most as the type that each was planned for. */
function neededOf(snapshot: ClusterSnapshot, view: PoolView, plan: ProvisioningPlan): Resources {
  const types = new Map((snapshot.instanceTypes.get(keyText(view.key)) ?? []).map((type) => [type.name, type]));
  const needed: Record<string, number> = { ...poolUsageOf(snapshot, view.key) };
  for (const { poolKey, cheapest } of plan.claims) {
    if (keyText(poolKey) !== keyText(view.key)) continue;
    const capacity = { ...types.get(cheapest.instanceType)?.capacity, nodes: 1 };
    for (const [name, amount] of Object.entries(capacity)) needed[name] = (needed[name] ?? 0) + amount;
  }
  return needed;
}

/** Requests cut to half of what the largest machine of all pools offers of each resource: daemons need their share. */
export function requestAttempts(snapshot: ClusterSnapshot, pod: Pod): readonly Attempt[] {
  const types = [...snapshot.instanceTypes.values()].flat();
  const largest = types.map(allocatableOf).reduce<Resources>((most, each) => maxResources(most, each), {});
  const requests = podRequests(pod);
  const excess = Object.entries(requests).filter(([name, amount]) => amount > 0 && amount > (largest[name] ?? 0));
  if (excess.length === 0) return [];
  const told = excess
    .map(([name, amount]) => {
      // An amount that cannot be read counts as endless: nobody has written that number.
      const isEndless = amount >= Number.MAX_SAFE_INTEGER;
      const asked = isEndless ? "in an amount that can be had" : String(formatResources({ [name]: amount })[name]);
      return `${name} ${asked} where the largest machine offers ${String(formatResources({ [name]: largest[name] ?? 0 })[name])}`;
    })
    .join(", ");
  const spec = cutRequests(pod.spec, Object.fromEntries(excess.map(([name]) => [name, (largest[name] ?? 0) / 2])));
  return [
    {
      remedy: { kind: "lower-request", text: `ask for less: ${told}`, object: podObject(pod) },
      snapshot: withPodSpec(snapshot, pod, spec),
    },
  ];
}

/** The first container gets what is allowed of each resource, the others nothing. */
function cutRequests(spec: PodSpec, allowed: Resources): PodSpec {
  const { initContainers: _, resources: __, ...rest } = spec;
  return {
    ...rest,
    containers: spec.containers.map((container, i) => {
      const own = { ...container.resources?.requests };
      for (const name of Object.keys(allowed)) delete own[name];
      const cut =
        i === 0
          ? formatResources(
              Object.fromEntries(Object.entries(allowed).map(([name, amount]) => [name, Math.floor(amount)])),
            )
          : {};
      return { ...container, resources: { ...container.resources, requests: { ...own, ...cut } } };
    }),
  };
}
