import type { AmiFamily, EC2NodeClass, NodeClaim } from "../api/index.ts";
import type { EventRecorder } from "../kube/index.ts";
import type { Clock, Logger, MetricsRegistry } from "../platform/index.ts";
import { amiFamilyOf, loadCatalogue } from "./catalogue/index.ts";
import { type ClusterNetwork, createClusterNetwork } from "./cluster-network.ts";
import type { AwsClients } from "./contract/index.ts";
import { createImageResolver, type ImageResolver } from "./images/image-resolver.ts";
import { createParameterReader } from "./images/parameters.ts";
import { createInstanceStore, type InstanceStore } from "./instances/instance-store.ts";
import { createFleetBatcher } from "./launch/fleet-batch.ts";
import { createLauncher } from "./launch/launcher.ts";
import { createTemplateStore, type TemplateStore } from "./launch-templates/template-store.ts";
import { createInstruments } from "./instruments.ts";
import { createSecurityGroups, type SecurityGroups } from "./network/security-groups.ts";
import { createSubnets, type Subnets } from "./network/subnets.ts";
import type { AwsProviderOptions } from "./options.ts";
import { createPriceBook, type PriceBook } from "./pricing/price-book.ts";
import { createTypeDiscovery, type TypeDiscovery } from "./types/discovery.ts";
import { createTypeList, type TypeList } from "./types/type-list.ts";
import { createUnavailableOfferings, type UnavailableOfferings } from "./types/unavailable-offerings.ts";

export interface AwsProviderDeps {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics?: MetricsRegistry | undefined;
  readonly events?: EventRecorder | undefined;
  readonly options: AwsProviderOptions;
  /** The class as the cache has it; undefined when there is none of that name. */
  readonly nodeClasses: (name: string) => EC2NodeClass | undefined;
  /** `1.34`: version of the API server. */
  readonly kubernetesVersion: () => string;
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
  readonly prices: PriceBook;
  readonly unavailable: UnavailableOfferings;
  readonly subnets: Subnets;
  readonly securityGroups: SecurityGroups;
  readonly images: ImageResolver;
  readonly templates: TemplateStore;
  readonly instances: InstanceStore;
  readonly network: ClusterNetwork;
  readonly launcher: ReturnType<typeof createLauncher>;
}

export function createAwsParts(deps: AwsProviderDeps): AwsParts {
  const { clients, clock, log, options } = deps;
  const { ec2 } = clients;
  const { name: clusterName } = options.cluster;
  const instruments = createInstruments(deps.metrics);
  const unavailable = createUnavailableOfferings({ clock, log });
  const subnets = createSubnets({ ec2, clock, refreshMilliseconds: options.subnetRefreshMilliseconds });
  const templates = createTemplateStore({ ec2, clock, log, clusterName });
  const parameters = createParameterReader({ ssm: clients.ssm, clock });
  return {
    options,
    events: deps.events,
    nodeClass: (name) => {
      const found = deps.nodeClasses(name);
      return found?.metadata.deletionTimestamp === undefined ? found : undefined;
    },
    familyOf: ({ spec }) => amiFamilyOf(spec),
    ...createTypeParts(deps, unavailable),
    unavailable,
    subnets,
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
    instances: createInstanceStore({
      ec2,
      clock,
      log,
      clusterName,
      batcherMetrics: instruments?.batcher,
      terminationFailures: instruments?.terminationFailures,
    }),
    network: createClusterNetwork({ eks: clients.eks, clusterName, log }),
    launcher: createLauncher({
      clock,
      log,
      options,
      templates,
      subnets,
      unavailable,
      fleets: createFleetBatcher({ ec2, clock, metrics: instruments?.batcher }),
      launchFailures: instruments?.launchFailures,
      onSpotRoleMissing: (claim) => publishSpotRoleMissing(deps.events, claim),
    }),
  };
}

function createTypeParts(deps: AwsProviderDeps, unavailable: UnavailableOfferings) {
  const { clients, clock, log, options } = deps;
  const { region, isolatedVpc } = options;
  const catalogue = loadCatalogue();
  const discovery = createTypeDiscovery({ ec2: clients.ec2, region, networkLimits: catalogue.networkLimits, log });
  const prices = createPriceBook({
    ec2: clients.ec2,
    pricing: clients.pricing,
    region,
    isolatedVpc,
    table: catalogue.onDemand,
    log,
    now: () => clock.now(),
  });
  const types = createTypeList({
    clock,
    discovery,
    prices,
    unavailable,
    settings: options,
    reservationCapacity: () => 0,
  });
  return { discovery, prices, types };
}

function publishSpotRoleMissing(events: EventRecorder | undefined, claim: NodeClaim): void {
  events?.publish({
    object: claim,
    type: "Warning",
    reason: "",
    message:
      'Attempted to launch a spot instance but failed due to "AuthFailure.ServiceLinkedRoleCreationNotPermitted"',
  });
}
