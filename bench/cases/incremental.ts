/** corpus/BENCH.md, schedule-incremental-10000: a large cluster that changes a little between two passes. */
import type { Pod } from "../../src/api/index.ts";
import {
  applyClusterEvents,
  type ClusterEvent,
  type ClusterSnapshot,
  type ClusterState,
  createCatalogueCache,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  type InstanceType,
  type PoolView,
  type ProvisioningOptions,
  type ProvisioningPlan,
  provision,
} from "../../src/core/index.ts";
import { usEast1 } from "../catalogues/us-east-1.ts";
import { hashOf, judge, peakMemory, secondsSince } from "../measure.ts";
import { type Draws, drawsOf } from "../random.ts";
import type { BenchCase, Figures } from "./case.ts";
import { machineEvents } from "./machines.ts";
import { podsOfDeployment } from "./pods.ts";
import { categoryPool } from "./scheduling.ts";

const size = { nodes: 10_000, podsPerNode: 10, deployments: 500, rounds: 50, newDeployments: 10, newReplicas: 100 };
/** Ten pods of average size fill a node to some four fifths. */
const scale = 0.5;
const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const takenAt = epochMillisOf(Date.parse("2026-01-01T00:10:00Z"));
/** The oracle looks at every pod of the cluster, so it is asked about some rounds only. */
const judgedRounds = new Set([0, 24, 49]);

export const incrementalCases: readonly BenchCase[] = [{ name: "schedule-incremental-10000", measure }];

/** What the bench keeps of the cluster beside the state that it measures. */
interface World {
  readonly draws: Draws;
  readonly types: ReadonlyMap<string, InstanceType>;
  readonly options: ProvisioningOptions;
  state: ClusterState;
  /** Bound pods, for the draw of those that end. */
  readonly bound: Pod[];
}

interface Round {
  readonly seconds: number;
  readonly pods: number;
  readonly snapshot: ClusterSnapshot;
  readonly plan: ProvisioningPlan;
}

function measure(): Figures {
  const world = startWorld();
  const inputs: string[] = [];
  const seconds: number[] = [];
  const judged: Round[] = [];
  const sums = { pods: 0, placed: 0, nodes: 0, pricePerHour: 0 };
  for (let round = 0; round < size.rounds; round++) {
    const arriving = newPods(world.draws, round);
    inputs.push(hashOf(arriving));
    const played = playRound(world, { round, arriving, leaving: drawLeaving(world, arriving.length) });
    seconds.push(played.seconds);
    sums.pods += played.pods;
    sums.placed += played.pods - played.plan.unplaced.length;
    sums.nodes += played.plan.claims.length;
    sums.pricePerHour += played.plan.pricePerHour;
    if (judgedRounds.has(round)) judged.push(played);
  }
  const peakRssMiB = peakMemory();
  for (const { snapshot, plan } of judged) judge(snapshot, plan, world.options);
  return { seconds: percentile(seconds, 0.99), ...sums, inputHash: hashOf(inputs), peakRssMiB };
}

/** Nearest rank: of 50 rounds the slowest. */
function percentile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.ceil(share * ordered.length) - 1] ?? 0;
}

/** New pods are heard of, planned for and bound, and as many old ones go. Making the events is not part of it. */
function playRound(
  world: World,
  ask: { readonly round: number; readonly arriving: readonly Pod[]; readonly leaving: readonly Pod[] },
): Round {
  const arrivals = ask.arriving.map(upsertOf);
  const planning = performance.now();
  world.state = applyClusterEvents(world.state, arrivals);
  const snapshot = freezeSnapshot(world.state, takenAt);
  const plan = provision(snapshot, world.options);
  const planned = secondsSince(planning);
  const { bound, machines } = outcomeOf(world, plan, ask.round);
  const changes = [...machines, ...bound.map(upsertOf), ...ask.leaving.map(deleteOf)];
  const settling = performance.now();
  world.state = applyClusterEvents(world.state, changes);
  const seconds = planned + secondsSince(settling);
  for (const pod of bound) world.bound.push(pod);
  return { seconds, pods: ask.arriving.length, snapshot, plan };
}

