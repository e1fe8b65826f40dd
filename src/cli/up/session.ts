import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type EmbeddedCluster, startEmbeddedCluster } from "../../local/index.ts";
import {
  awsProvider,
  awsProviderOptions,
  createOperator,
  defaultOptions,
  type Operator,
} from "../../operator/index.ts";
import { type Clock, createLifecycle, type Lifecycle } from "../../platform/index.ts";
import { CliError } from "../cli-error.ts";
import { type ApiEndpoint, openApiEndpoint } from "./api-endpoint.ts";
import type { UpOptions } from "./options.ts";
import { openStatusServer } from "./status-server.ts";
import { createSurroundings, type Surroundings } from "./surroundings.ts";
import { watchCluster, type WatchedCluster } from "./watched-cluster.ts";

/** A running embedded cluster with the controller inside. */
export interface UpSession {
  readonly cluster: EmbeddedCluster;
  readonly operator: Operator;
  readonly watched: WatchedCluster;
  readonly clock: Clock;
  readonly endpoint: ApiEndpoint;
  /** Address of the status page. */
  readonly statusUrl: string;
  readonly signal: AbortSignal;
  /** Rejects when a part fails. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

const kubernetesVersion = "1.34";

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
    throw error;
  } finally {
    if (lifecycle.signal.aborted) signal.removeEventListener("abort", stop);
  }
}

async function boot(options: UpOptions, around: Surroundings, lifecycle: Lifecycle): Promise<UpSession> {
  const { signal } = lifecycle;
  const cluster = await startCluster(options, around, lifecycle);
  const endpoint = await openApiEndpoint({ cluster, around, port: options.apiPort });
  lifecycle.onStop("API endpoint", () => endpoint.close());
  await writeKubeconfig(options.kubeconfigOut, endpoint.kubeconfig);
  const operator = createSessionOperator({ around, cluster, endpoint, region: options.region });
  const watched = watchCluster({ ...around, kube: cluster.kube });
  lifecycle.start("picture", (own) => watched.run(own));
  const status = await openStatusServer({
    port: options.httpPort,
    around,
    operator,
    cluster,
    watched,
    kubeconfig: options.kubeconfigOut,
  });
  lifecycle.onStop("status page", () => status.close());
  await Promise.race([Promise.all([cluster.started, watched.waitForSync(signal)]), lifecycle.done]);
  signal.throwIfAborted();
  lifecycle.start("controller", (own) => operator.run(own));
  await Promise.race([operator.running, lifecycle.done]);
  signal.throwIfAborted();
  return {
    cluster,
    operator,
    watched,
    clock: around.clock,
    endpoint,
    statusUrl: status.url,
    signal,
    done: lifecycle.done,
    stop: () => lifecycle.stop("asked to stop"),
  };
}

/** The cluster ends in its turn, after those who use it: it runs on a signal of its own, not on the lifecycle's. */
async function startCluster(options: UpOptions, around: Surroundings, lifecycle: Lifecycle): Promise<EmbeddedCluster> {
  const booted = Promise.withResolvers<EmbeddedCluster>();
  lifecycle.start("embedded cluster", async (own) => {
    try {
      const settings = { ...around, region: options.region, clusterName: "karpenter-ts" };
      const cluster = await startEmbeddedCluster(settings, own);
      booted.resolve(cluster);
      await cluster.done;
    } catch (error) {
      booted.reject(error);
      throw error;
    }
  });
  return booted.promise;
}

function createSessionOperator(options: {
  readonly around: Surroundings;
  readonly cluster: EmbeddedCluster;
  readonly endpoint: ApiEndpoint;
  readonly region: string;
}): Operator {
  const { around, cluster, endpoint, region } = options;
  const settings = {
    ...defaultOptions,
    clusterName: cluster.account.clusterName,
    interruptionQueue: cluster.account.queueName,
  };
  return createOperator({
    ...around,
    kube: endpoint.client,
    provider: awsProvider({
      clients: cluster.account.clients,
      options: {
        ...awsProviderOptions(settings, {
          region,
          clusterEndpoint: endpoint.url,
          clusterCaBundle: endpoint.caBundle,
        }),
        // `fault price` should be seen while one watches.
        pricingRefreshMilliseconds: 30_000,
        tagInstances: true,
      },
      kubernetesVersion: () => kubernetesVersion,
    }),
    options: settings,
    namespace: "kube-system",
  });
}

async function writeKubeconfig(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    throw new CliError(
      `the kubeconfig cannot be written to ${file}: ${String(error)}; choose another place with --kubeconfig-out`,
      undefined,
      { cause: error },
    );
  }
}
