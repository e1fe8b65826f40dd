/**
 * What would happen to the pods of nodes that go (lifecycle 3.5): one run of the provisioning engine on a picture in which
 * they are gone. Nothing is copied but the list of nodes.
 */
import type { Pod } from "../../api/index.ts";
import { isVirtualPod } from "../buffers/virtual-pods.ts";
import { createCatalogueCache, createSearchCache } from "../catalogue/catalogue.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import { type KeyText, keyText } from "../cluster/keys.ts";
import { withNominatedPods, withPods } from "../cluster/nominated-pods.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import type { PoolView } from "../cluster/views.ts";
import { isProvisionable } from "../pods/predicates.ts";
import type { ProvisioningOptions } from "../provisioning/options.ts";
import type { Nomination, ProvisioningPlan, UnplacedPod } from "../provisioning/plan.ts";
import { createProvisioner } from "../provisioning/provision.ts";
import { noResources } from "../quantity/resources.ts";
import type { Candidate } from "./candidate.ts";
import { closedNodes } from "./destinations.ts";
import type { MethodContext } from "./method.ts";
import type { AvoidedTypes } from "./settings.ts";

export interface Simulation {
  readonly plan: ProvisioningPlan;
  /**
   * Pods that run now and would have no place. Pods that wait already do not count (lifecycle 3.5); chunks of capacity
   * buffers that stand somewhere do, else the room that a buffer holds would be given up and bought again.
   */
  readonly stranded: readonly UnplacedPod[];
}

/** One method's pass over one snapshot. */
export interface Simulator {
  /** The picture that simulations start from, with waiting pods where they are expected. */
  readonly snapshot: ClusterSnapshot;
  readonly options: ProvisioningOptions;
  /** Names of nodes that waiting pods are expected on; chunks of capacity buffers move with whatever else moves. */
  readonly expected: ReadonlySet<string>;
  /** Yields units of work. `closed` nodes take no pods. */
  run(candidates: readonly Candidate[], how?: RunOptions): Generator<number, Simulation>;
}

export interface RunOptions {
  readonly closed?: ReadonlySet<StateNode>;
  /** How hard to look for better machines, as a share of the usual. */
  readonly effort?: number;
  /** Whether preferences of pods yield; as the options say unless told. */
  readonly preferencePolicy?: "Ignore";
}

/**
 * `separate`: waiting pods are planned first and stand as fixed load, so that they neither hinder a removal nor size a
 * replacement (lifecycle 8, O13). `joined`: they are planned together with the pods that move, as upstream does.
 */
export type PendingPods = "separate" | "joined";

export function* createSimulator(
  { snapshot, scope, settings }: Pick<MethodContext, "snapshot" | "scope" | "settings">,
  how: { readonly pending: PendingPods; readonly keepDestinationsQuiet: boolean },
): Generator<number, Simulator> {
  const options: ProvisioningOptions = {
    ...settings.provisioning,
    now: scope.now,
    catalogueCache: createSearchCache(settings.provisioning.catalogueCache ?? createCatalogueCache()),
  };
  const offered = settings.avoidTypes === undefined ? snapshot : withoutTypes(snapshot, settings.avoidTypes);
  const shut = how.keepDestinationsQuiet ? closedNodes(snapshot, scope) : closedNodes(snapshot);
  const base =
    how.pending === "joined"
      ? { snapshot: offered, expected: nothing }
      : yield* settled(withNominatedPods(offered), options);
  const open = base.snapshot.nodes.map((node) => (shut.has(node.name) ? closedNode(node) : node));
  const picture = { ...base.snapshot, nodes: open };
  return {
    snapshot: picture,
    options,
    expected: base.expected,
    run: (candidates, { closed = noNodes, effort, preferencePolicy } = {}) => {
      const given = {
        ...options,
        ...(effort === undefined ? {} : { packingEffort: effort }),
        ...(preferencePolicy === undefined ? {} : { preferencePolicy }),
      };
      return simulate({ picture, options: given, pending: how.pending }, candidates, closed);
    },
  };
}

interface Ground {
  readonly picture: ClusterSnapshot;
  readonly options: ProvisioningOptions;
  readonly pending: PendingPods;
}

