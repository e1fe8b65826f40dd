/** Parts that exist only behind a feature gate or an option: overlays, buffers, static pools, default constraints. */
import { capacityBufferType, type LabelRules, nodeOverlayType } from "../api/index.ts";
import {
  type Caches,
  type ClusterModel,
  createBufferPods,
  createCapacityBuffer,
  createOverlayController,
  createOverlayStore,
  createSpreadDefaults,
  createStaticDeprovisioning,
  createStaticProvisioning,
  type Instruments,
  overlayProvider,
  type ProvisioningDeps,
  type Reconciler,
  reportBuffers,
} from "../controllers/index.ts";
import type { EventRecorder, InformerSet, KubeClient } from "../kube/index.ts";
import type { Clock, Logger } from "../platform/index.ts";
import type { CloudProvider } from "../provider/index.ts";
import { clusterLimitsOf } from "./cluster-limits.ts";
import type { OperatorOptions } from "./options.ts";
import { parseSchedulerConfig } from "./scheduler-config.ts";

interface Setting {
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: OperatorOptions;
}

const actsIn = ({ mode }: OperatorOptions): boolean => mode === "apply";

/** The provider as pools see it, and what keeps its overlays in force. */
export interface GatedOverlays {
  readonly provider: CloudProvider;
  reconciler(deps: {
    readonly kube: KubeClient;
    readonly caches: Caches;
    readonly labelRules?: LabelRules;
  }): Reconciler;
}

/** Undefined while the gate NodeOverlay is off. */
export function createGatedOverlays(setting: Setting, provider: CloudProvider): GatedOverlays | undefined {
  const { informers, clock, log, options } = setting;
  if (options.featureGates["NodeOverlay"] !== true) return undefined;
  const store = createOverlayStore();
  const overlays = informers.informer({ type: nodeOverlayType });
  return {
    provider: overlayProvider(provider, store),
    reconciler: (deps) =>
      createOverlayController({ ...deps, overlays, clock, log, provider, store, act: actsIn(options) }),
  };
}

/** What the provisioner is given beside, and the reconcilers that go with it. */
export interface GatedBuffers {
  readonly virtual: NonNullable<ProvisioningDeps["virtual"]>;
  /** Nodes that hold chunks of buffers, by name. */
  readonly nodes: () => ReadonlySet<string>;
  reconciler(trigger: (uid: string) => void): Reconciler;
}

/** Undefined while the gate CapacityBuffer is off. */
export function createGatedBuffers(setting: Setting, kube: KubeClient): GatedBuffers | undefined {
  const { informers, clock, options } = setting;
  if (options.featureGates["CapacityBuffer"] !== true) return undefined;
  const pods = createBufferPods();
  const buffers = informers.informer({ type: capacityBufferType });
  return {
    virtual: {
      pods: () => pods.pods(),
      planned: async (plan, signal) => {
        pods.placed(plan);
        await reportBuffers({ kube, buffers, clock }, pods.demands(), plan, signal);
      },
    },
    nodes: () => pods.nodes(),
    reconciler: (trigger) => createCapacityBuffer({ kube, buffers, clock, pods, trigger, act: actsIn(options) }),
  };
}

/** None while the gate StaticCapacity is off. */
export function gatedStaticPools(deps: {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly provider: CloudProvider;
  readonly model: ClusterModel;
  readonly instruments: Instruments;
  readonly events: EventRecorder;
  readonly options: OperatorOptions;
  readonly labelRules?: LabelRules;
}): readonly Reconciler[] {
  if (deps.options.featureGates["StaticCapacity"] !== true) return [];
  const limited = { ...deps, ...clusterLimitsOf(deps.options) };
  return [createStaticProvisioning(limited), createStaticDeprovisioning(limited)];
}

/** What the option `--scheduler-config` adds to provisioning; it was found readable when the options were parsed. */
export function spreadDefaultsOf(deps: {
  readonly kube: KubeClient;
  readonly log: Logger;
  readonly options: OperatorOptions;
}): Pick<ProvisioningDeps, "spreadDefaults"> {
  const config = parseSchedulerConfig(deps.options.schedulerConfig);
  if (!config.ok || config.value.defaultConstraints.length === 0) return {};
  return { spreadDefaults: createSpreadDefaults(deps, config.value.defaultConstraints) };
}
