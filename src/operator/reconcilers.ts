import {
  type Caches,
  type ClusterModel,
  createBatcher,
  createClaimCollection,
  createClaimDisruptionConditions,
  createClaims,
  createClusterLimitStatus,
  createConsistency,
  createDisruption,
  createEvictionQueue,
  createExpiration,
  createInstanceCollection,
  createInterruption,
  createLaunchCache,
  createNodeClaimHydration,
  createNodeClaimLifecycle,
  createNodeHydration,
  createNodeMetrics,
  createNodePoolCounter,
  createNodePoolHash,
  createNodePoolMetrics,
  createNodePoolReadiness,
  createNodePoolValidation,
  createNodeRepair,
  createNodeTermination,
  createMachineEmptiness,
  createNominator,
  createPlannedPods,
  createPoolAdvice,
  createPodEvents,
  createPodMetrics,
  createProvisioning,
  createRegistrationHealth,
  createStaleNominations,
  createStatusReporters,
  type DecisionFeed,
  type DecisionSink,
  type DisruptionDeps,
  type Instruments,
  type PlanListener,
  type EraSettings,
  indexes,
  type Nominator,
  type PlannedPods,
  type Planner,
  type Reconciler,
} from "../controllers/index.ts";
import { awsLabelRules, type LabelRules } from "../api/index.ts";
import { isReschedulable } from "../core/index.ts";
import { clusterLimitsOf } from "./cluster-limits.ts";
import { disruptionRules, planningPolicy } from "./disruption-rules.ts";
import type { EventRecorder, KubeClient } from "../kube/index.ts";
import type { Clock, Ids, Logger, MetricsRegistry, Random } from "../platform/index.ts";
import { type CloudProvider, measureCloudProvider } from "../provider/index.ts";
import { type GatedBuffers, type GatedOverlays, gatedStaticPools, spreadDefaultsOf } from "./gated.ts";
import { batchingOf } from "./era-settings.ts";
import { handedOver, withoutPools } from "./handed-over.ts";
import type { OperatorOptions } from "./options.ts";
import { createPlannedFigures } from "./planned-figures.ts";
import type { ProviderWiring } from "./provider-wiring.ts";

export interface ReconcilerParts {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly model: ClusterModel;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  readonly events: EventRecorder;
  readonly instruments: Instruments;
  readonly decisions: DecisionSink & DecisionFeed;
  readonly wiring: ProviderWiring;
  readonly options: OperatorOptions;
  /** Told of each plan and of the picture that it was made on. */
  readonly onPlan?: PlanListener;
  /** Told how long each batch of pods was open. */
  readonly onBatchClosed?: (milliseconds: number) => void;
  /** The settings map of the v1alpha5 era, as it stands. */
  readonly eraSettings: () => EraSettings;
  /** Makes the plans; the provisioner's own way when absent. */
  readonly planner?: Planner;
  readonly overlays: GatedOverlays | undefined;
  readonly buffers: GatedBuffers | undefined;
}

/** Every reconciler of a mode, in the order in which they start. */
export function createReconcilers(parts: ReconcilerParts): readonly Reconciler[] {
  const { provider, labelRules } = parts.wiring;
  const planned = createPlannedPods(parts.caches, (node) => namesOfMachine(parts.caches, node));
  const deps = {
    ...parts,
    provider,
    planned,
    ...nominatorOf(parts, planned),
    ...(labelRules === undefined ? {} : { labelRules }),
  };
  const deciding = decidingReconcilers(deps);
  switch (parts.options.mode) {
    case "observe":
    case "consolidate":
      return deciding;
    case "plan":
      return [...poolReconcilers(deps).status, ...deciding];
    default:
      return [
        ...poolReconcilers(deps).status,
        ...poolReconcilers(deps).others,
        ...lifeReconcilers(deps),
        ...gatedStaticPools(deps),
        ...observers(deps),
        ...deciding,
      ];
  }
}

