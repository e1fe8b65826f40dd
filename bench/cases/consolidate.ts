/** Consolidation at scale (corpus/BENCH.md). The recorded states are not part of the project: CORPUS_DIR names their folder. */
import { existsSync } from "node:fs";
import type { Pod } from "../../src/api/index.ts";
import {
  applyClusterEvents,
  type ClusterEvent,
  type ClusterState,
  createCatalogueCache,
  createDisruptionPlanner,
  type DisruptionOptions,
  type DisruptionPlan,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  type PlannedClaim,
  provision,
  repacking,
  vacancy,
} from "../../src/core/index.ts";
import { applyCommand } from "../../test/corpus-disruption/apply-command.ts";
import { readState } from "../../test/corpus-disruption/read-state.ts";
import { scanState } from "../../test/corpus-disruption/scan-state.ts";
import { layoutOf, runToFixpoint } from "../../test/corpus-disruption/to-fixpoint.ts";
import { verifyCommand } from "../../test/corpus-disruption/verify-command.ts";
import { usEast1 } from "../catalogues/us-east-1.ts";
import { hashOf, peakMemory, secondsSince } from "../measure.ts";
import { type Draws, drawsOf } from "../random.ts";
import type { BenchCase, Figures } from "./case.ts";
import { machineEvents } from "./machines.ts";
import { categoryPool, emptyCluster } from "./scheduling.ts";

const corpus = process.env["CORPUS_DIR"] ?? "../shared/corpus";
const takenAt = epochMillisOf(Date.parse("2026-01-01T00:10:00Z"));

function recorded(name: string) {
  const file = `${corpus}/scale/${name}.json.gz`;
  if (!existsSync(file))
    throw new Error(`${file} is not there: CORPUS_DIR must name the folder of the recorded corpus`);
  return readState(file, `${corpus}/catalogues`);
}

/** Every candidate by itself, as a single-node pass looks at them. */
function measureScan(name: string): Figures {
  const read = recorded(name);
  const snapshot = freezeSnapshot(read.state, read.now);
  const start = performance.now();
  const scan = scanState(snapshot, read);
  const seconds = secondsSince(start);
  if (scan.judged !== snapshot.nodes.length) throw new Error(`${name}: only ${scan.judged} candidates were judged`);
  return { ...figuresOf(read.state, seconds), placed: scan.judged };
}

function measureFixpoint(name: string): Figures {
  const read = recorded(name);
  const start = performance.now();
  const { state, evictions } = runToFixpoint(read, { policy: "cheapest", maxEvictions: Infinity, verify: false });
  return { ...figuresOf(state, secondsSince(start)), evictions };
}

function figuresOf(state: ClusterState, seconds: number): Figures {
  const snapshot = freezeSnapshot(state, takenAt);
  const { nodes, price } = layoutOf(snapshot);
  const pods = snapshot.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const inputHash = hashOf(snapshot.nodes.flatMap((node) => node.pods));
  return { seconds, pods, placed: pods, nodes, pricePerHour: price, inputHash, peakRssMiB: peakMemory() };
}

const deployments = 200;
const wantedNodes = 1_000;

/** 1,000 machines bought for the pods of 200 deployments, half of which have ended since. */
function halfEmpty(): ClusterState {
  const draws = drawsOf(7);
  const view = categoryPool("c", "m", "r");
  const requirements = [
    ...(view.pool.spec.template.spec.requirements ?? []),
    { key: "karpenter.k8s.aws/instance-cpu", operator: "In", values: ["8", "16"] } as const,
  ];
  const template = { spec: { ...view.pool.spec.template.spec, requirements } };
  const disruption = { consolidateAfter: "0s", budgets: [{ nodes: "100%" }] };
  const pool = { ...view, pool: { ...view.pool, spec: { ...view.pool.spec, template, disruption } } };
  const types = usEast1();
  const claims = claimsFor((replicas) => {
    const same = drawsOf(11);
    const pods = Array.from({ length: deployments }, (_, index) => plainDeployment(index, replicas, same)).flat();
    return provision(emptyCluster([pool], types, pods), {}).claims;
  });
  const events: ClusterEvent[] = [
    {
      type: "upsert",
      kind: "Namespace",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
    },
    { type: "pool", view: pool },
    { type: "instance-types", pool: pool.key, types },
  ];
  for (const [index, planned] of claims.entries()) {
    const name = `node-${String(index).padStart(4, "0")}`;
    const { zone, capacityType, instanceType } = planned.cheapest;
    const type = types.find((each) => each.name === instanceType);
    if (type === undefined) throw new Error(`the plan names a type that nobody offers: ${instanceType}`);
    events.push(...machineEvents(name, { pool, type, zone, capacityType }).map(quiet));
    for (const pod of planned.pods) if (draws.integer(2) === 0) events.push(running(pod, name));
  }
  return applyClusterEvents(emptyClusterState(), events);
}

