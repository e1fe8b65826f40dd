import {
  daemonSetType,
  deploymentType,
  type NodePool,
  nodeClaimType,
  nodePoolType,
  nodeType,
  podType,
  replicaSetType,
  statefulSetType,
} from "../../api/index.ts";
import { createInformerSet, type KubeClient } from "../../kube/index.ts";
import type { Clock, Logger, MetricsRegistry, Random } from "../../platform/index.ts";
import type { ClusterPicture, Workload } from "./summary.ts";

/** Workloads, pods, nodes and claims as they stand, and when one of them last changed. */
export interface WatchedCluster {
  picture(): ClusterPicture;
  /** Monotonic milliseconds of the last change that means something: heartbeats do not count. */
  lastChange(): number;
  run(signal: AbortSignal): Promise<void>;
  waitForSync(signal: AbortSignal): Promise<void>;
}

export function watchCluster(options: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
}): WatchedCluster {
  const { kube, clock } = options;
  const informers = createInformerSet({ ...options, client: kube });
  const pods = informers.informer({ type: podType });
  const nodes = informers.informer({ type: nodeType });
  const claims = informers.informer({ type: nodeClaimType, optional: true });
  const workloads = [
    informers.informer({ type: deploymentType }),
    informers.informer({ type: replicaSetType }),
    informers.informer({ type: statefulSetType }),
    informers.informer({ type: daemonSetType }),
  ];
  let lastChange = clock.monotonic();
  const changed = (): void => {
    lastChange = clock.monotonic();
  };
  pods.subscribe(changed);
  // Whether a pool can be used decides where pods go.
  informers.informer({ type: nodePoolType, optional: true }).subscribe((delta) => {
    if (delta.type !== "updated" || readiness(delta.object) !== readiness(delta.previous)) changed();
  });
  // Tags and hashes come as annotations after a claim is settled: they are news to nobody who waits.
  claims.subscribe((delta) => {
    if (delta.type !== "updated" || delta.object.status !== delta.previous.status) changed();
  });
  nodes.subscribe((delta) => {
    if (delta.type !== "updated" || delta.object.metadata.generation !== delta.previous.metadata.generation) changed();
  });
  return {
    picture: () => ({
      workloads: workloads.flatMap((informer): readonly Workload[] => informer.store.list()),
      pods: pods.store.list(),
      nodes: nodes.store.list(),
      claims: claims.store.list(),
    }),
    lastChange: () => lastChange,
    run: (signal) => informers.run(signal),
    waitForSync: (signal) => informers.waitForSync({ signal }),
  };
}

const readiness = ({ status }: NodePool): string | undefined =>
  status?.conditions?.find(({ type }) => type === "Ready")?.status;