type Deps = ReconcilerParts & {
  readonly provider: CloudProvider;
  readonly labelRules?: LabelRules;
  readonly planned: PlannedPods;
  readonly nominator?: Nominator;
};

/** A machine is planned under the name of its claim, and later of its node. */
function namesOfMachine({ nodes, nodeClaims }: Caches, name: string): readonly string[] {
  const providerId = nodes.store.get(name)?.spec.providerID ?? "";
  const claims = providerId === "" ? [] : nodeClaims.store.byIndex(indexes.providerId, providerId);
  return [name, ...claims.map(({ metadata }) => metadata.name ?? "")];
}

/** Only a process that acts may promise nodes to pods, and the reference does not. */
const nominatorOf = (parts: ReconcilerParts, planned: PlannedPods): Pick<Deps, "nominator"> => {
  const { mode, nominatePods, policy } = parts.options;
  const promises = mode === "apply" && nominatePods && policy !== "compatible";
  return promises ? { nominator: createNominator({ ...parts, planned }) } : {};
};

/** The same parts with a provider whose calls are counted under the name of the controller that makes them. */
const measuredFor = (deps: Deps, controller: string): Deps => ({
  ...deps,
  provider: measureCloudProvider(deps.provider, { metrics: deps.metrics, clock: deps.clock, controller }),
});

/** Those of a pool's status, which a plan needs, and those that write elsewhere. */
function poolReconcilers(deps: Deps): {
  readonly status: readonly Reconciler[];
  readonly others: readonly Reconciler[];
} {
  const { clusterLimits } = clusterLimitsOf(deps.options);
  const together = clusterLimits === undefined ? [] : [createClusterLimitStatus({ ...deps, clusterLimits })];
  return {
    status: [createNodePoolReadiness(deps), createNodePoolValidation(deps), createNodePoolCounter(deps), ...together],
    others: [createNodePoolHash(deps)],
  };
}

/** Machines from launch to end. */
function lifeReconcilers(deps: Deps): readonly Reconciler[] {
  const { wiring } = deps;
  const health = createRegistrationHealth(deps);
  const doNotEvictBlocksDrain = deps.options.legacyDoNotEvictBlocksDrain;
  const evictions = createEvictionQueue({ ...deps, doNotEvictBlocksDrain });
  const launches = createLaunchCache(deps.clock);
  const { collector } = wiring;
  return [
    deps.model.claimCollector,
    health.reconciler,
    createNodeClaimLifecycle({
      ...measuredFor(deps, "nodeclaim.lifecycle"),
      outcomes: health,
      launches,
      ...(wiring.registrationHooks === undefined ? {} : { hooks: wiring.registrationHooks }),
    }),
    ...(deps.nominator === undefined ? [] : [createStaleNominations({ ...deps, nominator: deps.nominator })]),
    createNodeClaimHydration(deps),
    createNodeHydration(deps),
    createPodEvents(deps),
    createConsistency(deps),
    createExpiration({ ...deps, isReschedulable }),
    createClaimCollection(measuredFor(deps, "nodeclaim.garbagecollection")),
    ...(collector === undefined
      ? []
      : [
          createInstanceCollection({
            ...measuredFor(deps, "instance.garbagecollection"),
            collector,
            isLaunching: (id) => launches.owns(id),
          }),
        ]),
    evictions.reconciler,
    createNodeTermination({ ...measuredFor(deps, "node.termination"), evictions }),
    createClaimDisruptionConditions(measuredFor(deps, "nodeclaim.disruption")),
    createMachineEmptiness(deps),
    ...forcefulReconcilers(deps),
    ...(wiring.reconcilers ?? []),
  ];
}

/** Ends that nobody planned: ill nodes, and machines that the cloud takes back. */
function forcefulReconcilers(deps: Deps): readonly Reconciler[] {
  const { options, wiring, provider } = deps;
  const repairs = options.featureGates["NodeRepair"] === true && provider.repairPolicies.length > 0;
  return [
    ...(repairs ? [createNodeRepair(deps)] : []),
    ...(wiring.interruptions ?? []).map((source) => createInterruption(deps, source)),
  ];
}