/** Equal pods that owe others nothing. */
function plainDeployment(index: number, replicas: number, draws: Draws): readonly Pod[] {
  const cpu = draws.pick([100, 200, 250, 500, 750, 1000]);
  const requests = { cpu: `${cpu}m`, memory: `${Math.round((cpu * draws.pick([1, 2, 4, 8]) * 1024) / 1000)}Mi` };
  return Array.from({ length: replicas }, (_, replica): Pod => {
    const name = `app-${String(index).padStart(3, "0")}-${String(replica).padStart(4, "0")}`;
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace: "default",
        uid: name,
        labels: { app: `app-${index}` },
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
      spec: { containers: [{ name: "app", resources: { requests } }] },
      status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
    };
  });
}

/** The first 1,000 claims for as few replicas as give so many. */
function claimsFor(plan: (replicas: number) => readonly PlannedClaim[]): readonly PlannedClaim[] {
  for (let replicas = 50; ; ) {
    const claims = plan(replicas);
    if (claims.length >= wantedNodes) return claims.slice(0, wantedNodes);
    replicas = Math.ceil((replicas * wantedNodes * 1.02) / claims.length);
  }
}

const conditions = ["Launched", "Registered", "Initialized", "Consolidatable"].map((type) => ({
  type,
  status: "True" as const,
  lastTransitionTime: "2025-12-31T23:00:00Z",
}));

function quiet(event: ClusterEvent): ClusterEvent {
  if (event.type !== "claim") return event;
  const { claim } = event.view;
  return { ...event, view: { ...event.view, claim: { ...claim, status: { ...claim.status, conditions } } } };
}

const running = (pod: Pod, nodeName: string): ClusterEvent => ({
  type: "upsert",
  kind: "Pod",
  object: { ...pod, spec: { ...pod.spec, nodeName }, status: { phase: "Running" } },
});

function planOf(state: ClusterState, options: Partial<DisruptionOptions> = {}): DisruptionPlan {
  const given = { now: takenAt, methods: [vacancy, repacking], ...options };
  const planner = createDisruptionPlanner(freezeSnapshot(state, takenAt), given);
  while (planner.step(Number.MAX_SAFE_INTEGER) === "more");
  const plan = planner.plan();
  if (!plan.ok) throw new Error(plan.failure.message);
  return plan.value;
}

const spotToSpot = { settings: { spotToSpot: true, provisioning: { catalogueCache: createCatalogueCache() } } };

/** The best next command of all methods, N to M included: on the picture without empty nodes, which go without a search. */
function measureNext(): Figures {
  const state = withoutEmpty(halfEmpty());
  const start = performance.now();
  const plan = planOf(state, spotToSpot);
  const seconds = secondsSince(start);
  const [command] = plan.commands;
  const faults = command === undefined ? ["nothing was found"] : verifyCommand(freezeSnapshot(state, takenAt), command);
  if (command === undefined || faults.length > 0) throw new Error(faults.slice(0, 5).join("; "));
  const after = applyCommand(state, command, 1).state;
  return { ...figuresOf(after, seconds), evictions: command.podsMoved };
}

function withoutEmpty(state: ClusterState): ClusterState {
  const [command] = planOf(state, { ...spotToSpot, methods: [vacancy] }).commands;
  return command === undefined ? state : applyCommand(state, command, 0).state;
}

/** A further pass over a picture in which a pass has found nothing. */
function measureQuiet(): Figures {
  let state = halfEmpty();
  let plan = planOf(state, spotToSpot);
  for (let serial = 0; plan.commands.length > 0 && serial < 50; serial++) {
    for (const command of plan.commands) state = applyCommand(state, command, serial).state;
    plan = planOf(state, spotToSpot);
  }
  const start = performance.now();
  const again = planOf(state, { ...spotToSpot, settled: new Set(["consolidation"]) });
  const seconds = secondsSince(start);
  if (again.commands.length > 0) throw new Error("a settled picture gave a command");
  return figuresOf(state, seconds);
}

export const consolidateCases: readonly BenchCase[] = [
  { name: "consolidate-scan-600", measure: () => measureScan("scan-600") },
  { name: "consolidate-scan-2000", measure: () => measureScan("scan-2000") },
  { name: "consolidate-scaledown-600", measure: () => measureFixpoint("scaledown-601") },
  { name: "consolidate-1000", measure: measureNext },
  { name: "consolidate-quiet-1000", measure: measureQuiet },
];
