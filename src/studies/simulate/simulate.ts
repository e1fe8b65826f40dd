import type { Pod } from "../../api/index.ts";
import {
  allocatableOf,
  type ClusterSnapshot,
  type ClusterState,
  createCatalogueCache,
  type EpochMillis,
  freezeSnapshot,
  isProvisionable,
  keyText,
  nearestRemedy,
  objectKey,
  type PlannedClaim,
  provision,
  nodeChargePerHour,
  type ProvisioningOptions,
  type ProvisioningPlan,
  resourcesAssuming,
  type UnplacedPod,
} from "../../core/index.ts";
import { hoursPerMonth } from "../money.ts";
import { provisionInTurn, type TurnOf } from "./in-turn.ts";
import type { ExistingNode, Share, SimulatedNode, SimulateReport, UnplacedReport } from "./report.ts";

/** Remedies are looked for at most for so many kinds of pods: each costs some plans of the whole input. */
const mostRemedies = 10;

export interface Simulation {
  readonly report: SimulateReport;
  readonly plan: ProvisioningPlan;
}

/** How plans are made, and who tells the least that a plan can cost (the room `bound`, which need not be loaded). */
export interface SimulateOptions extends ProvisioningOptions {
  /** USD an hour; prices only, without what a machine costs beside its price. */
  readonly bound?: (snapshot: ClusterSnapshot, plan: ProvisioningPlan, options: ProvisioningOptions) => number;
}

/** The controller's options, one catalogue for all plans of an input. */
export const simulationOptions = (): ProvisioningOptions => ({
  nodeChargePerHour,
  catalogueCache: createCatalogueCache(),
});

/** Places what waits, all at once, and tells where, for how much, and why not. Pure: equal snapshots give equal reports. */
export function simulate(snapshot: ClusterSnapshot, options: SimulateOptions = simulationOptions()): Simulation {
  return told(snapshot, provision(snapshot, options), options);
}

/** The same for pods of which some come only once others run. */
export function simulateInTurn(
  cluster: { readonly state: ClusterState; readonly now: EpochMillis },
  turnOf: TurnOf,
  options: SimulateOptions = simulationOptions(),
): Simulation {
  return told(freezeSnapshot(cluster.state, cluster.now), provisionInTurn(cluster, turnOf, options), options);
}

function told(snapshot: ClusterSnapshot, plan: ProvisioningPlan, { bound, ...options }: SimulateOptions): Simulation {
  const nodes = plan.claims.map((claim) => nodeOf(claim, snapshot));
  const gated = snapshot.pendingPods.filter(({ spec }) => (spec.schedulingGates ?? []).length > 0);
  const unplaced = [...unplacedOf(plan.unplaced, snapshot, options), ...gated.map(gatedReport)];
  const existing = existingOf(plan);
  const placed = sum([...nodes, ...existing].map(({ pods }) => pods.length));
  const pricePerHour = rounded(sum(nodes.map((node) => node.pricePerHour)));
  const report: SimulateReport = {
    schema: "simulate/1",
    pods: snapshot.pendingPods.filter(isProvisionable).length + gated.length,
    placed,
    pricePerHour,
    pricePerMonth: Number((pricePerHour * hoursPerMonth).toFixed(2)),
    ...(bound === undefined ? {} : { bound: rounded(bound(snapshot, plan, { ...options, nodeChargePerHour: 0 })) }),
    nodes,
    existing,
    unplaced,
    headroom: {
      cpu: Number(sum(nodes.map(({ cpu }) => cpu.of - cpu.used)).toFixed(2)),
      memoryGib: Number(sum(nodes.map(({ memoryGib }) => memoryGib.of - memoryGib.used)).toFixed(2)),
    },
  };
  return { report, plan };
}

function nodeOf({ poolKey, cheapest, pods, claim }: PlannedClaim, snapshot: ClusterSnapshot): SimulatedNode {
  const type = (snapshot.instanceTypes.get(keyText(poolKey)) ?? []).find(({ name }) => name === cheapest.instanceType);
  const requests = resourcesAssuming(claim.spec.resources?.requests ?? {}, 0);
  const has = type === undefined ? {} : allocatableOf(type);
  const share = (name: string, unit: number): Share => ({
    used: Number(((requests[name] ?? 0) / unit).toFixed(3)),
    of: Number(((has[name] ?? 0) / unit).toFixed(3)),
  });
  return {
    pool: poolKey.name,
    type: cheapest.instanceType,
    zone: cheapest.zone,
    capacityType: cheapest.capacityType,
    pricePerHour: rounded(cheapest.price),
    pods: pods.map(objectKey).toSorted(),
    cpu: share("cpu", milliPerCore),
    memoryGib: share("memory", bytesPerGib),
  };
}

const milliPerCore = 1_000;
const bytesPerGib = 1 << 30;

function existingOf({ nominations }: ProvisioningPlan): readonly ExistingNode[] {
  const byNode = new Map<string, string[]>();
  for (const { node, pod } of nominations) byNode.set(node, [...(byNode.get(node) ?? []), objectKey(pod)]);
  return [...byNode]
    .map(([node, pods]) => ({ node, pods: pods.toSorted() }))
    .toSorted((a, b) => (a.node < b.node ? -1 : 1));
}

/** Pods of one workload that are refused alike have one remedy. */
function unplacedOf(
  unplaced: readonly UnplacedPod[],
  snapshot: ClusterSnapshot,
  options: ProvisioningOptions,
): readonly UnplacedReport[] {
  const known = new Map<string, UnplacedReport["remedy"]>();
  return unplaced.map(({ pod, reasons }) => {
    const kind = `${ownerOf(pod)} ${reasons.map(({ code }) => code).join(" ")}`;
    if (!known.has(kind))
      known.set(kind, known.size < mostRemedies ? (nearestRemedy(snapshot, pod, options) ?? null) : null);
    const remedy = known.get(kind) ?? null;
    // One change mends one pod; for its like it is the same change on another object.
    const own = remedy?.object.startsWith("Pod/") === true ? { ...remedy, object: `Pod/${objectKey(pod)}` } : remedy;
    return { pod: objectKey(pod), reasons, remedy: own };
  });
}

function ownerOf(pod: Pod): string {
  const { namespace = "default", name = "", ownerReferences = [] } = pod.metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return `${namespace}/${owner === undefined ? name : `${owner.kind}/${owner.name}`}`;
}

function gatedReport(pod: Pod): UnplacedReport {
  const gates = (pod.spec.schedulingGates ?? []).map(({ name }) => name).join(", ");
  const text = `its scheduling gates are closed: ${gates}`;
  return { pod: objectKey(pod), reasons: [{ layer: "pod", code: "gated", text }], remedy: null };
}

/** Prices have at most six digits; sums of them are printed without the noise of addition. */
export const rounded = (dollars: number): number => Number(dollars.toFixed(6));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
