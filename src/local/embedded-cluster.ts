import {
  customResourceDefinitions,
  customResourceDefinitionType,
  type KubeObject,
  type Node,
  type ResourceType,
} from "../api/index.ts";
import type { Clock, Ids, Logger, MetricsRegistry, Random } from "../platform/index.ts";
import { createSimulatedAccount, type SimulatedAccount } from "./account/account.ts";
import { expireEvents } from "./apiserver/event-expiry.ts";
import { type ApiServer, createApiServer } from "./apiserver/server.ts";
import type { InProcessClient } from "./apiserver/in-process-client.ts";
import type { KubeletTimings } from "./kubelets/timings.ts";
import { kubernetesVersion } from "./kubernetes-version.ts";
import { startStandIns } from "./stand-ins/start-stand-ins.ts";

export interface EmbeddedClusterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  readonly region?: string;
  readonly zones?: readonly string[];
  readonly clusterName?: string;
  readonly clusterEndpoint?: string;
  readonly timings?: Partial<KubeletTimings>;
  /** Nodes without a machine that kubelets play all the same (KWOK's). */
  readonly adopts?: (node: Node) => boolean;
  /** How long events stay after their last occurrence; for good when absent. */
  readonly eventRetentionMilliseconds?: number;
}

/** The embedded cluster without the controller: API server, scheduler, workload controllers, kubelets, simulated account. */
export interface EmbeddedCluster {
  readonly api: ApiServer;
  /** Straight into the store. */
  readonly kube: InProcessClient;
  readonly account: SimulatedAccount;
  /** The resource that serves a kind now, as a manifest names it. */
  typeOf(apiVersion: string, kind: string): ResourceType | undefined;
  /** Resolves when the stand-ins work. */
  readonly started: Promise<void>;
  /** Resolves after the signal aborted and everything has ended; rejects when a part failed. */
  readonly done: Promise<void>;
}

/**
 * Shorter than kube-scheduler's 1 s to 10 s: machines come within seconds here, and a large pod that sits out its back-off
 * while small ones take the room made for it would need a machine more.
 */
const backoff = Object.freeze({ firstMilliseconds: 100, mostMilliseconds: 500 });

/** Boots all parts (product 4.1) and serves the product's CRDs; runs until `signal` aborts. */
export async function startEmbeddedCluster(
  options: EmbeddedClusterOptions,
  signal: AbortSignal,
): Promise<EmbeddedCluster> {
  const { clock, random, ids, log, metrics, timings, adopts } = options;
  const api = createApiServer({ clock, ids, random, log });
  const kube = api.client();
  const account = createSimulatedAccount({ ...options, clock, random, ids, kubernetesVersion });
  for (const definition of customResourceDefinitions) {
    await kube.create<KubeObject>(customResourceDefinitionType, definition, { signal });
  }
  const standIns = startStandIns(
    {
      kube,
      clock,
      random,
      ids,
      log,
      metrics,
      scheduler: { backoff },
      workloads: { certificateAuthority: api.certificateAuthority },
      kubelets: {
        machines: account.machines,
        ...(timings === undefined ? {} : { timings }),
        ...(adopts === undefined ? {} : { adopts }),
      },
    },
    signal,
  );
  const { eventRetentionMilliseconds: retentionMilliseconds } = options;
  const expiring =
    retentionMilliseconds === undefined ? undefined : expireEvents({ kube, clock, retentionMilliseconds }, signal);
  const done = Promise.all([standIns.done, expiring])
    .then(() => undefined)
    .finally(() => api.close());
  return {
    api,
    kube,
    account,
    typeOf: (apiVersion, kind) => api.typeOf(apiVersion, kind),
    started: standIns.started,
    done,
  };
}
