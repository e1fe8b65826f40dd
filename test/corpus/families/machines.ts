/** Nodes that stand already, in every state. */
import { labels, type Node, type NodeClaim, type NodePool, type Pod, type Taint } from "../../../src/api/index.ts";
import type { Draws } from "../../../bench/random.ts";
import { type Change, zones } from "./pods.ts";

const createdAt = "2026-05-01T11:00:00Z";

/** Machines of the pools in every state: promised, registered, ready, leaving; and nodes of nobody. */
export const machines: Change = (draws, base) => {
  const made = Array.from({ length: 1 + draws.integer(6) }, (_, i) => machineOf(draws, base.nodePools, i));
  return {
    nodeClaims: made.flatMap(({ claim }) => claim ?? []),
    nodes: made.flatMap(({ node }) => node ?? []),
    boundPods: made.flatMap(({ node }, i) => (node === undefined ? [] : standing(draws, node, i))),
  };
};

const sizes = [
  { type: "m5.large", arch: "amd64", cpu: 2, memory: 8 },
  { type: "m6g.xlarge", arch: "arm64", cpu: 4, memory: 16 },
  { type: "r5.2xlarge", arch: "amd64", cpu: 8, memory: 64 },
];

function machineOf(
  draws: Draws,
  pools: readonly NodePool[],
  i: number,
): { readonly claim?: NodeClaim; readonly node?: Node } {
  const name = `node-${i}`;
  const pool = draws.pick(pools);
  const { type, arch, cpu, memory } = draws.pick(sizes);
  const phase = draws.pick(["launched", "registered", "initialized", "initialized", "leaving", "unmanaged"]);
  const capacity = { cpu: String(cpu), memory: `${memory}Gi`, pods: "29" };
  const own = {
    [labels.instanceType]: type,
    [labels.zone]: draws.pick(zones),
    [labels.capacityType]: draws.pick(["on-demand", "spot"]),
    [labels.arch]: arch,
    [labels.os]: "linux",
    ...(phase === "unmanaged" ? {} : { [labels.nodePool]: pool.metadata.name ?? "" }),
    ...pool.spec.template.metadata?.labels,
  };
  const ready = ["initialized", "leaving"].includes(phase);
  const condition = (kind: string, holds: boolean) => ({
    type: kind,
    status: holds ? ("True" as const) : ("False" as const),
  });
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `claim-${i}`,
      uid: `uid-claim-${i}`,
      labels: own,
      creationTimestamp: createdAt,
      ...(phase === "leaving" ? { deletionTimestamp: "2026-05-01T11:59:00Z" } : {}),
    },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      requirements: [{ key: labels.instanceType, operator: "In", values: [type] }],
      ...(pool.spec.template.spec.taints === undefined ? {} : { taints: pool.spec.template.spec.taints }),
    },
    status: {
      providerID: `test:///${name}`,
      nodeName: name,
      capacity,
      allocatable: capacity,
      conditions: [
        condition("Launched", true),
        condition("Registered", phase !== "launched"),
        condition("Initialized", ready),
      ],
    },
  };
  if (phase === "launched") return { claim };
  const states = {
    ...own,
    [labels.hostname]: name,
    ...(phase === "unmanaged" ? {} : { [labels.registered]: "true" }),
    ...(ready ? { [labels.initialized]: "true" } : {}),
  };
  const nodeTaints: readonly Taint[] = [
    ...(phase === "unmanaged" ? [] : (pool.spec.template.spec.taints ?? [])),
    ...(phase === "registered" ? [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" as const }] : []),
    ...(phase === "leaving" ? [{ key: "karpenter.sh/disrupted", effect: "NoSchedule" as const }] : []),
    ...(draws.integer(6) === 0 ? [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" as const }] : []),
  ];
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `uid-${name}`, labels: states },
    spec: { providerID: `test:///${name}`, ...(nodeTaints.length === 0 ? {} : { taints: nodeTaints }) },
    status: { capacity, allocatable: capacity, conditions: [condition("Ready", ready || phase === "unmanaged")] },
  };
  return phase === "unmanaged" ? { node } : { claim, node };
}

function standing(draws: Draws, node: Node, index: number): readonly Pod[] {
  return Array.from({ length: draws.integer(4) }, (_, i): Pod => {
    const app = draws.pick(["web", "api", "db", "cache", "job"]);
    const name = `standing-${index}-${i}`;
    const key = draws.pick([labels.zone, labels.hostname]);
    const apart = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: key, labelSelector: { matchLabels: { app: draws.pick(["web", "api"]) } } },
        ],
      },
    };
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", uid: `uid-${name}`, labels: { app }, creationTimestamp: createdAt },
      spec: {
        nodeName: node.metadata.name ?? "",
        containers: [{ name: "c", resources: { requests: { cpu: "500m", memory: "512Mi" } } }],
        ...(draws.integer(6) === 0 ? { affinity: apart } : {}),
      },
      status: { phase: "Running", conditions: [{ type: "PodScheduled", status: "True" }] },
    };
  });
}
