import { nodeClaimType, nodeType } from "../../api/index.ts";
import type { KubeClient } from "../../kube/index.ts";
import { type Clock, type Logger, mapLimit } from "../../platform/index.ts";
import type { CloudInstance, CloudProvider, InstanceCollector } from "../../provider/index.ts";
import {
  type Caches,
  deleteObject,
  indexes,
  oneWorker,
  type Reconciler,
  requeueAfter,
  singletonKey,
} from "../plumbing/index.ts";

export interface InstanceCollectionDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly provider: CloudProvider;
  readonly collector: InstanceCollector;
  /** Whether a launch of this process has the machine, though its claim may not say so yet. */
  readonly isLaunching: (providerId: string) => boolean;
}

const eagerMilliseconds = 10_000;
const eagerRuns = 20;
const periodMilliseconds = 2 * 60_000;
const leastAgeMilliseconds = 30_000;
const parallel = 100;

/** Terminates machines of this cluster that no claim owns, such as after a crash in a launch (spec: lifecycle 1.9, AWS). */
export function createInstanceCollection(deps: InstanceCollectionDeps): Reconciler {
  let runs = 0;
  return {
    name: "instance.garbagecollection",
    workers: oneWorker,
    reconcile: async (_key, signal) => {
      // The cloud before the claims, and the claims from the API itself: a claim whose launch was written a moment ago
      // may not be in the cache yet, and its machine is not a leak.
      const instances = await deps.provider.list({ signal });
      const claims = await deps.kube.list(nodeClaimType, { signal });
      const owned = new Set(claims.items.map(({ status }) => status?.providerID ?? ""));
      const now = deps.clock.now();
      const leaked = instances.filter(
        ({ providerId, launchedAt, terminating }) =>
          !terminating &&
          now - launchedAt > leastAgeMilliseconds &&
          !owned.has(providerId) &&
          !deps.isLaunching(providerId),
      );
      await mapLimit(leaked, parallel, (instance, context) => collect(deps, instance, context.signal), { signal });
      runs += 1;
      return requeueAfter(runs <= eagerRuns ? eagerMilliseconds : periodMilliseconds);
    },
    // Not at once: claims of an earlier process take over what they launched before anything is called a leak.
    watch: (queue) => queue.enqueue(singletonKey, { afterMilliseconds: eagerMilliseconds }),
  };
}

async function collect(deps: InstanceCollectionDeps, instance: CloudInstance, signal: AbortSignal): Promise<void> {
  await deps.collector.terminateUnowned(instance, { signal });
  deps.log.info("garbage collected cloud instance", { "provider-id": instance.providerId });
  const nodes = deps.caches.nodes.store.byIndex(indexes.providerId, instance.providerId);
  await mapLimit(nodes, 10, (node, context) => deleteObject(deps.kube, nodeType, node, context.signal), { signal });
}