/** Metrics and events that mirror objects; too many series for very large clusters, where an option turns them off. */
function observers(deps: Deps): readonly Reconciler[] {
  if (deps.options.disableClusterStateObservability) return [];
  return [
    ...createStatusReporters(deps),
    createPoolAdvice(deps),
    createNodeMetrics(deps, [...(deps.labelRules ?? awsLabelRules).wellKnown]),
    createNodePoolMetrics(deps),
    createPodMetrics(deps, deps.decisions),
  ];
}

const poolPatienceMilliseconds = 5_000;

/** Longer than the longest batch of the provisioner, which says where displaced pods go. */
const quietStartMilliseconds = 10_000;

/** What to launch and what to remove. */
function decidingReconcilers(deps: Deps): readonly Reconciler[] {
  const { options, clock, labelRules, overlays, buffers } = deps;
  const act = options.mode === "apply";
  // Known labels stand at 0 from the start, so that rates work from the first sample (spec: operations 1.1).
  for (const consolidation_type of ["multi", "single"])
    deps.instruments.consolidationTimeouts.increment({ consolidation_type }, 0);
  const figures = act ? undefined : createPlannedFigures(deps.metrics);
  const batcher = createBatcher(
    batchingOf({ clock, options, settings: deps.eraSettings, onClosed: deps.onBatchClosed }),
  );
  const provisioning = createProvisioning({
    ...deps,
    ...(figures === undefined ? {} : { onPlan: bothTold(figures.launches, deps.onPlan) }),
    ...(options.mode === "consolidate" ? { events: silent } : {}),
    act,
    batcher,
    ...spreadDefaultsOf(deps),
    ...clusterLimitsOf(options),
    ...(buffers === undefined ? {} : { virtual: buffers.virtual }),
    batchMaxMilliseconds: options.batchMaxMilliseconds,
    poolPatienceMilliseconds,
    planning: {
      ...planningPolicy(options),
      preferencePolicy: options.preferencePolicy,
      minValuesPolicy: options.minValuesPolicy,
      ignoreResourceClaims: options.ignoreDraRequests,
      ...(labelRules === undefined ? {} : { labelRules }),
    },
  });
  const disruption = createDisruption({
    ...deps,
    act,
    ...(figures === undefined ? {} : { onPass: figures.removals }),
    ...(options.mode === "consolidate" ? consolidating(deps) : {}),
    ...(buffers === undefined ? {} : { bufferNodes: buffers.nodes, virtualPods: () => buffers.virtual.pods() }),
    quietStartMilliseconds,
    ...disruptionRules(deps),
    createReplacements: replacementsOf({ ...deps, ...clusterLimitsOf(options) }),
  });
  return [
    ...(overlays === undefined ? [] : [overlays.reconciler(deps)]),
    ...(buffers === undefined ? [] : [buffers.reconciler((uid) => batcher.trigger(uid))]),
    provisioning.podTrigger,
    provisioning.nodeTrigger,
    provisioning.loop,
    disruption.queue,
    disruption.loop,
  ];
}

/** What pending pods are told is said by whoever launches for them. */
const silent: Pick<EventRecorder, "publish"> = { publish: () => undefined };

const bothTold =
  (first: PlanListener, second: PlanListener | undefined): PlanListener =>
  (...told) => {
    first(...told);
    second?.(...told);
  };

const consolidating = ({ model, events }: Deps): Partial<DisruptionDeps> => ({
  act: true,
  sharesDisruption: true,
  model: handedOver(model),
  events: withoutPools(events),
});

/** Replacements are claims like any other; one that cannot be created fails the command. */
const replacementsOf =
  (deps: Parameters<typeof createClaims>[0]): DisruptionDeps["createReplacements"] =>
  async (planned, how) => {
    const outcomes = await createClaims(deps, planned, how);
    const refused = outcomes.find((outcome) => !outcome.ok);
    if (refused !== undefined && !refused.ok) throw refused.error;
    return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.claim] : []));
  };
