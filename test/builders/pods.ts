/** Pods and DaemonSets for tests: one builder per kind, defaults in sight. */
import type { DaemonSet, Pod, PodSpec, ResourceQuantities } from "../../src/api/index.ts";

export interface PodChange {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly requests?: ResourceQuantities;
  readonly spec?: Partial<PodSpec>;
  readonly metadata?: Partial<Pod["metadata"]>;
  readonly status?: Pod["status"];
}

/** Pending and refused by the scheduler; asks for nothing unless told. */
export function pod(name: string, change: PodChange = {}): Pod {
  const container = {
    name: "app",
    ...(change.requests === undefined ? {} : { resources: { requests: change.requests } }),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: change.namespace ?? "default",
      uid: `uid-${name}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(change.labels === undefined ? {} : { labels: change.labels }),
      ...change.metadata,
    },
    spec: { containers: [container], ...change.spec },
    status: change.status ?? {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    },
  };
}

/** `count` pods that differ in name alone. */
export const podsOf = (count: number, name: string, change: PodChange = {}): readonly Pod[] =>
  Array.from({ length: count }, (_, i) => pod(`${name}-${i}`, change));

/** Running on a node. */
export const boundPod = (name: string, nodeName: string, change: PodChange = {}): Pod =>
  pod(name, { status: { phase: "Running" }, ...change, spec: { ...change.spec, nodeName } });

export function daemonSet(name: string, requests: ResourceQuantities, spec: Partial<PodSpec> = {}): DaemonSet {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "kube-system", uid: `uid-${name}` },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "agent", resources: { requests } }], ...spec },
      },
    },
  };
}

/** A spread constraint over pods of `app`. */
export const spreadOver = (topologyKey: string, app: string, maxSkew = 1) =>
  ({ maxSkew, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector: { matchLabels: { app } } }) as const;

/** A pod (anti-)affinity term to pods of `app`. */
export const companyOf = (topologyKey: string, app: string) => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
});
