import { annotations, type NodeClaim, nodeClaimType, type NodePool } from "../../api/index.ts";
import {
  addressOf,
  type PlannedClaim,
  parseResources,
  type Resources,
  refusedByClusterLimits,
  unitOf,
} from "../../core/index.ts";
import { mapLimit } from "../../platform/index.ts";
import type { ProvisioningDeps } from "./deps.ts";

/** What became of one planned claim. */
export type CreationOutcome =
  | { readonly ok: true; readonly planned: PlannedClaim; readonly claim: NodeClaim }
  | { readonly ok: false; readonly planned: PlannedClaim; readonly error: unknown };

const parallel = 50;

type CreationDeps = Pick<ProvisioningDeps, "kube" | "caches" | "model" | "instruments" | "events" | "clusterLimits">;

/** Creates each planned claim (spec: scheduling 6.5); one that fails is reported and leaves the others alone. */
export function createClaims(
  deps: CreationDeps,
  planned: readonly PlannedClaim[],
  options: { readonly reason: string; readonly signal: AbortSignal },
): Promise<readonly CreationOutcome[]> {
  const refused = refusedTogether(deps, planned, options.reason);
  return mapLimit(
    planned,
    parallel,
    async (one, { signal }): Promise<CreationOutcome> => {
      const refusal = refused.get(one);
      if (refusal !== undefined) return { ok: false, planned: one, error: new Error(refusal) };
      try {
        return { ok: true, planned: one, claim: await create(deps, one, { ...options, signal }) };
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, planned: one, error };
      }
    },
    { signal: options.signal },
  );
}

/** What limits over several pools forbid: machines are counted in order before any is made, each is told on its pool. */
function refusedTogether(
  { clusterLimits = [], model, events }: CreationDeps,
  planned: readonly PlannedClaim[],
  reason: string,
): ReadonlyMap<PlannedClaim, string> {
  const refused = new Map<PlannedClaim, string>();
  if (clusterLimits.length === 0) return refused;
  const refusals = refusedByClusterLimits(clusterLimits, model.snapshot(), planned, {
    replacing: reason !== "provisioned",
  });
  for (const [at, one] of planned.entries()) {
    const message = refusals[at];
    if (message === undefined) continue;
    refused.set(one, message);
    const { pool } = one.pool;
    const dedupeValues = [pool.metadata.uid ?? "", message];
    events.publish({ object: pool, type: "Warning", reason: "ClusterLimitReached", message, dedupeValues });
  }
  return refused;
}

async function create(
  deps: CreationDeps,
  planned: PlannedClaim,
  options: { readonly reason: string; readonly signal: AbortSignal },
): Promise<NodeClaim> {
  const pool = deps.caches.nodePools.store.get(addressOf(planned.poolKey));
  const excess =
    pool === undefined
      ? undefined
      : findExcess(pool, deps.model.usageOf(planned.poolKey), planned.poolKey.kind === "Provisioner");
  if (excess !== undefined) throw new Error(excess);
  const created = await deps.kube.create(nodeClaimType, planned.claim, { signal: options.signal });
  deps.model.insertClaim(created);
  deps.instruments.nodeClaimsCreated.increment({
    reason: options.reason,
    nodepool: addressOf(planned.poolKey),
    min_values_relaxed: created.metadata.annotations?.[annotations.minValuesRelaxed] ?? "false",
  });
  return created;
}

/** Usage strictly above a limit; equal passes, since the solver keeps new machines within what remains. */
export function findExcess(pool: NodePool, usage: Resources, isProvisioner = false): string | undefined {
  const limits = parseResources(pool.spec.limits, { negative: "accept" });
  // Limits that cannot be read are refused by the API server and by the pool's validation.
  if (!limits.ok) return undefined;
  const exceeded = Object.keys(limits.value)
    .sort()
    .find((name) => (usage[name] ?? 0) > (limits.value[name] ?? 0));
  if (exceeded === undefined) return undefined;
  const [limit, used] = [limits.value[exceeded] ?? 0, usage[exceeded] ?? 0].map((amount) => decimal(exceeded, amount));
  // Users of the v1alpha5 era alarm on their own form (v1alpha5 4.4).
  if (isProvisioner) return `${exceeded} resource usage of ${used} exceeds limit of ${limit}`;
  return `resource usage exceeds limit (limit=${limit}, resource-name=${exceeded}, usage=${used})`;
}

const decimal = (name: string, amount: number): string => String(unitOf(name) === "milli" ? amount / 1000 : amount);
