import {
  annotations,
  getCondition,
  labels,
  type Node,
  type NodeClaim,
  nodeClaimType,
  nodeType,
} from "../../api/index.ts";
import { isReschedulable } from "../../core/index.ts";
import type { Delta, EventRecorder, KubeClient, ReconcileResult } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { CloudProvider, RepairPolicy } from "../../provider/index.ts";
import {
  type Caches,
  countDisrupted,
  deleteObject,
  indexes,
  type Instruments,
  isManagedClaim,
  isManagedNode,
  manyWorkers,
  millisOf,
  patchObject,
  poolNameOf,
  type Reconciler,
  requeueAfter,
  snakeCase,
  timestampOf,
} from "../plumbing/index.ts";
import { firstIllness, isEpidemic, isUnhealthy } from "./unhealthy.ts";

export interface NodeRepairDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
  readonly instruments: Instruments;
}

const blockedMilliseconds = 5 * 60_000;
const eventMilliseconds = 15 * 60_000;

/** Replaces nodes that have been ill for longer than the provider tolerates (spec: lifecycle 5.2). Gate NodeRepair. */
export function createNodeRepair(deps: NodeRepairDeps): Reconciler {
  return {
    name: "node.health",
    type: nodeType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const node = deps.caches.nodes.store.get(key);
      if (node === undefined || !isOurs(deps, node)) return undefined;
      const claim = claimOf(deps, node);
      return claim === undefined ? undefined : repair(deps, node, claim, signal);
    },
    watch: (queue) =>
      queue.watches(deps.caches.nodes, (delta) => (isNews(delta) ? [delta.object.metadata.name ?? ""] : [])),
  };
}

const isOurs = (deps: NodeRepairDeps, node: Node): boolean => isManagedNode(deps.provider, node);

function claimOf(deps: NodeRepairDeps, node: Node): NodeClaim | undefined {
  const [claim, ...others] = deps.caches.nodeClaims.store.byIndex(indexes.providerId, node.spec.providerID ?? "");
  return claim !== undefined && others.length === 0 && isManagedClaim(deps.provider, claim) ? claim : undefined;
}

/** Kubelets report every ten seconds; only what changes counts. */
function isNews(delta: Delta<Node>): boolean {
  if (delta.type !== "updated") return delta.type === "added";
  return delta.previous === delta.object || conditionsText(delta.previous) !== conditionsText(delta.object);
}

const conditionsText = ({ status }: Node): string =>
  JSON.stringify(
    (status?.conditions ?? []).map(({ type, status: value, lastTransitionTime }) => [type, value, lastTransitionTime]),
  );

async function repair(
  deps: NodeRepairDeps,
  node: Node,
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<ReconcileResult | undefined> {
  const illness = firstIllness(node, deps.provider.repairPolicies);
  if (illness === undefined) return undefined;
  const left = illness.dueAt - deps.clock.now();
  if (left > 0) return requeueAfter(left);
  const crowd = crowdOf(deps, node);
  if (isEpidemic(crowd.unhealthy, crowd.all)) {
    tellBlocked(deps, { node, claim, ...crowd });
    return requeueAfter(blockedMilliseconds);
  }
  await setDeadline(deps, claim, signal);
  if (claim.metadata.deletionTimestamp === undefined && (await deleteObject(deps.kube, nodeClaimType, claim, signal)))
    report(deps, { node, claim, policy: illness.policy });
  return undefined;
}

interface Crowd {
  readonly unhealthy: number;
  readonly all: number;
  readonly scope: string;
}

/** The nodes of the pool; for a node without one, all of ours. */
function crowdOf(deps: NodeRepairDeps, node: Node): Crowd {
  const pool = poolNameOf(node);
  const crowd = deps.caches.nodes.store
    .list()
    .filter((other) => isOurs(deps, other) && (pool === "" || poolNameOf(other) === pool));
  return {
    unhealthy: crowd.filter((other) => isUnhealthy(other, deps.provider.repairPolicies)).length,
    all: crowd.length,
    scope: pool === "" ? "the cluster" : `nodepool ${pool}`,
  };
}

/** Once to each of the three, where upstream sends three to the node (spec: operations 2.2). */
function tellBlocked(
  deps: NodeRepairDeps,
  { node, claim, unhealthy, all, scope }: Crowd & { readonly node: Node; readonly claim: NodeClaim },
): void {
  const pool = deps.caches.nodePools.store.get(poolNameOf(node));
  for (const object of [node, claim, ...(pool === undefined ? [] : [pool])]) {
    deps.events.publish({
      object,
      type: "Warning",
      reason: "NodeRepairBlocked",
      message: `${unhealthy} of ${all} nodes of ${scope} are unhealthy, more than 20% of nodes are not repaired at once`,
      dedupeValues: [object.metadata.uid ?? ""],
      dedupeMilliseconds: eventMilliseconds,
    });
  }
}

/** The drain of an ill node must end: its deadline is now. One that has passed already stays. */
async function setDeadline(deps: NodeRepairDeps, claim: NodeClaim, signal: AbortSignal): Promise<void> {
  const held = millisOf(claim.metadata.annotations?.[annotations.terminationTimestamp]);
  if (held !== undefined && held <= deps.clock.now()) return;
  const own = { ...claim.metadata.annotations, [annotations.terminationTimestamp]: timestampOf(deps.clock) };
  const after: NodeClaim = { ...claim, metadata: { ...claim.metadata, annotations: own } };
  await patchObject(deps.kube, { type: nodeClaimType, before: claim, after, lock: false }, signal);
}

function report(
  deps: NodeRepairDeps,
  { node, claim, policy }: { readonly node: Node; readonly claim: NodeClaim; readonly policy: RepairPolicy },
): void {
  const pods = deps.caches.pods.store.byIndex(indexes.nodeName, node.metadata.name ?? "");
  deps.log.info("deleting unhealthy node", {
    Node: node.metadata.name,
    NodeClaim: claim.metadata.name,
    condition: policy.conditionType,
    status: policy.conditionStatus,
    reason: getCondition(node, policy.conditionType)?.reason,
  });
  countDisrupted(deps.instruments, { claim, reason: "unhealthy", pods: pods.filter(isReschedulable).length });
  deps.instruments.nodeClaimsUnhealthyDisrupted.increment({
    condition: snakeCase(policy.conditionType),
    nodepool: poolNameOf(claim),
    capacity_type: node.metadata.labels?.[labels.capacityType] ?? "",
    image_id: claim.status?.imageID ?? "",
  });
}
