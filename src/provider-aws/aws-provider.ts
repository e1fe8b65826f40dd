import type { EC2NodeClass, NodeClaim } from "../api/index.ts";
import type { EventRecorder, Informer, KubeClient } from "../kube/index.ts";
import type { Ids, Logger } from "../platform/index.ts";
import type { Prices, RegionFacts } from "./catalogue/index.ts";
import { type BackgroundLoop, createBackgroundLoops } from "./background.ts";
import { createNodeClassHash } from "./node-class/hash.ts";
import { createInstanceProfiles } from "./node-class/instance-profiles.ts";
import { createNodeClassReconciler, type ProviderReconciler } from "./node-class/reconciler.ts";
import { type AwsProviderDeps, createAwsParts } from "./parts.ts";
import { type AwsCloudProvider, createCloudProvider } from "./provider.ts";
import { createTagging } from "./tagging/reconciler.ts";

/** The whole of AWS as the operator wires it. */
export interface AwsProvider {
  readonly cloudProvider: AwsCloudProvider;
  /** Asks EC2 for its types and takes over launch templates of an earlier process; a failure here must stop the start. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  /** To be run for as long as the process leads. */
  readonly background: readonly BackgroundLoop[];
  /** The controllers of this room; each needs a queue around it. */
  reconcilers(deps: ReconcilerDeps): readonly ProviderReconciler[];
}

export interface ReconcilerDeps {
  readonly kube: KubeClient;
  readonly ids: Ids;
  readonly events: EventRecorder;
  readonly nodeClasses: Informer<EC2NodeClass>;
  readonly nodeClaims: Informer<NodeClaim>;
}

export function createAwsProvider(deps: AwsProviderDeps): AwsProvider {
  const parts = createAwsParts(deps);
  const { clock, log, options, clients } = deps;
  return {
    cloudProvider: createCloudProvider(parts),
    start: async ({ signal }) => {
      const { facts } = await parts.discovery.refresh({ signal });
      reportUnknownPrices(log, facts, parts.prices);
      await parts.templates.hydrate({ signal });
    },
    background: createBackgroundLoops({ parts, clock, log }),
    reconcilers: (wiring) => {
      const profiles = createInstanceProfiles({
        iam: clients.iam,
        clock,
        ids: wiring.ids,
        region: options.region,
        clusterName: options.cluster.name,
      });
      const shared = { ...wiring, clock, log, parts, profiles };
      return [
        createNodeClassReconciler(shared),
        createNodeClassHash(shared),
        ...(options.tagInstances === true ? [createTagging(shared)] : []),
      ];
    },
  };
}

/** Such types are offered behind all others and never count as free (spec: aws 4.3, deviation). */
function reportUnknownPrices(log: Logger, { machines, offerings }: RegionFacts, prices: Prices): void {
  const unknown = machines.filter(({ name }) => offerings.has(name) && prices.onDemand(name) === undefined);
  if (unknown.length === 0) return;
  log.info("no price is known for some instance types, they are used last", {
    count: unknown.length,
    "instance-types": unknown.slice(0, 5).map(({ name }) => name),
  });
}
