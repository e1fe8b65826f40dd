/** The controller as a process that starts, stops when asked, crashes, and is started again. */
import type { KubeClient, ObjectName } from "../../../src/kube/index.ts";
import { LeadershipLost } from "../../../src/kube/index.ts";
import { kubernetesVersion, type SimulatedAccount } from "../../../src/local/index.ts";
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
  /** Whether it came so far as to lead. */
  ran: boolean;
}

const restartMilliseconds = 3_000;
/** Starts that fail come ever later, up to this. */
const longestBackoffMilliseconds = 60_000;
/** What Kubernetes gives a pod to stop by default. */
const graceMilliseconds = 30_000;

export function createControllerProcess(deps: ControllerDeps): ControllerProcess {
  const host = new Host(deps);
  host.start();
  return {
    get starts() {
      return host.starts;
    },
    crash: (writes, options) => host.crash(writes, options),
    restart: () => host.restart(),
    stop: () => host.stop(),
  };
}

/** Plays the kubelet of the controller's own pod: whatever ends is started again. */
class Host {
  readonly #deps: ControllerDeps;
  #current: Running | undefined;
  #stopped = false;
  /** Starts in a row that did not come so far as to lead. */
  #failedStarts = 0;
  starts = 0;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#stopped) return;
    this.starts += 1;
    this.#current = launch(this.#deps, this.starts);
    void this.#follow(this.#current);
  }

  crash(writes: number, options: { readonly takesEffect: boolean; readonly downMilliseconds: number }): void {
    const dying = this.#current;
    dying?.fuse.dieWithWrite(writes, {
      takesEffect: options.takesEffect,
      onDeath: () => {
        dying.dying.abort(new Error("crashed"));
        if (dying.asked) return;
        dying.asked = true;
        this.#startAfter(options.downMilliseconds);
      },
    });
  }

  restart(): void {
    const leaving = this.#current;
    if (leaving === undefined || leaving.asked) return;
    const { clock, onDown, onFailure } = this.#deps;
    leaving.asked = true;
    onDown(graceMilliseconds + restartMilliseconds);
    let isOver = false;
    const next = (): void => {
      if (isOver) return;
      isOver = true;
      leaving.fuse.kill();
      cancel();
      clock.after(restartMilliseconds, () => this.start());
    };
    const cancel = clock.after(graceMilliseconds, () => {
      onFailure("the controller did not stop within 30 s of being asked to");
      next();
    });
    leaving.dying.abort(new Error("SIGTERM"));
    void awaitEnd(leaving, next);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const last = this.#current;
    if (last !== undefined) last.asked = true;
    last?.dying.abort(new Error("the run is over"));
    await this.#deps.clock.advance(2 * graceMilliseconds);
    last?.fuse.kill();
  }

  async #follow(started: Running): Promise<void> {
    try {
      await started.ended;
      this.#startAgain(started, undefined);
    } catch (error) {
      this.#startAgain(started, error);
    }
  }

  #startAgain(ended: Running, error: unknown): void {
    if (ended.asked) return;
    ended.asked = true;
    ended.fuse.kill();
    // A start that fails, such as by a cloud that does not answer, is a process that ends and is started again.
    if (ended.ran && !isLeadershipLost(error)) this.#deps.onFailure(`the controller ended by itself: ${textOf(error)}`);
    this.#failedStarts = ended.ran ? 0 : this.#failedStarts + 1;
    this.#startAfter(Math.min(restartMilliseconds * 2 ** this.#failedStarts, longestBackoffMilliseconds));
  }

  #startAfter(milliseconds: number): void {
    this.#deps.onDown(milliseconds);
    this.#deps.clock.after(milliseconds, () => this.start());
  }
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
    // Nobody reads the gauges of a simulation, and most of a day would go into them.
    disableClusterStateObservability: true,
  };
  const provider = withoutOfferingGauges(
    awsProvider({
      clients: createFaultyClients({ clients: account.clients, clock, board, fuse }),
      options: awsProviderOptions(options, { region: account.region, clusterEndpoint: "https://127.0.0.1:6443" }),
      kubernetesVersion: () => kubernetesVersion,
    }),
  );
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
  const running = { fuse, dying, ended, asked: false, ran: false };
  void noteStart(operator.running, running);
  return running;
}

/** Ten thousand gauges a minute, read by nobody. */
const withoutOfferingGauges =
  (wrapped: ProviderFactory): ProviderFactory =>
  (context) => {
    const { reconcilers = [], ...wiring } = wrapped(context);
    return { ...wiring, reconcilers: reconcilers.filter(({ name }) => name !== "cloudprovider.metrics") };
  };

async function noteStart(started: Promise<void>, running: Running): Promise<void> {
  const [{ status }] = await Promise.allSettled([started]);
  running.ran = status === "fulfilled";
}

async function awaitEnd({ ended }: Running, next: () => void): Promise<void> {
  await Promise.allSettled([ended]);
  next();
}
