/** Fleets that stories are told of. All made up, and the same in each run. */
import type {
  FleetDecision,
  FleetNode,
  FleetPool,
  FleetState,
  PendingPod,
  TrendPoint,
} from "../../../src/server/contract/index.ts";

const now = "2026-11-24T10:30:00Z";
const minutesAgo = (minutes: number): string =>
  new Date(Date.parse(now) - minutes * 60_000).toISOString().replace(".000", "");

const nothing: FleetState["figures"] = {
  pricePerHour: 0,
  nodes: 0,
  pods: { running: 0, pending: 0 },
  cpu: { used: 0, of: 0 },
  memoryGib: { used: 0, of: 0 },
};

/** Before anything was applied. */
export const emptyFleet: FleetState = {
  schema: "fleet/1",
  revision: 0,
  build: "story",
  title: "karpenter-ts: nothing yet",
  time: now,
  figures: nothing,
  nodes: [],
  pools: [],
  pending: [],
  decisions: [],
  trend: [],
};

const node = (name: string, change: Partial<FleetNode> = {}): FleetNode => ({
  name,
  claim: `claim-of-${name}`,
  pool: "general",
  poolKind: "NodePool",
  type: "c6a.2xlarge",
  zone: "us-east-1a",
  capacityType: "on-demand",
  arch: "amd64",
  pricePerHour: 0.306,
  state: "ready",
  conditions: [],
  created: minutesAgo(600),
  pods: 12,
  cpu: { used: 6.2, of: 7.9 },
  memoryGib: { used: 9.5, of: 14.6 },
  ...change,
});

const nodes: readonly FleetNode[] = [
  node("ip-10-0-0-12.ec2.internal", { pool: "batch", state: "leaving", conditions: ["Drifted"], zone: "us-east-1b" }),
  node("ip-10-0-0-14.ec2.internal", { cpu: { used: 0, of: 7.9 }, pods: 2, conditions: ["Consolidatable"] }),
  node("ip-10-0-0-15.ec2.internal", {
    pool: "batch",
    type: "m6g.large",
    capacityType: "spot",
    pricePerHour: 0.0321,
    zone: "us-east-1c",
  }),
  node("ip-10-0-0-16.ec2.internal", { state: "joining", pods: 0, cpu: { used: 3, of: 7.9 } }),
  node("ip-10-0-0-9.ec2.internal", { pool: "", claim: "", type: "t3.large", conditions: [] }),
  node("nodeclaim/general-x7k2p", {
    state: "launching",
    pods: 0,
    cpu: { used: 0, of: 0 },
    memoryGib: { used: 0, of: 0 },
  }),
];

const pool = (name: string, change: Partial<FleetPool> = {}): FleetPool => ({
  name,
  kind: "NodePool",
  weight: 0,
  nodes: 3,
  pricePerHour: 0.918,
  limits: [],
  consolidation: "WhenEmptyOrUnderutilized after 30s",
  budgets: ["10%"],
  exhausted: [],
  ...change,
});

const pools: readonly FleetPool[] = [
  pool("batch", { kind: "Provisioner", weight: 10, nodes: 2, budgets: [], consolidation: "WhenEmpty after 1m" }),
  pool("general", {
    limits: [
      { resource: "cpu", used: 64, of: 64 },
      { resource: "memory", used: 96.5, of: 256 },
    ],
    budgets: ["10%", "0 when Underutilized at 0 9 * * mon-fri for 8h"],
    exhausted: ["limit of cpu reached"],
  }),
  pool("static", { replicas: 4, nodes: 3 }),
  pool("broken", { nodes: 0, pricePerHour: 0, exhausted: ["not ready: NodeClass not found on cluster"] }),
];

const pending: readonly PendingPod[] = [
  { pod: "shop/api-7d9f-22xkq", since: minutesAgo(3), reason: "0/5 nodes are available: 5 Insufficient cpu." },
  { pod: "shop/api-7d9f-9wlpt" },
];

const launch: Omit<FleetDecision, "id"> = {
  time: minutesAgo(30),
  kind: "launch",
  pods: ["shop/web-1", "shop/web-2", "shop/web-3", "shop/web-4", "shop/web-5", "shop/web-6"],
  machine: "c6a.2xlarge",
  zone: "us-east-1a",
  capacityType: "on-demand",
  pricePerHour: 0.306,
  nodePool: "general",
  nodeClaim: "general-x7k2p",
  reason: "cheapest of 600 types that hold these pods, at 0.306 USD an hour; next is m6a.2xlarge at 0.3456 USD an hour",
};

