import type { LabelRules } from "../api/index.ts";
import type { EraSettings, Reconciler, RegistrationHook } from "../controllers/index.ts";
import type { EventRecorder, InformerSet, KubeClient } from "../kube/index.ts";
import type { Clock, Ids, Logger, MetricsRegistry, Random } from "../platform/index.ts";
import type { CloudProvider, InstanceCollector, InterruptionSource } from "../provider/index.ts";

/** What the operator lends to a provider. */
export interface ProviderContext {
  readonly kube: KubeClient;
  readonly informers: InformerSet;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** The settings map of the v1alpha5 era, as it stands; read it whenever a setting is used. */
  readonly settings?: () => EraSettings;
  /** Whether there are Machines of that era. */
  readonly hasMachines?: () => boolean;
}

/** A cloud with everything that goes with it. */
export interface ProviderWiring {
  readonly provider: CloudProvider;
  /** Ends machines that no claim owns; absent where nothing can leak. */
  readonly collector?: InstanceCollector;
  /** Before anything else runs; a failure stops the start. */
  readonly start?: (options: { readonly signal: AbortSignal }) => Promise<void>;
  /** Loops that go on while this process leads. */
  readonly background?: readonly { readonly name: string; run(signal: AbortSignal): Promise<void> }[];
  readonly reconcilers?: readonly Reconciler[];
  readonly registrationHooks?: readonly RegistrationHook[];
  /** Where the cloud announces what it takes back; each gets a reconciler of its own. */
  readonly interruptions?: readonly InterruptionSource[];
  /** Which labels the provider knows and which nobody may ask for; those of AWS when absent. */
  readonly labelRules?: LabelRules;
}

export type ProviderFactory = (context: ProviderContext) => ProviderWiring;

/** A provider that needs nothing from the cluster. */
export const plainProvider =
  (provider: CloudProvider & Partial<InstanceCollector>): ProviderFactory =>
  () => ({
    provider,
    ...(provider.terminateUnowned === undefined
      ? {}
      : { collector: { terminateUnowned: (...args) => provider.terminateUnowned?.(...args) ?? Promise.resolve() } }),
  });
