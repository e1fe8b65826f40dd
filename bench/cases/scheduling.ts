import type { NodePool, Pod } from "../../src/api/index.ts";
import { coreLabelRules } from "../../src/api/index.ts";
import { type ClusterSnapshot, type InstanceType, keyText, type PoolView } from "../../src/core/index.ts";
import { bench400, bench400Labels } from "../catalogues/bench-400.ts";
import type { BenchCase, BenchInput } from "./case.ts";
import { diversePods, genericPods } from "./pods.ts";

const seed = 42;

/** One pool that allows everything (corpus/BENCH.md). */
function openPool(): PoolView {
  const pool: NodePool = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "default", uid: "uid-default" },
    spec: {
      limits: { cpu: "10000000", memory: "10000000Gi" },
      template: {
        spec: { requirements: [], nodeClassRef: { group: "bench", kind: "BenchNodeClass", name: "default" } },
      },
    },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
  return { key: { kind: "NodePool", name: "default" }, classKey: { kind: "BenchNodeClass", name: "default" }, pool };
}

export function emptyCluster(
  pools: readonly PoolView[],
  types: readonly InstanceType[],
  pendingPods: readonly Pod[],
): ClusterSnapshot {
  return {
    version: 1,
    pools,
    instanceTypes: new Map(pools.map(({ key }) => [keyText(key), types])),
    nodes: [],
    pendingPods,
    daemonSets: [],
    daemonPods: new Map(),
    podDisruptionBudgets: [],
    persistentVolumeClaims: new Map(),
    persistentVolumes: new Map(),
    storageClasses: new Map(),
    csiNodes: new Map(),
    namespaceLabels: new Map([["default", {}]]),
  };
}

const onBench400 = (pods: readonly Pod[]): BenchInput => ({
  snapshot: emptyCluster([openPool()], bench400(), pods),
  options: { labelRules: { ...coreLabelRules, wellKnown: new Set([...coreLabelRules.wellKnown, ...bench400Labels]) } },
});

export const schedulingCases: readonly BenchCase[] = [
  { name: "schedule-generic-20000", make: () => onBench400(genericPods(20_000, seed)) },
  ...[1000, 5000, 20_000].map((count) => ({
    name: `schedule-diverse-${count}`,
    make: () => onBench400(diversePods(count, seed)),
  })),
];