/** One of each kind, as a controller records them. */
const decisions: readonly FleetDecision[] = [
  launch,
  { time: minutesAgo(29), kind: "launched", pods: [], machine: "c6a.2xlarge", node: "", reason: "instance started" },
  { time: minutesAgo(28), kind: "registered", pods: [], node: "ip-10-0-0-14.ec2.internal", reason: "node joined" },
  { time: minutesAgo(27), kind: "initialized", pods: [], node: "ip-10-0-0-14.ec2.internal", reason: "node is ready" },
  { time: minutesAgo(20), kind: "nominate", pods: ["shop/web-7"], node: "ip-10-0-0-14.ec2.internal", reason: "fits" },
  { time: minutesAgo(15), kind: "interrupted", pods: [], node: "ip-10-0-0-15.ec2.internal", reason: "spot notice" },
  {
    time: minutesAgo(10),
    kind: "remove",
    pods: ["shop/web-1"],
    machine: "c6a.2xlarge",
    zone: "us-east-1b",
    capacityType: "on-demand",
    pricePerHour: 0.306,
    node: "ip-10-0-0-12.ec2.internal",
    reason: "replace ip-10-0-0-12.ec2.internal, ip-10-0-0-13.ec2.internal by c6a.large, which saves 0.5355 $/h",
    command: {
      nodes: ["ip-10-0-0-12.ec2.internal", "ip-10-0-0-13.ec2.internal"],
      replacements: [{ machine: "c6a.large", zone: "us-east-1b", capacityType: "on-demand", pricePerHour: 0.0765 }],
      savingPerHour: 0.5355,
      podsMoved: 7,
    },
  },
  { time: minutesAgo(9), kind: "terminated", pods: [], machine: "c6a.2xlarge", reason: "the machine is gone" },
  { time: minutesAgo(5), kind: "launch-failed", pods: ["shop/api-7d9f-9wlpt"], reason: "no capacity for p4d.24xlarge" },
  {
    time: minutesAgo(3),
    kind: "unplaced",
    pods: ["shop/api-7d9f-22xkq"],
    reason: "all available instance types exceed limits for nodepool (NodePool=general)",
  },
  { time: minutesAgo(1), kind: "repair", pods: [], node: "ip-10-0-0-9.ec2.internal", reason: "left over" },
].map((decision, index) => ({ id: index + 1, ...decision }));

const trend: readonly TrendPoint[] = Array.from({ length: 60 }, (_, index) => ({
  time: minutesAgo(60 - index),
  pricePerHour: 0.3 + 0.2 * (index % 7),
  nodes: 2 + (index % 5),
  pending: index % 3,
}));

/** A bit of everything. */
export const fullFleet: FleetState = {
  ...emptyFleet,
  title: "karpenter-ts: production",
  figures: {
    pricePerHour: 1.2561,
    nodes: nodes.length,
    pods: { running: 38, pending: 2 },
    cpu: { used: 21.6, of: 39.5 },
    memoryGib: { used: 47.5, of: 73 },
  },
  nodes,
  pools,
  pending,
  decisions,
  trend,
};

/** The longest names that Kubernetes takes, and texts that look like markup. */
const long = "a-very-long-name-that-somebody-chose-".repeat(7).slice(0, 253);
const markup = `<b onclick="alert(1)">&amp;</b>`;

export const longFleet: FleetState = {
  ...fullFleet,
  title: `karpenter-ts: ${long}`,
  nodes: [node(long, { pool: long.slice(0, 63), zone: "us-gov-west-1-wl1-las-wlz-1" }), node(markup, { pool: markup })],
  pools: [pool(long.slice(0, 63), { budgets: [long], exhausted: [markup, long], consolidation: long.slice(0, 90) })],
  pending: [{ pod: `${long.slice(0, 63)}/${long}`, since: minutesAgo(100_000), reason: `${markup} ${long}` }],
  decisions: [
    {
      id: 1,
      ...launch,
      machine: "u-24tb1.112xlarge",
      pods: [`${long.slice(0, 63)}/${long}`, markup],
      node: long,
      reason: `${long}${long} ${markup}`,
      command: { nodes: [long, markup], replacements: [], savingPerHour: 12_345.678, podsMoved: 100_000 },
    },
  ],
};

const manyNodes = Array.from({ length: 5_000 }, (_, index) =>
  node(`ip-10-${index >> 8}-${index & 255}-1.ec2.internal`, {
    pool: ["general", "batch", "gpu"][index % 3] ?? "",
    type: ["m6g.large", "c6a.2xlarge", "r5.xlarge"][index % 3] ?? "",
    zone: ["us-east-1a", "us-east-1b", "us-east-1c"][index % 3] ?? "",
    capacityType: index % 2 === 0 ? "spot" : "on-demand",
    pricePerHour: 0.1,
    pods: 20,
    cpu: { used: (index % 17) / 2, of: 8 },
    memoryGib: { used: index % 29, of: 30 },
  }),
).toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** 5,000 nodes with 100,000 pods, and as many lines of each list as the server sends at most. */
export const largeFleet: FleetState = {
  ...fullFleet,
  title: `<img src=x onerror="document.title='taken'">`,
  figures: {
    pricePerHour: 500,
    nodes: manyNodes.length,
    pods: { running: 100_000, pending: 12_345 },
    cpu: { used: 20_000, of: 40_000 },
    memoryGib: { used: 70_000, of: 150_000 },
  },
  nodes: manyNodes,
  pools: Array.from({ length: 60 }, (_, index) => pool(`team-${index}`, { nodes: 83, weight: index })),
  pending: Array.from({ length: 500 }, (_, index) => ({ pod: `shop/web-${index}`, since: minutesAgo(index) })),
  decisions: Array.from({ length: 500 }, (_, index) => ({ id: index, ...launch, pods: [`shop/web-${index}`] })),
  trend: Array.from({ length: 720 }, (_, index) => ({
    time: minutesAgo(120 - index / 6),
    pricePerHour: 400 + (index % 100),
    nodes: 4_000 + index,
    pending: index,
  })),
};
