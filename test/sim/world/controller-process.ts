/** The controller as a process that starts, stops when asked, crashes, and is started again. */
import type { KubeClient, ObjectName } from "../../../src/kube/index.ts";
import { LeadershipLost } from "../../../src/kube/index.ts";
import type { SimulatedAccount } from "../../../src/local/index.ts";
import {
  awsProvider,
  awsProviderOptions,
  createOperator,
  defaultOptions,
  type ProviderFactory,
} from "../../../src/operator/index.ts";
import {
  createIds,
  createMetricsRegistry,
  createSeededRandom,
  type Logger,
  type ManualClock,
} from "../../../src/platform/index.ts";
import { createFaultyClient } from "../faults/api-faults.ts";
import { createFaultyClients } from "../faults/cloud-faults.ts";
import type { FaultBoard } from "../faults/fault-board.ts";
import { createFuse, type Fuse } from "../faults/fuse.ts";
import type { WatchFaults } from "../faults/watch-faults.ts";

export interface ControllerDeps {
  readonly seed: number;
  readonly clock: ManualClock;
  readonly kube: KubeClient;
  readonly account: SimulatedAccount;
  readonly board: FaultBoard;
  readonly watches: WatchFaults;
  readonly log: Logger;
  readonly onPodDeleted: (name: ObjectName) => void;
  /** Told when the controller ended by itself for another reason than a lost lease, or did not stop when asked. */
  readonly onFailure: (text: string) => void;
  /** Told that no controller works for about so many milliseconds. */
  readonly onDown: (milliseconds: number) => void;
  /** Puts a layer over the cloud provider. */
  readonly wrapProvider?: (provider: ProviderFactory) => ProviderFactory;
}

export interface ControllerProcess {
  readonly starts: number;
  /** Dies with the n-th write from now and is started again after a while. */
  crash(writes: number, options: { readonly takesEffect: boolean; readonly downMilliseconds: number }): void;
  /** Asks the controller to stop, as SIGTERM does, and starts another once it has. */
  restart(): void;
  /** Ends for good. */
  stop(): Promise<void>;
}

interface Running {
  readonly fuse: Fuse;
  readonly dying: AbortController;
  readonly ended: Promise<void>;
  /** Whether somebody has asked it to end, so that its end is no surprise. */
  asked: boolean;
}

const restartMilliseconds = 3_000;
/** What Kubernetes gives a pod to stop by default. */
const graceMilliseconds = 30_000;

export function createControllerProcess(deps: ControllerDeps): ControllerProcess {
  const { clock } = deps;
  let starts = 0;
  let stopped = false;
  let current: Running;

  const start = (): void => {
    if (stopped) return;
    starts += 1;
    const started = launch(deps, starts);
    current = started;
    void started.ended.then(
      () => startAgain(started, undefined),
      (error: unknown) => startAgain(started, error),
    );
  };
  const startAfter = (milliseconds: number): void => {
    deps.onDown(milliseconds);
    clock.after(milliseconds, start);
  };
  const startAgain = (ended: Running, error: unknown): void => {
    if (ended.asked) return;
    ended.asked = true;
    ended.fuse.kill();
    if (!isLeadershipLost(error)) deps.onFailure(`the controller ended by itself: ${textOf(error)}`);
    startAfter(restartMilliseconds);
  };
  const restart = (): void => {
    const leaving = current;
    if (leaving.asked) return;
    leaving.asked = true;
    deps.onDown(graceMilliseconds + restartMilliseconds);
    let isOver = false;
    const next = (): void => {
      if (isOver) return;
      isOver = true;
      leaving.fuse.kill();
      cancel();
      clock.after(restartMilliseconds, start);
    };
    const cancel = clock.after(graceMilliseconds, () => {
      deps.onFailure("the controller did not stop within 30 s of being asked to");
      next();
    });
    leaving.dying.abort(new Error("SIGTERM"));
    void leaving.ended.then(next, next);
  };

  start();
  return {
    get starts() {
      return starts;
    },
    crash: (writes, { takesEffect, downMilliseconds }) => {
      const dying = current;
      dying.fuse.dieWithWrite(writes, {
        takesEffect,
        onDeath: () => {
          dying.dying.abort(new Error("crashed"));
          if (dying.asked) return;
          dying.asked = true;
          startAfter(downMilliseconds);
        },
      });
    },
    restart,
    stop: async () => {
      stopped = true;
      current.asked = true;
      current.dying.abort(new Error("the run is over"));
      await clock.advance(2 * graceMilliseconds);
      current.fuse.kill();
    },
  };
}

const isLeadershipLost = (error: unknown): boolean =>
  error instanceof LeadershipLost || (error instanceof Error && isLeadershipLost(error.cause));

const textOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.message}${error.cause === undefined ? "" : `: ${textOf(error.cause)}`}`
    : String(error);

function launch(deps: ControllerDeps, start: number): Running {
  const { seed, clock, kube, account, board, watches, log } = deps;
  const fuse = createFuse();
  const dying = new AbortController();
  const random = createSeededRandom(`${seed}/controller/${start}`);
  const options = {
    ...defaultOptions,
    clusterName: account.clusterName,
    interruptionQueue: account.queueName,
  };
  const provider = awsProvider({
    clients: createFaultyClients({ clients: account.clients, clock, board, fuse }),
    options: awsProviderOptions(options, { region: account.region, clusterEndpoint: "https://127.0.0.1:6443" }),
    kubernetesVersion: () => "1.34",
  });
  const operator = createOperator({
    kube: createFaultyClient({ kube, clock, board, fuse, watches, onPodDeleted: deps.onPodDeleted }),
    provider: deps.wrapProvider?.(provider) ?? provider,
    clock,
    random,
    ids: createIds(random),
    log,
    metrics: createMetricsRegistry(),
    options,
  });
  const ended = operator.run(dying.signal);
  ended.catch(() => undefined);
  return { fuse, dying, ended, asked: false };
}
