import { awsLabels, cloudTags, clusterTagKey, eraTags } from "../../api/index.ts";
import { failed, ok, type Result } from "../../core/index.ts";
import type { Clock, Counter, Logger } from "../../platform/index.ts";
import { ProviderFault } from "../../provider/index.ts";
import type { BatcherMetrics } from "../batching/batcher.ts";
import type { Ec2Client, Ec2Instance, Filter } from "../contract/index.ts";
import { calling, faultOf, isNotFound } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";
import { tagList } from "../tags.ts";
import { createInstanceBatches, livingStates } from "./instance-batches.ts";
import { type Instance, instanceOf, isTerminating } from "./instance.ts";

export type InstanceMissing = { readonly kind: "not-found"; readonly message: string };

/** Instances of this cluster (spec: aws 3.3 "Other operations"). Look-ups and terminations are coalesced. */
export interface InstanceStore {
  get(
    id: string,
    options: { readonly signal: AbortSignal; readonly fresh?: boolean },
  ): Promise<Result<Instance, InstanceMissing>>;
  /** By id; refills the cache that `get` answers from. */
  list(options: { readonly signal: AbortSignal }): Promise<readonly Instance[]>;
  /** `not-found` proves that the instance is gone. One that is already shutting down costs no call. */
  delete(id: string, options: { readonly signal: AbortSignal }): Promise<Result<"terminating", InstanceMissing>>;
  /** `not-found` when the instance is gone. */
  tag(
    id: string,
    tags: Readonly<Record<string, string>>,
    options: { readonly signal: AbortSignal },
  ): Promise<Result<"tagged", InstanceMissing>>;
  /** Remembers what a launch gave, before EC2 tells of it. */
  remember(instance: Instance): void;
}

export interface InstanceStoreDeps {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly clusterName: string;
  readonly batcherMetrics: BatcherMetrics | undefined;
  readonly terminationFailures?: Counter | undefined;
  readonly reservedCapacity: boolean;
  /** Instances in a zone that is shifted away from are left alone: EC2 may answer anything there (spec: aws 3.3). */
  readonly isShifted: (zone: string) => boolean;
  /** Whether there are Machines of the v1alpha5 era, whose instances an older controller may have launched. */
  readonly heedsEra?: (() => boolean) | undefined;
}

export function createInstanceStore(deps: InstanceStoreDeps): InstanceStore {
  const cache = new Map<string, Instance>();
  const batches = createInstanceBatches({ ...deps, metrics: deps.batcherMetrics });

  const get: InstanceStore["get"] = async (id, { signal, fresh = false }) => {
    const cached = cache.get(id);
    if (cached !== undefined && (!fresh || deps.isShifted(cached.zone))) return ok(cached);
    const found = await asked(deps.log, id, () => batches.describe.submit(id, { signal }), signal);
    const instance = found.ok ? instanceOf(found.value, deps) : undefined;
    if (!found.ok || instance === undefined) {
      cache.delete(id);
      return failed(missing(id));
    }
    cache.set(id, instance);
    return ok(instance);
  };

  return {
    get,
    list: async ({ signal }) => {
      const instances = await listInstances(deps, signal);
      const listed = new Set(instances.map(({ id }) => id));
      for (const [id, { zone }] of cache) if (!listed.has(id) && !deps.isShifted(zone)) cache.delete(id);
      for (const instance of instances) cache.set(instance.id, instance);
      return instances;
    },
    delete: async (id, { signal }) => {
      const instance = await get(id, { signal, fresh: true });
      if (!instance.ok) return instance;
      refuseShifted(deps, instance.value);
      if (isTerminating(instance.value)) return ok("terminating");
      try {
        await batches.terminate.submit(id, { signal });
      } catch (error) {
        if (isNotFound(error)) return failed(missing(id));
        deps.terminationFailures?.increment({ zone: instance.value.zone, zone_id: instance.value.zoneId ?? "" });
        throw faultOf("EC2", "TerminateInstances", error, signal);
      }
      cache.delete(id);
      return ok("terminating");
    },
    tag: async (id, tags, { signal }) => {
      const known = cache.get(id);
      if (known !== undefined) refuseShifted(deps, known);
      return await tag(deps.ec2, { id, tags }, signal);
    },
    remember: (instance) => void cache.set(instance.id, instance),
  };
}

async function tag(
  ec2: Ec2Client,
  { id, tags }: { readonly id: string; readonly tags: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<Result<"tagged", InstanceMissing>> {
  try {
    await ec2.createTags({ Resources: [id], Tags: tagList(tags) }, { signal });
  } catch (error) {
    if (isNotFound(error)) return failed(missing(id));
    throw faultOf("EC2", "CreateTags", error, signal);
  }
  return ok("tagged");
}

const missing = (id: string): InstanceMissing => ({ kind: "not-found", message: `instance ${id} not found` });

async function asked<T>(
  log: Logger,
  id: string,
  ask: () => Promise<T>,
  signal: AbortSignal,
): Promise<Result<T, InstanceMissing>> {
  try {
    return ok(await ask());
  } catch (error) {
    if (!isNotFound(error)) throw faultOf("EC2", "DescribeInstances", error, signal);
    log.debug("instance not found", { id });
    return failed(missing(id));
  }
}

function refuseShifted({ isShifted }: { readonly isShifted: (zone: string) => boolean }, { id, zone }: Instance): void {
  if (isShifted(zone))
    throw new ProviderFault("ZonalShift", `instance ${id} is in zone ${zone}, which is shifted away from`);
}

async function listInstances(
  deps: Pick<InstanceStoreDeps, "ec2" | "clusterName" | "reservedCapacity" | "heedsEra">,
  signal: AbortSignal,
): Promise<readonly Instance[]> {
  const { clusterName } = deps;
  const today = [
    { Name: "tag-key", Values: [cloudTags.nodePool] },
    { Name: "tag-key", Values: [awsLabels.ec2NodeClass] },
    { Name: `tag:${cloudTags.eksClusterName}`, Values: [clusterName] },
    livingStates,
  ];
  // What v0.28 to v0.31 launched bears none of today's tags, and its Machines are still ours (spec: v1alpha5 5.6 step 11).
  const era = [
    { Name: "tag-key", Values: [eraTags.provisionerName] },
    { Name: "tag-key", Values: [clusterTagKey(clusterName)] },
    { Name: `tag:${eraTags.managedBy}`, Values: [clusterName] },
    livingStates,
  ];
  const found = new Map<string, Instance>();
  for (const filters of deps.heedsEra?.() === true ? [today, era] : [today]) {
    for (const described of await describeAll(deps.ec2, filters, signal)) {
      const instance = instanceOf(described, deps);
      if (instance !== undefined) found.set(instance.id, instance);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const describeAll = (ec2: Ec2Client, Filters: Filter[], signal: AbortSignal): Promise<readonly Ec2Instance[]> =>
  allPages(
    (token) =>
      calling("EC2", "DescribeInstances", {
        signal,
        call: () => ec2.describeInstances({ Filters, MaxResults: 1000, ...pageToken(token) }, { signal }),
      }),
    (page) => page.Reservations?.flatMap(({ Instances = [] }) => Instances),
  );
