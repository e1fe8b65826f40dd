import type { EventRecorder, InformerSet, KubeClient, RateLimit } from "../../kube/index.ts";
import { createController, createEventRecorder, createInformerSet } from "../../kube/index.ts";
import type { RunningEventRecorder } from "../../kube/index.ts";
import type { Clock, Ids, Logger, MetricsRegistry, Random } from "../../platform/index.ts";
import { prepareKubelets } from "../kubelets/kubelets.ts";
import type { KubeletOptions } from "../kubelets/kubelets.ts";
import { prepareScheduler } from "../scheduler/scheduler.ts";
import type { SchedulerOptions } from "../scheduler/scheduler.ts";
import { prepareVolumes } from "../volumes/volumes.ts";
import type { VolumeOptions } from "../volumes/volumes.ts";
import { prepareWorkloads } from "../workloads/workloads.ts";
import type { WorkloadOptions } from "../workloads/workloads.ts";
import type { StandIn, StandInContext } from "./context.ts";
import { createPacedClient } from "./paced-client.ts";
import { createPulseBoard } from "./pulse.ts";

export type StandInPart = "scheduler" | "workloads" | "volumes" | "kubelets";

export interface StandInOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** Shared caches that somebody else runs; own ones are made and run when absent. */
  readonly informers?: InformerSet;
  /** Parts to start; a part is left out where a real one does its work. Kubelets start only when options for them are given. */
  readonly parts?: readonly StandInPart[];
  readonly scheduler?: SchedulerOptions;
  readonly workloads?: WorkloadOptions;
  readonly volumes?: VolumeOptions;
  readonly kubelets?: KubeletOptions;
}

export interface RunningStandIns {
  /** Resolves when all caches have been filled and all loops have started. */
  readonly started: Promise<void>;
  /** Resolves after the signal aborted and all loops have ended; rejects when one failed. */
  readonly done: Promise<void>;
}

const allParts: readonly StandInPart[] = Object.freeze(["scheduler", "workloads", "volumes", "kubelets"]);

/** Retries of a process that is alone with its server: quick, and bounded for each key. */
const rateLimit: RateLimit = Object.freeze({ baseMilliseconds: 20, maxMilliseconds: 30_000, qps: 1_000, burst: 1_000 });

interface Prepared {
  readonly informers: InformerSet;
  readonly loops: readonly StandIn[];
}

function prepare(options: StandInOptions): Prepared {
  const { clock, random, ids, log, metrics } = options;
  const kube = createPacedClient(options.kube, clock);
  const informers = options.informers ?? createInformerSet({ client: kube, clock, random, log, metrics });
  const recorders = new Map<string, RunningEventRecorder>();
  const recorderFor = (component: string): EventRecorder => {
    const recorder =
      recorders.get(component) ?? createEventRecorder({ client: kube, clock, ids, log, metrics, component });
    recorders.set(component, recorder);
    return recorder;
  };
  const context: StandInContext = {
    kube,
    informers,
    clock,
    random,
    ids,
    log,
    recorderFor,
    pulse: createPulseBoard(),
    createController: (controller) => createController({ clock, random, log, metrics }, { rateLimit, ...controller }),
  };
  const parts = new Set(options.parts ?? allParts);
  const loops: StandIn[] = [];
  if (parts.has("scheduler")) loops.push(prepareScheduler(context, options.scheduler));
  if (parts.has("workloads")) loops.push(...prepareWorkloads(context, options.workloads));
  if (parts.has("volumes")) loops.push(...prepareVolumes(context, options.volumes));
  if (parts.has("kubelets") && options.kubelets !== undefined)
    loops.push(...prepareKubelets(context, options.kubelets));
  const writers = [...recorders].map(([component, recorder]) => ({
    name: `local.events.${component}`,
    run: (signal: AbortSignal) => recorder.run(signal),
  }));
  return { informers, loops: [...loops, ...writers] };
}

/** Starts the stand-ins of the embedded cluster (product 4.1) against any API server. */
export function startStandIns(options: StandInOptions, signal: AbortSignal): RunningStandIns {
  // One loop that fails ends all: half a control plane would only look like a slow one.
  const failure = new AbortController();
  const until = AbortSignal.any([signal, failure.signal]);
  const { informers, loops } = prepare(options);
  const guarded = async (loop: StandIn): Promise<void> => {
    try {
      await loop.run(until);
    } catch (error) {
      if (until.aborted) return;
      failure.abort(error);
      throw new Error(`${loop.name} failed`, { cause: error });
    }
  };
  const caches = options.informers === undefined ? informers.run(until) : Promise.resolve();
  const started = informers.waitForSync({ signal: until });
  const run = async (): Promise<void> => {
    try {
      await started;
    } catch (error) {
      failure.abort(error);
      if (!signal.aborted) throw error;
    }
    await Promise.all([caches, ...(until.aborted ? [] : loops.map(guarded))]);
  };
  return { started, done: run() };
}
