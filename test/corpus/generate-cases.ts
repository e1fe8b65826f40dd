/**
 * Provisioning cases made from a seed, of the same kinds as the recorded ones but none of them: pools that differ in weight,
 * taints, limits, labels and flexibility, nodes that are half full, DaemonSets, and workloads with every sort of constraint.
 */
import { labels, type NodePool, type Node, type Pod, type PodSpec, type Taint } from "../../src/api/index.ts";
import { type Draws, drawsOf } from "../../bench/random.ts";
import type { RecordedCase } from "./read-case.ts";

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const category = "karpenter.k8s.aws/instance-category";
const generatedAt = "2026-05-01T12:00:00Z";

/** The case of a seed; equal seeds give equal cases. */
export function generateCase(seed: number): RecordedCase {
  const draws = drawsOf(seed);
  const nodePools = generatePools(draws);
  const nodes = draws.integer(3) === 0 ? generateNodes(draws, nodePools) : [];
  return {
    name: `generated-${seed}`,
    now: generatedAt,
    catalogue: { ref: draws.pick(["small", "aws-120"]), ...unavailable(draws) },
    nodePools,
    nodes,
    boundPods: nodes.flatMap((node, index) => boundPods(draws, node, index)),
    daemonSets: draws.integer(3) === 0 ? [generateDaemonSet(draws)] : [],
    pendingPods: generatePods(draws),
    options: { preferencePolicy: draws.integer(6) === 0 ? "Ignore" : "Respect" },
  };
}

function unavailable(draws: Draws): Pick<RecordedCase["catalogue"], "unavailable"> {
  if (draws.integer(4) > 0) return {};
  const choices = [{ capacityType: "spot" }, { zone: draws.pick(zones) }, { instanceType: "m5.large" }];
  return { unavailable: [{ ...draws.pick(choices), ...(draws.integer(2) === 0 ? { zone: draws.pick(zones) } : {}) }] };
}

/** Unlike `pick`, of values that may be absent. */
const oneOf = <T>(draws: Draws, values: readonly T[]): T | undefined => values[draws.integer(values.length)];

type PoolSpec = NodePool["spec"];
type PoolRequirement = NonNullable<PoolSpec["template"]["spec"]["requirements"]>[number];

function generatePools(draws: Draws): readonly NodePool[] {
  const count = draws.pick([1, 1, 2, 3]);
  return Array.from({ length: count }, (_, index) => generatePool(draws, `pool-${index}`));
}

function generatePool(draws: Draws, name: string): NodePool {
  const team = oneOf(draws, [undefined, undefined, "red", "blue"]);
  const taint = draws.integer(5) === 0 ? [poolTaint] : undefined;
  const limits = oneOf<PoolSpec["limits"]>(draws, [undefined, undefined, undefined, { cpu: "24" }, { memory: "64Gi" }]);
  const weight = oneOf(draws, [undefined, undefined, 10, 50]);
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}` },
    spec: {
      template: {
        ...(team === undefined ? {} : { metadata: { labels: { team } } }),
        spec: {
          requirements: poolRequirements(draws),
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          ...(taint === undefined ? {} : { taints: taint }),
        },
      },
      ...(limits === undefined ? {} : { limits }),
      ...(weight === undefined ? {} : { weight }),
    },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

const poolTaint: Taint = { key: "dedicated", value: "batch", effect: "NoSchedule" };

function poolRequirements(draws: Draws): readonly PoolRequirement[] {
  const all: readonly PoolRequirement[] = [
    { key: labels.arch, operator: "In", values: draws.pick([["amd64"], ["amd64", "arm64"]]) },
    { key: labels.capacityType, operator: "In", values: draws.pick([["on-demand"], ["spot"], ["on-demand", "spot"]]) },
    { key: category, operator: "In", values: draws.pick([["m"], ["c", "m", "r"], ["c", "m", "r", "t"]]) },
    { key: labels.zone, operator: "In", values: draws.pick([zones, zones.slice(0, 2), zones.slice(2)]) },
    { key: "karpenter.k8s.aws/instance-family", operator: "Exists", minValues: 2 + draws.integer(2) },
    { key: "karpenter.k8s.aws/instance-cpu", operator: "Lt", values: [draws.pick(["9", "17", "33"])] },
  ];
  return all.filter((_, index) => draws.integer(index === 4 ? 8 : 2) === 0);
}

function generateNodes(draws: Draws, pools: readonly NodePool[]): readonly Node[] {
  return Array.from({ length: 1 + draws.integer(4) }, (_, index): Node => {
    const name = `node-${index}`;
    const cpu = draws.pick([2, 4, 8]);
    const pool = draws.pick(pools);
    const capacity = { cpu: String(cpu), memory: `${cpu * 4}Gi`, pods: "58" };
    const own = {
      [labels.hostname]: name,
      [labels.zone]: draws.pick(zones),
      [labels.arch]: "amd64",
      [labels.os]: "linux",
      [labels.capacityType]: draws.pick(["on-demand", "spot"]),
      ...pool.spec.template.metadata?.labels,
    };
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: `uid-${name}`, labels: own },
      spec: { providerID: `test:///${name}` },
      status: { capacity, allocatable: capacity, conditions: [{ type: "Ready", status: "True" }] },
    };
  });
}

