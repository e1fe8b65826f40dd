import { kwokLabels } from "../../api/index.ts";
import {
  createOperator,
  defaultOptions,
  kwokProvider,
  type Operator,
  type OperatorOptions,
  type ProviderFactory,
} from "../../operator/index.ts";
import { type Clock, createLifecycle, type Lifecycle } from "../../platform/index.ts";
import { readInstanceTypes } from "../clouds/instance-types.ts";
import { simulatedProvider } from "../clouds/simulated-provider.ts";
import { openEmbeddedPlace } from "./embedded-place.ts";
import { openGivenPlace } from "./given-place.ts";
import type { UpOptions } from "./options.ts";
import type { UpPlace } from "./place.ts";
import { openStatusServer } from "./status-server.ts";
import { createSurroundings, type Surroundings } from "./surroundings.ts";
import { watchCluster, type WatchedCluster } from "./watched-cluster.ts";

/** A running cluster with the controller inside. */
export interface UpSession {
  readonly place: UpPlace;
  readonly operator: Operator;
  readonly watched: WatchedCluster;
  readonly clock: Clock;
  /** USD an hour of all machines, as the account bills them or, without an account, as their Nodes say. */
  readonly pricePerHour: () => number;
  /** Address of the status page. */
  readonly statusUrl: string;
  readonly signal: AbortSignal;
  /** Rejects when a part fails. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Boots everything in order; what was started is stopped again when a later part fails or the signal aborts. */
export async function startSession(options: UpOptions, signal: AbortSignal): Promise<UpSession> {
  const around = createSurroundings(options);
  const lifecycle = createLifecycle({ clock: around.clock, log: around.log });
  const stop = (): void => void lifecycle.stop("asked to stop");
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    return await boot(options, around, lifecycle);
  } catch (error) {
    await lifecycle.stop("the start failed");
    // Where a part failed, that is what is told, and not that the others were stopped for it.
    await lifecycle.done;
    throw error;
  } finally {
    if (lifecycle.signal.aborted) signal.removeEventListener("abort", stop);
  }
}

async function boot(options: UpOptions, around: Surroundings, lifecycle: Lifecycle): Promise<UpSession> {
  const { signal } = lifecycle;
  const { kubeconfig } = options;
  const place =
    kubeconfig === undefined
      ? await openEmbeddedPlace(options, around, lifecycle)
      : await openGivenPlace({ ...options, kubeconfig }, around, lifecycle);
  const operator = await createSessionOperator({ options, around, place });
  const watched = watchCluster({ ...around, kube: place.kube });
  lifecycle.start("picture", (own) => watched.run(own));
  const pricePerHour = (): number => place.account.bill().pricePerHour + priceOfNodes(watched);
  const status = await openStatusServer({
    port: options.httpPort,
    around,
    operator,
    pricePerHour,
    watched,
    kubeconfig: place.kubeconfig,
  });
  lifecycle.onStop("status page", () => status.close());
  lifecycle.start("dashboard", (own) => status.feed.run(own));
  await Promise.race([Promise.all([place.started, watched.waitForSync(signal)]), lifecycle.done]);
  signal.throwIfAborted();
  lifecycle.start("controller", (own) => operator.run(own));
  await Promise.race([operator.running, lifecycle.done]);
  signal.throwIfAborted();
  return {
    place,
    operator,
    watched,
    clock: around.clock,
    pricePerHour,
    statusUrl: status.url,
    signal,
    done: lifecycle.done,
    stop: () => lifecycle.stop("asked to stop"),
  };
}

/** What Nodes without machines say of their price. */
function priceOfNodes(watched: WatchedCluster): number {
  const prices = watched
    .picture()
    .nodes.map(({ metadata }) => Number(metadata.labels?.[kwokLabels.instancePrice] ?? 0));
  return prices.reduce((sum, price) => sum + (Number.isFinite(price) ? price : 0), 0);
}

interface SessionParts {
  readonly options: UpOptions;
  readonly around: Surroundings;
  readonly place: UpPlace;
}

async function createSessionOperator(parts: SessionParts): Promise<Operator> {
  const { around, place } = parts;
  const settings: OperatorOptions = {
    ...defaultOptions,
    clusterName: place.account.clusterName,
    interruptionQueue: place.account.queueName,
    // Nobody else is there to lead, and on a clock that runs five times as fast a busy moment is longer than the lease.
    disableLeaderElection: parts.options.timeScale !== 1,
  };
  return createOperator({
    ...around,
    kube: place.controllerKube,
    electionKube: place.electionKube,
    provider: await providerOf(parts, settings),
    options: settings,
    namespace: "kube-system",
  });
}

async function providerOf({ options, place }: SessionParts, settings: OperatorOptions): Promise<ProviderFactory> {
  if (options.cloud === "kwok") {
    return kwokProvider({ instanceTypes: await readInstanceTypes(options.instanceTypesFilePath) });
  }
  return simulatedProvider(place.account, place, {
    options: settings,
    // `fault price` should be seen while one watches.
    overrides: { pricingRefreshMilliseconds: 30_000, tagInstances: true },
  });
}
