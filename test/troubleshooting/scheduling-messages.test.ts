/** Each class of operations 5.1, provoked, with the facts that its message has to show. */
import { expect, it } from "vitest";
import { labels, type NodePool, type NodeSelectorTerm, type PodSpec } from "../../src/api/index.ts";
import { provision } from "../../src/core/index.ts";
import { instanceType, offering } from "../builders/instance-types.ts";
import { avoids, joins, spreads } from "../builders/placing.ts";
import { boundPod, daemonSet, pod, type PodChange, spreadOver } from "../builders/pods.ts";
import {
  managedNode,
  node,
  nodePool,
  type PoolChange,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../builders/snapshot.ts";

/** A cluster in which one pod has no place: it, the pool that could have been its own, and what else there is. */
interface Case {
  readonly pod?: PodChange;
  readonly pool?: PoolChange;
  readonly there?: SnapshotParts;
}

/** What the event of the pod says, and what nodes that exist say of it. */
function toldTo({ pod: change = {}, pool = {}, there = {} }: Case): string {
  const parts = { pools: [nodePool("web", pool)], ...there, pods: [...(there.pods ?? []), pod("p", change)] };
  const { unplaced } = provision(snapshot(parts), testOptions);
  const left = unplaced.find(({ pod: { metadata } }) => metadata.name === "p");
  if (left === undefined) return "it was placed";
  return [left.message, ...left.reasons.map(({ text }) => text)].join("\n");
}

const asks = (spec: Partial<PodSpec>): PodChange => ({ labels: { app: "p" }, spec });
const zoneOne = { [labels.zone]: "test-zone-1" };
const onPortEighty: Partial<PodSpec> = {
  containers: [{ name: "app", ports: [{ containerPort: 80, hostPort: 80 }] }],
};
const required = (term: NodeSelectorTerm): PodChange =>
  asks({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
  });
const claimOf = (claimName: string): PodChange =>
  asks({ volumes: [{ name: "data", persistentVolumeClaim: { claimName } }] });
const typesWith = (minValues: number): NodePool["spec"]["template"]["spec"]["requirements"] => [
  { key: labels.instanceType, operator: "Exists", minValues },
];
/** With a pod of that app in the first zone. */
const besideApp = (app: string): SnapshotParts => ({
  managed: [managedNode("n1", { pool: "web", labels: zoneOne })],
  pods: [boundPod("other", "n1", { labels: { app }, requests: { cpu: "4" } })],
});

const cases: readonly (readonly [name: string, made: Case, facts: readonly string[]])[] = [
  [
    "no type is large enough: requirements and totals with daemons",
    {
      pod: { requests: { cpu: "5000" } },
      there: { events: [{ type: "upsert", kind: "DaemonSet", object: daemonSet("agent", { cpu: "250m" }) }] },
    },
    [
      'nodepool "web"',
      'daemonset overhead={"cpu":"250m","pods":"1"}',
      "no instance type has enough resources",
      "karpenter.sh/nodepool In [web]",
      'resources={"cpu":"5000250m","pods":"2"}',
    ],
  ],
  [
    "types that are large enough have no offering, and the one that has is too small",
    {
      pod: { requests: { cpu: "3" }, spec: { nodeSelector: { [labels.capacityType]: "spot" } } },
      there: {
        types: [
          instanceType("large", { cpu: "4", offerings: [offering("test-zone-1", "on-demand", 1)] }),
          instanceType("small", { cpu: "1", offerings: [offering("test-zone-1", "spot", 1)] }),
        ],
      },
    },
    ["no instance type", "karpenter.sh/capacity-type In [spot]", '"cpu":"3"'],
  ],
  [
    "a request of a million processors: m against M",
    { pod: { requests: { cpu: "1000000" } } },
    ['"cpu":"1M"', "m vs M typo?"],
  ],
  [
    "minValues: the key, how many are wanted, which are found",
    {
      pod: asks({ nodeSelector: { [labels.instanceType]: "default-instance-type" } }),
      pool: { requirements: typesWith(2) },
    },
    ["minValues requirement is not met", `${labels.instanceType} In [default-instance-type] minValues 2`],
  ],
  [
    "incompatible requirements: the key, what the pod has, what the pool has",
    {
      pod: asks({ nodeSelector: { [labels.zone]: "test-zone-3" } }),
      pool: { requirements: [{ key: labels.zone, operator: "In", values: ["test-zone-1"] }] },
    },
    [`key ${labels.zone}`, `${labels.zone} In [test-zone-3] not in ${labels.zone} In [test-zone-1]`],
  ],
  [
    "a label that no pool has: the key, and the one that is meant",
    { pod: asks({ nodeSelector: { "topology.kubernetes.io/zon": "a" } }) },
    ['label "topology.kubernetes.io/zon" does not have known values', `typo of "${labels.zone}"`],
  ],
  [
    "a taint",
    { pool: { taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }] } },
    ["dedicated=gpu:NoSchedule"],
  ],
  [
    "spread: the kind, the key, counts by domain, the domains of pod and node",
    {
      pod: asks({
        ...spreads({ ...spreadOver(labels.zone, "p"), minDomains: 2 }),
        nodeSelector: zoneOne,
      }),
      there: besideApp("p"),
    },
    [
      "topology spread",
      `key=${labels.zone}`,
      "test-zone-1: 1",
      `podDomains = ${labels.zone} In [test-zone-1]`,
      `nodeDomains = ${labels.zone}`,
    ],
  ],
  ["affinity", { pod: asks(joins(labels.zone, "nobody")) }, ["for pod affinity", `key=${labels.zone}`, "counts = "]],
  [
    "anti-affinity is named as such",
    { pod: asks({ ...avoids(labels.zone, "other"), nodeSelector: zoneOne }), there: besideApp("other") },
    ["for pod anti-affinity", "test-zone-1: 1"],
  ],
  [
    "limits: the resource, the limit, what is used",
    { pod: { requests: { cpu: "1" } }, pool: { limits: { cpu: "0" } } },
    ["exceed limits for nodepool (NodePool=web)", 'limits={"cpu":"0"}', 'usage={"cpu":"0"}'],
  ],
  [
    "limits of the number of nodes",
    {
      pod: { requests: { cpu: "1" } },
      pool: { limits: { nodes: "1" } },
      there: { managed: [managedNode("n1", { pool: "web", allocatable: { cpu: "0", memory: "0", pods: "0" } })] },
    },
    ["node limits have been exhausted", 'limits={"nodes":"1"}', 'usage={"nodes":"1"}', "too little room left"],
  ],
  [
    "a host port: the port, and who holds it",
    {
      pod: asks(onPortEighty),
      pool: { limits: { cpu: "0" } },
      there: { nodes: [node("n1")], pods: [boundPod("other", "n1", { spec: onPortEighty })] },
    },
    ["have the pod's host port in use (0.0.0.0:80/TCP, held by pod default/other on n1)"],
  ],
  ["a volume claim that is missing", { pod: claimOf("gone") }, ['persistentvolumeclaim "default/gone" not found']],
  [
    "a storage class that is missing",
    {
      pod: claimOf("data"),
      there: {
        events: [
          {
            type: "upsert",
            kind: "PersistentVolumeClaim",
            object: {
              apiVersion: "v1",
              kind: "PersistentVolumeClaim",
              metadata: { name: "data", namespace: "default" },
              spec: { storageClassName: "gone" },
            },
          },
        ],
      },
    },
    ['storage class "gone"'],
  ],
  [
    "claims of devices",
    { pod: asks({ resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }] }) },
    ["Dynamic Resource Allocation", "not yet supported"],
  ],
  [
    "fields that are not supported",
    { pod: required({ matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }) },
    ["matchFields is not supported"],
  ],
  ["no pools", { there: { pools: [] } }, ["no dynamic nodepools found"]],
  [
    "pools that are not ready, each with its cause",
    { pool: { ready: "False" } },
    ["no dynamic nodepools found", 'nodepool "web" is not ready (Ready=False)'],
  ],
];

it.each(cases)("[ops 9.2.26] %s", (_name, made, facts) => {
  const told = toldTo(made);
  for (const fact of facts) expect(told).toContain(fact);
});

it("[ops 9.2.26] one clause for each pool, highest weight first, each with its name", () => {
  const pools = [nodePool("light", { weight: 1 }), nodePool("heavy", { weight: 90 })];
  const told = toldTo({ pod: { requests: { cpu: "5000" } }, there: { pools } });
  const [event = ""] = told.split("\n");
  expect(event.split("; ").map((clause) => /nodepool "(\w+)"/.exec(clause)?.[1])).toEqual(["heavy", "light"]);
});

it("[ops 9.2.26] a pod that wants none of these nodes is told nothing, and the reason is kept", () => {
  const [event, ...reasons] = toldTo({
    pod: required({ matchExpressions: [{ key: labels.nodePool, operator: "DoesNotExist" }] }),
  }).split("\n");
  expect([event, reasons]).toEqual(["", [expect.stringContaining("configured to not run on a Karpenter")]]);
});
