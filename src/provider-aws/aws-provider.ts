import type { EC2NodeClass, Node, NodeClaim, NodePool } from "../api/index.ts";
import type { EventRecorder, Informer, KubeClient, Reconciler } from "../kube/index.ts";
import type { Clock, Ids, Logger } from "../platform/index.ts";
import type { Prices, RegionFacts } from "./catalogue/index.ts";
import { type BackgroundLoop, createBackgroundLoops } from "./background.ts";
import { createNodeClassHash } from "./node-class/hash.ts";
import { createInstanceProfiles } from "./node-class/instance-profiles.ts";
import type { InterruptionSource } from "../provider/index.ts";
import { createPlacementHook, type PlacementHook } from "./capacity/placement-hook.ts";
import type { Ec2Client } from "./contract/index.ts";
import { awsErrorOf, errorCodes, faultOf, hasCode, isTransient } from "./errors/index.ts";
import { createInstanceStatusSource } from "./interruption/instance-status.ts";
import { createInterruptionQueue } from "./interruption/queue.ts";
import { createNodeClassReconciler, type NodeClassDeps } from "./node-class/reconciler.ts";
import { type AwsParts, type AwsProviderDeps, createAwsParts } from "./parts.ts";
import { type AwsCloudProvider, createCloudProvider } from "./provider.ts";
import { createTagging } from "./tagging/reconciler.ts";
import { createCapacityTypes } from "./upkeep/capacity-types.ts";
import { createImageParameters } from "./upkeep/image-parameters.ts";
import { createMemoryDiscovery } from "./upkeep/memory.ts";
import { createOfferingMetrics } from "./upkeep/offering-metrics.ts";
import { createProfileCollection } from "./upkeep/profile-collection.ts";
import { createReservationExpiration } from "./upkeep/reservation-expiration.ts";
import { createZonalShiftWatch } from "./upkeep/zonal-shifts.ts";

/** The whole of AWS as the operator wires it. */
export interface AwsProvider {
  readonly cloudProvider: AwsCloudProvider;
  /** Asks EC2 for its types and takes over launch templates of an earlier process; a failure here must stop the start. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  /** To be run for as long as the process leads. */
  readonly background: readonly BackgroundLoop[];
  /** What AWS announces about machines of this cluster: the queue and the status checks, as far as they are switched on. */
  interruptions(isOurs: (instanceId: string) => boolean): readonly InterruptionSource[];
  /** Keeps a claim unregistered while the partition of its machine is not known (spec: aws 3.0). */
  readonly registrationHooks: readonly PlacementHook[];
  /** The controllers of this room; each needs a queue around it. */
  reconcilers(deps: ReconcilerDeps): readonly Reconciler[];
}

export interface ReconcilerDeps {
  readonly kube: KubeClient;
  readonly ids: Ids;
  readonly events: EventRecorder;
  readonly nodeClasses: Informer<EC2NodeClass>;
  readonly nodeClaims: Informer<NodeClaim>;
  readonly nodes: Informer<Node>;
  readonly nodePools: Informer<NodePool>;
}

export function createAwsProvider(deps: AwsProviderDeps): AwsProvider {
  const parts = createAwsParts(deps);
  const { clock, log, clients } = deps;
  const { options } = parts;
  return {
    cloudProvider: createCloudProvider(parts),
    start: async ({ signal }) => {
      const persist = <T>(work: () => Promise<T>): Promise<T> => retryLost({ clock, log, signal }, work);
      await persist(() => checkReachable(clients.ec2, signal));
      await persist(() => parts.shifts.refresh({ signal }));
      const { facts } = await persist(() => parts.discovery.refresh({ signal }));
      reportUnknownPrices(log, facts, parts.prices);
      await hydrateTemplates(parts, log, signal);
    },
    background: createBackgroundLoops({ parts, clock, log }),
    registrationHooks: [createPlacementHook(parts)],
    interruptions: (isOurs) => [
      // A queue that may be named later needs somebody who waits for its name.
      ...(options.interruptionQueue === "" && deps.live === undefined
        ? []
        : [
            createInterruptionQueue({ ...parts, sqs: clients.sqs, clock, log, queue: () => options.interruptionQueue }),
          ]),
      ...(options.watchInstanceStatus
        ? [createInstanceStatusSource({ ...parts, ec2: clients.ec2, clock, log, isOurs })]
        : []),
    ],
    reconcilers: (wiring) => {
      const profiles = createInstanceProfiles({
        iam: clients.iam,
        clock,
        ids: wiring.ids,
        region: options.region,
        clusterName: options.cluster.name,
      });
      return createProviderReconcilers({ ...wiring, clock, log, parts, profiles }, clients.zonalShift !== undefined);
    },
  };
}

function createProviderReconcilers(deps: NodeClassDeps, heedsShifts: boolean): readonly Reconciler[] {
  const { options } = deps.parts;
  return [
    createNodeClassReconciler(deps),
    createNodeClassHash(deps),
    ...(options.tagInstances === true ? [createTagging(deps)] : []),
    createMemoryDiscovery(deps),
    createImageParameters(deps),
    ...(options.offeringMetrics ? [createOfferingMetrics(deps)] : []),
    ...(options.reservedCapacity ? [createCapacityTypes(deps), createReservationExpiration(deps)] : []),
    createProfileCollection(deps),
    ...(heedsShifts ? [createZonalShiftWatch(deps)] : []),
  ];
}

const startAttempts = 5;

/** A start must not fail for one answer that got lost, or for a moment of throttling; a refusal ends it at once. */
async function retryLost<T>(
  { clock, log, signal }: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      const isLost = awsErrorOf(cause).status === undefined || isTransient(cause);
      if (!isLost || attempt === startAttempts) throw error;
      log.warn("AWS did not answer at the start, asking again", { attempt, error });
      await clock.sleep(1_000 * 2 ** (attempt - 1), { signal });
    }
}

/** The one question whose refusal already tells that EC2 can be reached and knows us (spec: aws 6.4, step 2). */
async function checkReachable(ec2: Ec2Client, signal: AbortSignal): Promise<void> {
  try {
    await ec2.describeInstanceTypes({ DryRun: true }, { signal });
  } catch (error) {
    if (hasCode(error, errorCodes.dryRunPassed)) return;
    throw faultOf("EC2", "DescribeInstanceTypes", error, signal);
  }
}

/** Templates that an earlier process left; failing to find them costs nothing but their tidying up. */
async function hydrateTemplates({ templates }: AwsParts, log: Logger, signal: AbortSignal): Promise<void> {
  try {
    await templates.hydrate({ signal });
  } catch (error) {
    signal.throwIfAborted();
    log.error("cannot take over launch templates of an earlier process", { error });
  }
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