function boundPods(draws: Draws, node: Node, index: number): readonly Pod[] {
  return Array.from({ length: draws.integer(3) }, (_, i): Pod => {
    const made = podOf(`bound-${index}-${i}`, draws.pick(apps), { cpu: "500m", memory: "512Mi" }, {});
    const spec: PodSpec = { ...made.spec, nodeName: node.metadata.name ?? "" };
    return { ...made, spec, status: { phase: "Running", conditions: [{ type: "PodScheduled", status: "True" }] } };
  });
}

function generateDaemonSet(draws: Draws): NonNullable<RecordedCase["daemonSets"]>[number] {
  const requests = { cpu: draws.pick(["100m", "250m"]), memory: draws.pick(["64Mi", "256Mi"]) };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "kube-system", uid: "uid-agent" },
    spec: {
      selector: { matchLabels: { agent: "yes" } },
      template: {
        metadata: { labels: { agent: "yes" } },
        spec: { containers: [{ name: "agent", resources: { requests } }], tolerations: [{ operator: "Exists" }] },
      },
    },
  };
}

const apps = ["web", "api", "db", "cache", "job"];

function generatePods(draws: Draws): readonly Pod[] {
  const workloads = 1 + draws.integer(6);
  return Array.from({ length: workloads }, (_, index) => {
    const app = draws.pick(apps);
    const requests = {
      cpu: draws.pick(["100m", "250m", "500m", "1", "1500m", "2", "3500m", "7"]),
      memory: draws.pick(["128Mi", "512Mi", "1Gi", "3Gi", "8Gi", "20Gi"]),
    };
    const spec = constraintOf(draws, app);
    const count = 1 + draws.integer(draws.pick([3, 8, 20]));
    return Array.from({ length: count }, (__, i) => podOf(`${app}-${index}-${i}`, app, requests, spec));
  }).flat();
}

function podOf(name: string, app: string, requests: Readonly<Record<string, string>>, spec: Partial<PodSpec>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: `uid-${name}`, labels: { app }, creationTimestamp: generatedAt },
    spec: { containers: [{ name: "c", resources: { requests } }], ...spec },
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    },
  };
}

/** Half of the workloads are plain. */
function constraintOf(draws: Draws, app: string): Partial<PodSpec> {
  const constraints = [
    () => spread(draws, app),
    () => spread(draws, app),
    () => ({ affinity: { podAffinity: required(draws, app) } }),
    () => ({ affinity: { podAntiAffinity: required(draws, app) } }),
    () => preferences(draws, app),
    () => ({ nodeSelector: draws.pick(selectors) }),
    () => ({ tolerations: [{ key: "dedicated", operator: "Exists" as const }] }),
    () => nodeAffinity(draws),
  ];
  const choice = constraints[draws.integer(2 * constraints.length)];
  return choice === undefined ? {} : choice();
}

const selectors: readonly Readonly<Record<string, string>>[] = [
  { [labels.zone]: "us-east-1b" },
  { [labels.arch]: "arm64" },
  { [labels.capacityType]: "on-demand" },
  { team: "red" },
];

const topologyKey = (draws: Draws): string =>
  draws.pick([labels.zone, labels.zone, labels.hostname, labels.capacityType]);

const spread = (draws: Draws, app: string): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1 + draws.integer(2),
      topologyKey: topologyKey(draws),
      whenUnsatisfiable: draws.pick(["DoNotSchedule", "DoNotSchedule", "ScheduleAnyway"] as const),
      labelSelector: { matchLabels: { app } },
    },
  ],
});

const term = (draws: Draws, app: string) => ({
  topologyKey: draws.pick([labels.zone, labels.hostname]),
  labelSelector: { matchLabels: { app: draws.integer(3) === 0 ? draws.pick(apps) : app } },
});

const required = (draws: Draws, app: string) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [term(draws, app)],
});

const preferences = (draws: Draws, app: string): Partial<PodSpec> => ({
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: term(draws, app) }],
    },
  },
});

function nodeAffinity(draws: Draws): Partial<PodSpec> {
  const expression = { key: labels.zone, operator: "In" as const, values: [draws.pick(zones)] };
  const terms = [{ matchExpressions: [expression] }];
  return draws.integer(2) === 0
    ? { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } }
    : {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [expression] } },
            ],
          },
        },
      };
}
