import { nodeClaimType, nodePoolType } from "../api/index.ts";
import {
  type ClusterModel,
  createCaches,
  createClusterModel,
  createInstruments,
  type Reconciler,
} from "../controllers/index.ts";
import type { ClusterSnapshot } from "../core/index.ts";
import { createEventRecorder, type InformerSet, type KubeClient, leadWithLease } from "../kube/index.ts";
import {
  type Clock,
  createLifecycle,
  type Ids,
  type Lifecycle,
  type Logger,
  type MetricsRegistry,
  type Random,
} from "../platform/index.ts";
import { measureCloudProvider } from "../provider/index.ts";
import { startHttpServer } from "../server/index.ts";
import { recordToFile } from "./decision-file.ts";
import { startDashboard } from "./dashboard.ts";
import { createDecisionLog, type DecisionLog } from "./decision-log.ts";
import { createGatedBuffers, createGatedOverlays } from "./gated.ts";
import { watchMemory } from "./memory.ts";
import { restrictClient, restrictCollector, restrictProvider } from "./modes.ts";
import { lookAround } from "./look-around.ts";
import type { ServedSchemas } from "./old-definitions.ts";
import { composeEra, type EraParts } from "./era-parts.ts";
import type { OperatorOptions } from "./options.ts";
import { createPlanningThread, type PlanningThread } from "./planning-host.ts";
import { watchOtherMakes } from "./other-makes.ts";
import { createMetricsRoute, createProbeRoute, firstOf, type ReadinessCheck, withToken } from "./probes.ts";
import { createProfileRoute } from "./profiles.ts";
import type { ProviderFactory, ProviderWiring } from "./provider-wiring.ts";
import { createReconcilers } from "./reconcilers.ts";
import { queueOf } from "./run-reconciler.ts";

export interface OperatorSetup {
  readonly kube: KubeClient;
  /** For the lease alone: sharing a limiter has lost leadership under load. The other client when absent. */
  readonly electionKube?: KubeClient;
  readonly provider: ProviderFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  readonly options: OperatorOptions;
  /** Who holds the lease, `<hostname>_<uuid>`, and the namespace where no option names one. */
  readonly identity?: string;
  readonly namespace?: string;
  /** How definitions are compared with those of the cluster; they are not when absent. */
  readonly schemas?: ServedSchemas;
  /** Address to serve probes and metrics on; nothing is served when absent. */
  readonly host?: string;
  readonly version?: { readonly version: string; readonly commit: string };
}