/** What the API server would tell of the plan's end: the machines that were bought, and every pod on its node. */
function outcomeOf({ types }: World, plan: ProvisioningPlan, round: number) {
  const machines: ClusterEvent[] = [];
  const bound = plan.nominations.map(({ pod, node }) => boundTo(pod, node));
  for (const [index, { pool, pods, cheapest }] of plan.claims.entries()) {
    const name = `bought-${round}-${String(index).padStart(4, "0")}`;
    const type = types.get(cheapest.instanceType);
    if (type === undefined) throw new Error(`the plan names a type that nobody offers: ${cheapest.instanceType}`);
    machines.push(...machineEvents(name, { pool, type, zone: cheapest.zone, capacityType: cheapest.capacityType }));
    for (const pod of pods) bound.push(boundTo(pod, name));
  }
  return { machines, bound };
}

function startWorld(): World {
  const draws = drawsOf(42);
  const pool = categoryPool("c", "m", "r");
  const list = usEast1();
  const types = new Map(list.map((type) => [type.name, type]));
  const bound = firstPods(draws);
  const events: ClusterEvent[] = [
    {
      type: "upsert",
      kind: "Namespace",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
    },
    { type: "pool", view: pool },
    { type: "instance-types", pool: pool.key, types: list },
    ...firstMachines(pool, types),
    ...bound.map(upsertOf),
  ];
  const options = { catalogueCache: createCatalogueCache() };
  return { draws, types, options, state: applyClusterEvents(emptyClusterState(), events), bound };
}

const nodeName = (index: number): string => `node-${String(index).padStart(5, "0")}`;

function firstMachines(pool: PoolView, types: ReadonlyMap<string, InstanceType>): readonly ClusterEvent[] {
  const type = types.get("m5.2xlarge");
  if (type === undefined) throw new Error("the catalogue has no m5.2xlarge");
  return Array.from({ length: size.nodes }, (_, index) =>
    machineEvents(nodeName(index), { pool, type, zone: zones[index % 3] ?? "", capacityType: "on-demand" }),
  ).flat();
}

/** Largest first over all nodes in turn, there and back: ten on each, and every node about as full. */
function firstPods(draws: Draws): Pod[] {
  const replicas = (size.nodes * size.podsPerNode) / size.deployments;
  const pods = Array.from({ length: size.deployments }, (_, deployment) =>
    podsOfDeployment({ deployment, replicas, draws, scale }),
  );
  const memoryOf = ([pod]: readonly Pod[]): number =>
    Number.parseInt(String(pod?.spec.containers[0]?.resources?.requests?.["memory"]), 10);
  return pods
    .toSorted((a, b) => memoryOf(b) - memoryOf(a))
    .flat()
    .map((pod, index) => {
      const [turn, place] = [Math.floor(index / size.nodes), index % size.nodes];
      return boundTo(pod, nodeName(turn % 2 === 0 ? place : size.nodes - 1 - place));
    });
}

function newPods(draws: Draws, round: number): readonly Pod[] {
  // Numbered behind the first ones: deployments of a round have fewer replicas.
  const first = (size.nodes * size.podsPerNode) / size.newReplicas + round * size.newDeployments;
  return Array.from({ length: size.newDeployments }, (_, i) =>
    podsOfDeployment({ deployment: first + i, replicas: size.newReplicas, draws, scale }),
  )
    .flat()
    .map(parsed);
}

/** Takes pods out of the world at random. */
function drawLeaving({ bound, draws }: World, count: number): readonly Pod[] {
  return Array.from({ length: count }, () => {
    const at = draws.integer(bound.length);
    const [last] = bound.splice(-1);
    const chosen = bound[at] ?? last;
    if (chosen === undefined || last === undefined) throw new Error("no pod is left to end");
    if (at < bound.length) bound[at] = last;
    return chosen;
  });
}

/** Objects of an API server share nothing, and that is what memory is measured with. */
const parsed = (pod: Pod): Pod => JSON.parse(JSON.stringify(pod)) as Pod;

const boundTo = (pod: Pod, node: string): Pod =>
  parsed({ ...pod, spec: { ...pod.spec, nodeName: node }, status: { phase: "Running" } });

const upsertOf = (object: Pod): ClusterEvent => ({ type: "upsert", kind: "Pod", object });

const deleteOf = ({ metadata }: Pod): ClusterEvent => ({
  type: "delete",
  kind: "Pod",
  key: `${metadata.namespace ?? "default"}/${metadata.name ?? ""}`,
});
