import { ec2NodeClassType, nodeClaimType, nodeOverlayType, nodePoolType, nodeType } from "../api/index.ts";
import type { EraSettings } from "../controllers/index.ts";
import type { InformerSet } from "../kube/index.ts";
import {
  type AwsLiveSettings,
  type AwsProviderDeps,
  type AwsProviderOptions,
  createAwsProvider,
  createOverlayPrices,
  defaultAwsProviderOptions,
  type OverlayPrices,
} from "../provider-aws/index.ts";
import type { AwsClients } from "../provider-aws/contract/index.ts";
import type { OperatorOptions } from "./options.ts";
import type { ProviderFactory } from "./provider-wiring.ts";

const hour = 3_600_000;

export interface AwsSetup {
  readonly clients: AwsClients;
  readonly options: AwsProviderOptions;
  /** `1.34`: version of the API server. */
  readonly kubernetesVersion: () => string;
  readonly shipped?: AwsProviderDeps["shipped"];
  /** Gate NodeOverlay: prices that overlays state stand in for those that AWS does not tell. */
  readonly overlays?: boolean;
}

function overlayPricesOf(informers: InformerSet): OverlayPrices {
  const overlays = informers.informer({ type: nodeOverlayType });
  let changes = 0;
  overlays.subscribe(() => {
    changes += 1;
  });
  return createOverlayPrices(
    () => overlays.store.list(),
    () => changes,
  );
}

/** AWS over the given clients: those of the SDK, or a simulated account. */
export function awsProvider(setup: AwsSetup): ProviderFactory {
  return ({ kube, informers, events, clock, ids, log, metrics, settings, hasMachines }) => {
    const nodeClasses = informers.informer({ type: ec2NodeClassType });
    const nodeClaims = informers.informer({ type: nodeClaimType });
    const nodes = informers.informer({ type: nodeType });
    const nodePools = informers.informer({ type: nodePoolType });
    const { shipped, overlays, ...given } = setup;
    const aws = createAwsProvider({
      ...given,
      ...(shipped === undefined ? {} : { shipped }),
      clock,
      log,
      metrics,
      events,
      nodeClasses: (name) => nodeClasses.store.get(name),
      hasMachines,
      ...(settings === undefined ? {} : { live: () => liveSettingsOf(setup.options, settings().global) }),
      overlayPrices: overlays === true ? overlayPricesOf(informers) : undefined,
    });
    const isOurs = (id: string): boolean =>
      nodeClaims.store.list().some(({ status }) => status?.providerID?.endsWith(`/${id}`) === true);
    return {
      provider: aws.cloudProvider,
      collector: aws.cloudProvider,
      start: (options) => aws.start(options),
      background: aws.background,
      reconcilers: aws.reconcilers({ kube, ids, events, nodeClasses, nodeClaims, nodes, nodePools }),
      registrationHooks: aws.registrationHooks,
      interruptions: aws.interruptions(isOurs),
    };
  };
}

/**
 * Settings that follow the settings map of the v1alpha5 era (spec: v1alpha5 D6). What the process itself was told goes
 * before the map, as in v0.32.
 */
function liveSettingsOf(told: AwsProviderOptions, map: EraSettings["global"]): AwsLiveSettings {
  const chosen = <Name extends keyof AwsLiveSettings>(name: Name): AwsLiveSettings[Name] =>
    told[name] === defaultAwsProviderOptions[name] ? map[name] : told[name];
  return {
    interruptionQueue: chosen("interruptionQueue"),
    isolatedVpc: chosen("isolatedVpc"),
    vmMemoryOverheadPercent: chosen("vmMemoryOverheadPercent"),
    reservedEnis: chosen("reservedEnis"),
  };
}

/** The provider's settings among the operator's options. */
export const awsProviderOptions = (
  options: OperatorOptions,
  place: {
    readonly region: string;
    readonly clusterEndpoint: string;
    readonly clusterCaBundle?: string;
    readonly clusterDns?: string;
  },
): AwsProviderOptions => ({
  region: place.region,
  cluster: {
    name: options.clusterName,
    endpoint: place.clusterEndpoint,
    ...(place.clusterCaBundle === undefined ? {} : { caBundle: place.clusterCaBundle }),
    ...(place.clusterDns === undefined ? {} : { dns: place.clusterDns }),
  },
  vmMemoryOverheadPercent: options.vmMemoryOverheadPercent,
  reservedEnis: options.reservedEnis,
  isolatedVpc: options.isolatedVpc,
  amiRefreshMilliseconds: options.amiRefreshMilliseconds,
  subnetRefreshMilliseconds: options.subnetRefreshMilliseconds,
  pricingRefreshMilliseconds: 12 * hour,
  instanceTypesRefreshMilliseconds: 12 * hour,
  minValuesPolicy: options.minValuesPolicy,
  reservedCapacity: options.featureGates["ReservedCapacity"] === true,
  nodeClassCel: options.featureGates["NodeClassCEL"] === true,
  disableDryRun: options.disableDryRun,
  interruptionQueue: options.interruptionQueue,
  watchInstanceStatus: false,
  offeringMetrics: false,
});