export interface Operator {
  readonly decisions: DecisionLog;
  /** Resolves once this process leads and its controllers run; rejects when the start fails. */
  readonly running: Promise<void>;
  /** The picture as decisions see it. */
  snapshot(): ClusterSnapshot;
  isSynced(): boolean;
  /** Where probes and metrics are served, once they are. */
  readonly urls: { readonly probes?: string; readonly metrics?: string; readonly dashboard?: string };
  /**
   * Runs until `signal` aborts, then stops in reverse order of start: controllers first, their writes awaited, then the
   * lease, the events, the caches. Rejects when the start or a loop fails, or the lease is lost.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** The composition root: everything is wired here and nowhere else. */
export function createOperator(setup: OperatorSetup): Operator {
  const parts = composeParts(setup);
  const started = Promise.withResolvers<void>();
  // Whoever runs the operator gets the failure from `run`.
  started.promise.catch(() => undefined);
  const urls: { probes?: string; metrics?: string; dashboard?: string } = {};
  return {
    decisions: parts.decisions,
    running: started.promise,
    snapshot: () => parts.model.snapshot(),
    isSynced: () => parts.model.isSynced(),
    urls,
    run: async (signal) => {
      const lifecycle = createLifecycle({ clock: setup.clock, log: setup.log });
      const stop = (): void => void lifecycle.stop("asked to stop");
      signal.addEventListener("abort", stop, { once: true });
      try {
        await startServers(setup, parts, lifecycle, urls);
        startWatches(setup, parts, lifecycle);
        const lease = takesLease(setup) ? leaseOf(setup) : undefined;
        const { nodeClassTypes } = parts.wiring.provider;
        lifecycle.start("look around", (own) => lookAround({ ...setup, lease, nodeClassTypes }, own));
        lifecycle.start("admission", (own) => parts.admission.run(own));
        lifecycle.start("informers", (own) => parts.informers.run(own));
        lifecycle.start("events", (own) => parts.recorder.run(own));
        lifecycle.start("controllers", (own) => lead(setup, parts, { signal: own, started: () => started.resolve() }));
        if (signal.aborted) stop();
        await lifecycle.done;
      } catch (error) {
        started.reject(error);
        await lifecycle.stop("failed");
        throw error;
      } finally {
        signal.removeEventListener("abort", stop);
        await parts.planner?.stop();
      }
    },
  };
}

interface Parts extends Pick<EraParts, "admission"> {
  readonly informers: InformerSet;
  readonly recorder: ReturnType<typeof createEventRecorder>;
  readonly wiring: ProviderWiring;
  readonly model: ClusterModel;
  /** Where plans are made, when not on this thread. */
  readonly planner: PlanningThread | undefined;
  readonly decisions: DecisionLog;
  readonly reconcilers: () => readonly Reconciler[];
}

function composeParts(setup: OperatorSetup): Parts {
  const { clock, random, ids, options } = setup;
  const { mode } = options;
  const { era, log, metrics, onBatchClosed, planLines, admission } = composeEra(setup);
  const { informers } = era;
  const eventKube = restrictClient(era.kube, mode, []);
  const recorder = createEventRecorder({ client: eventKube, clock, ids, log, metrics });
  const events = mode === "observe" ? { publish: () => undefined } : recorder;
  era.followSettings(events);
  era.measure(metrics);
  const around = { clock, random, ids, log, metrics };
  const full = setup.provider({
    ...around,
    kube: era.kube,
    informers,
    events,
    settings: era.settings,
    hasMachines: era.hasMachines,
  });
  const wiring: ProviderWiring = {
    ...full,
    provider: restrictProvider(era.provider(full.provider), mode),
    ...(full.collector === undefined ? {} : { collector: restrictCollector(full.collector, mode) }),
  };
  const gating = { informers, clock, log, options };
  const overlays = createGatedOverlays(gating, wiring.provider);
  const { provider } = { ...wiring, ...overlays };
  const kube = restrictClient(era.kube, mode, provider.nodeClassTypes);
  const caches = createCaches({
    informers,
    nodeClassTypes: provider.nodeClassTypes,
    dynamicResources: !setup.options.ignoreDraRequests,
  });
  const instruments = createInstruments(metrics);
  const decisions = createDecisionLog(clock);
  const asked = measureCloudProvider(provider, { metrics, clock, controller: "provisioner" });
  const model = createClusterModel({ kube, caches, clock, log, provider: asked, metrics, instruments });
  const planner = options.planningThread ? createPlanningThread(model) : undefined;
  const base = {
    ...around,
    onPlan: planLines(events),
    onBatchClosed,
    eraSettings: era.settings,
    kube,
    caches,
    model,
    events,
    instruments,
    decisions,
    wiring: { ...wiring, provider },
    options,
    overlays,
    buffers: createGatedBuffers(gating, kube),
    ...(planner === undefined ? {} : { planner }),
  };
  const reconcilers = () => createReconcilers(base);
  return { informers, recorder, wiring, model, planner, decisions, admission, reconcilers };
}

async function lead(
  setup: OperatorSetup,
  parts: Parts,
  run: { readonly signal: AbortSignal; readonly started: () => void },
): Promise<void> {
  const { clock, random, log, metrics } = setup;
  await parts.wiring.start?.({ signal: run.signal });
  await parts.informers.waitForSync({ signal: run.signal });
  const work = (signal: AbortSignal): Promise<void> => {
    const running = runControllers(setup, parts, signal);
    run.started();
    return running;
  };
  if (!takesLease(setup)) return work(run.signal);
  await leadWithLease(
    {
      client: setup.electionKube ?? setup.kube,
      clock,
      random,
      log,
      metrics,
      lease: leaseOf(setup),
      identity: setup.identity ?? setup.ids.uuid(),
    },
    work,
    run.signal,
  );
}

/** Where this process takes its lease. */
const leaseOf = ({ options, namespace }: OperatorSetup): { readonly namespace: string; readonly name: string } => ({
  namespace: options.leaderElectionNamespace || (namespace ?? "kube-system"),
  name: options.leaderElectionName,
});

/** A process that writes nothing needs no permission to lead, and must not take it from one that does. */
const takesLease = ({ options }: OperatorSetup): boolean =>
  !options.disableLeaderElection && (options.mode === "apply" || options.mode === "consolidate");

/** What looks after the process itself and its surroundings. */
function startWatches(setup: OperatorSetup, parts: Parts, lifecycle: Lifecycle): void {
  const { options } = setup;
  lifecycle.start("memory", (own) => watchMemory({ ...setup, limitBytes: options.memoryLimit }, own));
  const { namespace, name } = leaseOf(setup);
  const ownLease = takesLease(setup) ? name : undefined;
  lifecycle.start("other makes", (own) => watchOtherMakes({ ...setup, namespace, ownLease }, own));
  if (options.decisionLogPath === "") return;
  lifecycle.onStop("decision log", recordToFile(parts.decisions, { ...setup, path: options.decisionLogPath }));
}

/** Runs all queues and background loops until aborted; the first that fails stops the others and is thrown. */
async function runControllers(setup: OperatorSetup, parts: Parts, signal: AbortSignal): Promise<void> {
  const { options, clock, random, log, metrics } = setup;
  const context = { clock, random, log, metrics, cpuRequestMillicores: options.cpuRequests };
  const queues = parts.reconcilers().map((reconciler) => queueOf(context, reconciler));
  const background = options.mode === "apply" ? (parts.wiring.background ?? []) : [];
  log.info("starting controllers", { mode: options.mode, controllers: queues.map(({ name }) => name) });
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const watched = [...queues, ...background].map(async (loop) => {
    try {
      await loop.run(both);
    } catch (error) {
      if (!both.aborted) failed.abort(new Error(`${loop.name} failed`, { cause: error }));
    }
  });
  await Promise.all(watched);
  if (failed.signal.aborted) throw failed.signal.reason;
}

async function startServers(
  setup: OperatorSetup,
  parts: Parts,
  lifecycle: Lifecycle,
  urls: { probes?: string; metrics?: string; dashboard?: string },
): Promise<void> {
  const { host, metrics, log, options, version } = setup;
  metrics
    .gauge({
      name: "karpenter_build_info",
      help: "Constant 1; what was built and what runs it.",
      labels: ["version", "goversion", "goarch", "commit"],
    })
    .set(1, {
      version: version?.version ?? "",
      goversion: process.version,
      goarch: process.arch,
      commit: version?.commit ?? "",
    });
  if (host === undefined) return;
  const serve = async (name: string, port: number, route: ReturnType<typeof createProbeRoute>): Promise<string> => {
    const server = await startHttpServer({ host, port, route, log });
    if (!server.ok) {
      const { kind } = server.failure;
      throw new Error(`cannot serve ${name} on ${host}:${port}: ${kind}; choose another with --${name}-port`);
    }
    lifecycle.onStop(name, () => server.value.close());
    return server.value.url;
  };
  urls.probes = await serve("health-probe", options.healthProbePort, createProbeRoute(readinessChecks(setup, parts)));
  const profiles = options.enableProfiling ? [createProfileRoute(setup.clock)] : [];
  const told = firstOf(createMetricsRoute(metrics, parts.decisions), ...profiles);
  urls.metrics = await serve("metrics", options.metricsPort, withToken(options.metricsTokenFile, told));
  const { model, decisions } = parts;
  const dashboard = await startDashboard({ ...setup, decisions, snapshot: () => model.snapshot() }, lifecycle);
  if (dashboard !== undefined) urls.dashboard = dashboard;
}

function readinessChecks({ kube }: OperatorSetup, { informers, admission }: Parts): readonly ReadinessCheck[] {
  return [
    ...admission.readiness,
    { name: "ping", check: async () => undefined },
    {
      name: "manager",
      check: async () => (allSynced(informers) ? undefined : "caches are not synced"),
    },
    {
      name: "crd",
      check: async () => {
        const served = await Promise.all([nodePoolType, nodeClaimType].map((type) => kube.isServed(type)));
        return served.every(Boolean) ? undefined : "NodePool and NodeClaim are not both served by the API";
      },
    },
  ];
}

const allSynced = (informers: InformerSet): boolean =>
  informers.informer({ type: nodePoolType }).synced && informers.informer({ type: nodeClaimType }).synced;
