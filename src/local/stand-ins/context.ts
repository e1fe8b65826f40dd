import type { Controller, ControllerOptions, EventRecorder, InformerSet, KubeClient } from "../../kube/index.ts";
import type { Clock, Ids, Logger, Random } from "../../platform/index.ts";
import type { PulseBoard } from "./pulse.ts";

/** What every stand-in is given: the port to the API server, shared caches, time, chance, and a way to make loops. */
export interface StandInContext {
  readonly kube: KubeClient;
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  /** Which kubelets are at work, where they live in this process and tell. */
  readonly pulse: PulseBoard;
  readonly createController: (options: ControllerOptions) => Controller;
  /** A recorder whose events name `component` as their source. */
  readonly recorderFor: (component: string) => EventRecorder;
}

/** A prepared part: its controllers watch their caches already; `run` works until aborted. */
export interface StandIn {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}
