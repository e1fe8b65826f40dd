import type { AmiFamily, EC2NodeClass, NodeClaim } from "../api/index.ts";
import type { EventRecorder } from "../kube/index.ts";
import type { Clock, Logger, MetricsRegistry } from "../platform/index.ts";
import { createPlacementGroups, type PlacementGroups } from "./capacity/placement-groups.ts";
import { createReservations, type Reservations } from "./capacity/reservations.ts";
import {
  amiFamilyOf,
  type Catalogue,
  type ClassPlacementGroup,
  type EvaluateExpression,
  loadLimitsAndPrices,
} from "./catalogue/index.ts";
import { type ClusterNetwork, createClusterNetwork } from "./cluster-network.ts";
import type { AwsClients } from "./contract/index.ts";
import { createImageResolver, type ImageResolver } from "./images/image-resolver.ts";
import { createParameterReader, type ParameterReader } from "./images/parameters.ts";
import { createInstanceStore, type InstanceStore } from "./instances/instance-store.ts";
import { createKubeletEvaluator, type KubeletEvaluator } from "./kubelet-expressions/evaluator.ts";
import { createFleetBatcher } from "./launch/fleet-batch.ts";
import { createLauncher } from "./launch/launcher.ts";
import { createTemplateStore, type TemplateStore } from "./launch-templates/template-store.ts";
import { type AwsInstruments, createInstruments } from "./instruments.ts";
import { createSecurityGroups, type SecurityGroups } from "./network/security-groups.ts";
import { createSubnets, type Subnets } from "./network/subnets.ts";
import { type AwsLiveSettings, followed } from "./live-settings.ts";
import type { AwsProviderOptions } from "./options.ts";
import { createPacedClient } from "./pacing/paced-client.ts";
import { type OverlayPrices, withOverlayPrices } from "./pricing/overlay-prices.ts";
import { createPriceBook, type PriceBook } from "./pricing/price-book.ts";
import { createDiscoveredMemory, type DiscoveredMemory } from "./types/discovered-memory.ts";
import { createTypeDiscovery, type TypeDiscovery } from "./types/discovery.ts";
import { createTypeList, type TypeList } from "./types/type-list.ts";
import { createUnavailableOfferings, type UnavailableOfferings } from "./types/unavailable-offerings.ts";
import { createZonalShifts, type ZonalShifts } from "./zonal-shift/zonal-shift.ts";

export interface AwsProviderDeps {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: MetricsRegistry | undefined;
  readonly events?: EventRecorder | undefined;
  readonly options: AwsProviderOptions;
  /** Whether the cluster holds Machines of the v1alpha5 era; none when absent. */
  readonly hasMachines?: (() => boolean) | undefined;
  /** Settings that are edited while the provider runs; those of the options when absent. */
  readonly live?: (() => AwsLiveSettings) | undefined;
  /** The class as the cache has it; undefined when there is none of that name. */
  readonly nodeClasses: (name: string) => EC2NodeClass | undefined;
  /** `1.34`: version of the API server. */
  readonly kubernetesVersion: () => string;
  /** Prices that NodeOverlays state for types, for offerings that AWS tells none of; absent while their gate is off. */
  readonly overlayPrices?: OverlayPrices | undefined;
  /** What AWS does not tell of itself; read anew when absent, which takes milliseconds. */
  readonly shipped?: Pick<Catalogue, "networkLimits" | "onDemand">;
}

/** The parts that the provider and its controllers share. */
export interface AwsParts {
  readonly options: AwsProviderOptions;
  readonly events: EventRecorder | undefined;
  /** A class that may be launched from: existing and not being deleted. */
  nodeClass(name: string): EC2NodeClass | undefined;
  familyOf(nodeClass: EC2NodeClass): AmiFamily;
  readonly discovery: TypeDiscovery;
  readonly types: TypeList;
  /** Expressions in kubelet settings; undefined while the gate NodeClassCEL is off. */
  readonly expressions: KubeletEvaluator | undefined;
  readonly prices: PriceBook;
  readonly unavailable: UnavailableOfferings;
  readonly subnets: Subnets;
  readonly securityGroups: SecurityGroups;
  readonly images: ImageResolver;
  readonly templates: TemplateStore;
  readonly instances: InstanceStore;
  readonly reservations: Reservations;
  readonly placementGroups: PlacementGroups;
  /** The group of a class as known now; a failing look-up leaves the last one. */
  placementGroup(nodeClass: EC2NodeClass): Promise<ClassPlacementGroup | undefined>;
  readonly shifts: ZonalShifts;
  readonly memory: DiscoveredMemory;
  readonly parameters: ParameterReader;
  readonly clients: AwsClients;
  readonly instruments: AwsInstruments | undefined;
  readonly network: ClusterNetwork;
  readonly launcher: ReturnType<typeof createLauncher>;
}

