import type { NodePool, Pod } from "../../src/api/index.ts";
import { coreLabelRules, labels } from "../../src/api/index.ts";
import { type ClusterSnapshot, type InstanceType, keyText, type PoolView } from "../../src/core/index.ts";
import { bench400, bench400Labels } from "../catalogues/bench-400.ts";
import { usEast1 } from "../catalogues/us-east-1.ts";
import { measurePlan } from "../measure.ts";
import type { BenchCase, BenchInput } from "./case.ts";
import { deploymentPods, diversePods, genericPods, preferencePods } from "./pods.ts";

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

/** Machines of these categories, both architectures, on demand and spot. */
export function categoryPool(...categories: readonly string[]): PoolView {
  const { key, classKey, pool } = openPool();
  const requirements = [
    { key: "karpenter.k8s.aws/instance-category", operator: "In", values: categories },
    { key: labels.arch, operator: "In", values: ["amd64", "arm64"] },
    { key: labels.os, operator: "In", values: ["linux"] },
    { key: labels.capacityType, operator: "In", values: ["on-demand", "spot"] },
  ] as const;
  const template = { spec: { ...pool.spec.template.spec, requirements } };
  const { limits: _, ...spec } = pool.spec;
  return { key, classKey, pool: { ...pool, spec: { ...spec, template } } };
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

const planCase = (name: string, make: () => BenchInput): BenchCase => ({ name, measure: () => measurePlan(make) });

export const schedulingCases: readonly BenchCase[] = [
  planCase("schedule-generic-20000", () => onBench400(genericPods(20_000, seed))),
  ...[1000, 5000, 20_000].map((count) =>
    planCase(`schedule-diverse-${count}`, () => onBench400(diversePods(count, seed))),
  ),
  planCase("schedule-preferences-4000", () => onBench400(preferencePods(4000, seed))),
  planCase("schedule-deployments-100000", () => ({
    snapshot: emptyCluster([categoryPool("c", "m", "r")], usEast1(), deploymentPods(500, 200, seed)),
    options: {},
  })),
];
