import {
  conditionMessages,
  conditionTypes,
  isConditionTrue,
  type Node,
  type NodeClaim,
  nodeClaimReasons,
  nodeClaimType,
  type QuantityText,
  setCondition,
} from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { type EventRecorder, type KubeClient, objectKey } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import {
  type Caches,
  indexes,
  isManagedClaim,
  manyWorkers,
  patchStatus,
  type Reconciler,
  requeueAfter,
  timestampOf,
} from "../plumbing/index.ts";

export interface ConsistencyDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
}

const scanMilliseconds = 10 * 60_000;
const leastShare = 0.9;

/** Compares each node with what its machine was expected to have, every ten minutes (spec: lifecycle 1.11). */
export function createConsistency(deps: ConsistencyDeps): Reconciler {
  const scanned = new Map<string, number>();
  const forget = (claim: NodeClaim): void => {
    scanned.delete(claim.metadata.uid ?? "");
  };
  return {
    name: "nodeclaim.consistency",
    type: nodeClaimType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const claim = deps.caches.nodeClaims.store.get(key);
      if (claim === undefined || !isManagedClaim(deps.provider, claim)) return undefined;
      const providerId = claim.status?.providerID ?? "";
      const [node, ...others] =
        providerId === "" ? [] : deps.caches.nodes.store.byIndex(indexes.providerId, providerId);
      if (node === undefined || others.length > 0) return undefined;
      const uid = claim.metadata.uid ?? "";
      const due = (scanned.get(uid) ?? Number.NEGATIVE_INFINITY) + scanMilliseconds - deps.clock.monotonic();
      if (due > 0) return requeueAfter(due);
      await scan(deps, claim, node, signal);
      scanned.set(uid, deps.clock.monotonic());
      return requeueAfter(scanMilliseconds);
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodeClaims, (delta) => {
        if (delta.type === "deleted") forget(delta.object);
        return delta.type === "deleted" ? [] : [objectKey(delta.object)];
      });
      queue.watches(deps.caches.nodes, ({ object }) =>
        deps.caches.nodeClaims.store.byIndex(indexes.providerId, object.spec.providerID ?? "").map(objectKey),
      );
    },
  };
}

async function scan(deps: ConsistencyDeps, claim: NodeClaim, node: Node, signal: AbortSignal): Promise<void> {
  const issues = findShapeIssues(claim, node);
  for (const message of issues) {
    deps.log.error("consistency error", { NodeClaim: claim.metadata.name, error: message });
    deps.events.publish({
      object: claim,
      type: "Warning",
      reason: "FailedConsistencyCheck",
      message,
      dedupeValues: [claim.metadata.uid ?? "", message],
    });
  }
  const type = conditionTypes.consistentStateFound;
  const after = setCondition(
    claim,
    issues.length === 0
      ? { type, status: "True" }
      : {
          type,
          status: "False",
          reason: nodeClaimReasons.consistencyCheckFailed,
          message: conditionMessages.consistencyCheckFailed,
        },
    timestampOf(deps.clock),
  );
  await patchStatus(deps.kube, { type: nodeClaimType, before: claim, after, lock: true }, signal);
}

/** Only what was requested counts, and only once the node is initialized: devices are reported late. */
export function findShapeIssues(claim: NodeClaim, node: Node): readonly string[] {
  if (claim.metadata.deletionTimestamp !== undefined || !isConditionTrue(claim, conditionTypes.initialized)) return [];
  const requests = Object.entries(claim.spec.resources?.requests ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return requests.flatMap(([name, requested]) =>
    amountOf(name, requested) === 0
      ? []
      : compare(name, claim.status?.capacity?.[name], node.status?.capacity?.[name] ?? 0),
  );
}

function compare(name: string, wanted: QuantityText | undefined, found: QuantityText): readonly string[] {
  const expected = amountOf(name, wanted);
  const share = expected === 0 ? 1 : amountOf(name, found) / expected;
  if (share >= leastShare) return [];
  return [`expected ${wanted} of resource ${name}, but found ${found} (${percent(share)} of expected)`];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

function amountOf(name: string, quantity: QuantityText | undefined): number {
  if (quantity === undefined) return 0;
  const amount = parseAmount(name, quantity);
  return amount.ok ? amount.value : 0;
}