function* simulate(
  { picture, options, pending }: Ground,
  candidates: readonly Candidate[],
  closed: ReadonlySet<StateNode>,
): Generator<number, Simulation> {
  const going = new Set(candidates.map(({ node }) => node.name));
  const shut = new Set([...closed].map(({ name }) => name));
  const nodes = picture.nodes.map((node) => {
    if (going.has(node.name)) return { ...node, markedForDeletion: true };
    return shut.has(node.name) ? closedNode(node) : node;
  });
  const plan = yield* planned(withNodes(picture, nodes), options);
  // What waited before and stands in this picture was placed by it: chunks alone still look as if they waited.
  const stood = (pod: Pod): boolean => !isProvisionable(pod) || (pending === "separate" && isVirtualPod(pod));
  return { plan, stranded: plan.unplaced.filter(({ pod }) => stood(pod)) };
}

/** Usage is counted anew: candidates leave their share of the limits to their replacements. */
function withNodes({ poolUsage: _, ...rest }: ClusterSnapshot, nodes: readonly StateNode[]): ClusterSnapshot {
  return { ...rest, nodes };
}

const unitsPerStep = 2_000;

export function* planned(snapshot: ClusterSnapshot, options: ProvisioningOptions): Generator<number, ProvisioningPlan> {
  const provisioner = createProvisioner(snapshot, options);
  while (provisioner.step(unitsPerStep) === "more") yield unitsPerStep;
  yield snapshot.nodes.length;
  return provisioner.plan();
}

/** Where pods go that exist: chunks of capacity buffers nominate nothing (scheduling 7.3). */
export const nominationsOf = ({ nominations }: ProvisioningPlan): readonly Nomination[] =>
  nominations.filter(({ pod }) => !isVirtualPod(pod));

/** The node stands, with all that topology sees of it, and takes nothing. */
const closedNode = (node: StateNode): StateNode => ({ ...node, allocatable: noResources });

/** Waiting pods, and those of nodes that leave anyway, where they are expected; what needs new machines is not ours. */
function* settled(
  snapshot: ClusterSnapshot,
  options: ProvisioningOptions,
): Generator<number, { readonly snapshot: ClusterSnapshot; readonly expected: ReadonlySet<string> }> {
  const waits = snapshot.pendingPods.some(isProvisionable);
  const leaves = snapshot.nodes.some(({ markedForDeletion, pods }) => markedForDeletion && pods.length > 0);
  if (!waits && !leaves) return { snapshot: { ...snapshot, pendingPods: [] }, expected: nothing };
  const { nominations } = yield* planned(snapshot, options);
  const arrivals = new Map<string, Pod[]>();
  for (const { node, pod } of nominations) arrivals.set(node, [...(arrivals.get(node) ?? []), pod]);
  const nodes = snapshot.nodes.map((node) => {
    if (node.markedForDeletion) return { ...node, pods: [], podRequests: noResources, daemonRequests: noResources };
    return withPods(node, arrivals.get(node.name) ?? []);
  });
  const expected = nominations.flatMap(({ node, pod }) => (isVirtualPod(pod) ? [] : [node]));
  return { snapshot: { ...snapshot, nodes, pendingPods: [] }, expected: new Set(expected) };
}

/** Pools that name an avoided type keep it: whoever asks for it by name gets it. */
function withoutTypes(snapshot: ClusterSnapshot, { avoids }: AvoidedTypes): ClusterSnapshot {
  const kept = new Map<readonly InstanceType[], readonly InstanceType[]>();
  const instanceTypes = new Map<KeyText, readonly InstanceType[]>(snapshot.instanceTypes);
  for (const pool of snapshot.pools) {
    const list = snapshot.instanceTypes.get(keyText(pool.key)) ?? [];
    const steady = kept.get(list) ?? list.filter((type) => !avoids(type));
    kept.set(list, steady);
    if (!list.some((type) => avoids(type) && asksFor(pool, type))) instanceTypes.set(keyText(pool.key), steady);
  }
  return { ...snapshot, instanceTypes };
}

/** Some requirement lists a value that the avoided types alone have. */
function asksFor({ pool }: PoolView, type: InstanceType): boolean {
  return (pool.spec.template.spec.requirements ?? []).some(
    ({ key, operator, values }) =>
      operator === "In" &&
      namesOfMachines.some((word) => key.endsWith(word)) &&
      values?.some((value) => type.requirements.get(key)?.values.has(value) === true),
  );
}

/** Keys whose values name machines, whatever the provider. */
const namesOfMachines = ["instance-type", "instance-family", "instance-category"];

const nothing: ReadonlySet<string> = new Set();
const noNodes: ReadonlySet<StateNode> = new Set();