export function createAwsParts(given: AwsProviderDeps): AwsParts {
  const deps = {
    ...given,
    options: followed(given.options, given.live),
    clients: { ...given.clients, ec2: createPacedClient(given.clients.ec2, given) },
  };
  const { clients, clock, log, options } = deps;
  const { ec2 } = clients;
  const { name: clusterName } = options.cluster;
  const instruments = createInstruments(deps.metrics);
  const unavailable = createUnavailableOfferings({ clock, log });
  const subnets = createSubnets({ ec2, clock, refreshMilliseconds: options.subnetRefreshMilliseconds });
  const templates = createTemplateStore({ ec2, clock, log, clusterName, userDataBytes: instruments?.userDataBytes });
  const parameters = createParameterReader({ ssm: clients.ssm, clock });
  const capacity = createCapacityParts(deps);
  const { reservations, shifts } = capacity;
  return {
    clients,
    instruments,
    options,
    events: deps.events,
    nodeClass: (name) => existing(deps.nodeClasses(name)),
    familyOf: ({ spec }) => amiFamilyOf(spec),
    ...capacity,
    ...createTypeParts(deps, { unavailable, ...capacity }),
    unavailable,
    subnets,
    parameters,
    securityGroups: createSecurityGroups({ ec2, clock }),
    images: createImageResolver({
      ec2,
      parameters,
      clock,
      log,
      kubernetesVersion: deps.kubernetesVersion,
      refreshMilliseconds: options.amiRefreshMilliseconds,
    }),
    templates,
    instances: instancesOf(deps, { instruments, subnets, shifts }),
    network: createClusterNetwork({ eks: clients.eks, clusterName, log }),
    launcher: createLauncher({
      clock,
      log,
      options,
      templates,
      subnets,
      unavailable,
      reservations,
      fleets: createFleetBatcher({ ec2, clock, metrics: instruments?.batcher }),
      launchFailures: instruments?.launchFailures,
      onSpotRoleMissing: (claim) => publishSpotRoleMissing(deps.events, claim),
    }),
  };
}

function instancesOf(
  { clients: { ec2 }, clock, log, options, hasMachines }: AwsProviderDeps,
  shared: Pick<AwsParts, "instruments" | "subnets" | "shifts">,
): InstanceStore {
  const { instruments, subnets, shifts } = shared;
  return createInstanceStore({
    ec2,
    clock,
    log,
    clusterName: options.cluster.name,
    batcherMetrics: instruments?.batcher,
    terminationFailures: instruments?.terminationFailures,
    reservedCapacity: options.reservedCapacity,
    heedsEra: hasMachines,
    isShifted: (zone) => shifts.isShifted(subnets.zoneIdOf(zone)),
  });
}

const existing = (nodeClass: EC2NodeClass | undefined): EC2NodeClass | undefined =>
  nodeClass?.metadata.deletionTimestamp === undefined ? nodeClass : undefined;

/** What is held back, shut or set apart: reservations, placement groups, shifted zones, and what nodes told of memory. */
function createCapacityParts({ clients, clock, log, options }: AwsProviderDeps) {
  const { ec2, eks, zonalShift: client } = clients;
  const placementGroups = createPlacementGroups({ ec2, clock });
  return {
    reservations: createReservations({ ec2, clock, log }),
    placementGroups,
    placementGroup: async (nodeClass: EC2NodeClass) => {
      const { signal } = new AbortController();
      return (await placementGroups.resolve(nodeClass, { signal })).group;
    },
    shifts: createZonalShifts({ client, eks, clusterName: options.cluster.name, clock, log }),
    memory: createDiscoveredMemory({ clock, log }),
  };
}

function createTypeParts(
  deps: AwsProviderDeps,
  shared: ReturnType<typeof createCapacityParts> & { readonly unavailable: UnavailableOfferings },
) {
  const { clients, clock, log, options } = deps;
  const { region } = options;
  const catalogue = deps.shipped ?? loadLimitsAndPrices();
  const discovery = createTypeDiscovery({ ec2: clients.ec2, region, networkLimits: catalogue.networkLimits, log });
  const prices = createPriceBook({
    ec2: clients.ec2,
    pricing: clients.pricing,
    region,
    isolatedVpc: () => options.isolatedVpc,
    log,
    table: catalogue.onDemand,
    now: () => clock.now(),
  });
  const expressions = options.nodeClassCel === true ? createKubeletEvaluator({ clock }) : undefined;
  const evaluate: EvaluateExpression | undefined = expressions && ((...given) => expressions.evaluate(...given));
  const offered = deps.overlayPrices === undefined ? prices : withOverlayPrices(prices, deps.overlayPrices);
  const types = createTypeList({ ...shared, clock, log, discovery, prices: offered, settings: options, evaluate });
  return { discovery, prices, types, expressions };
}

function publishSpotRoleMissing(events: EventRecorder | undefined, claim: NodeClaim): void {
  events?.publish({
    object: claim,
    type: "Warning",
    // Upstream's event has no reason; ours does, as every event (spec: operations 2.4).
    reason: "SpotServiceLinkedRoleCreationFailed",
    message:
      'Attempted to launch a spot instance but failed due to "AuthFailure.ServiceLinkedRoleCreationNotPermitted"',
  });
}
