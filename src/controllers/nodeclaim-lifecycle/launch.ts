import {
  capacityTypes,
  conditionTypes,
  getCondition,
  labels,
  type NodeClaim,
  nodeClaimReasons,
  nodeClaimType,
  refreshCondition,
  setCondition,
} from "../../api/index.ts";
import { claimViewOf } from "../../core/index.ts";
import type { CloudInstance, LaunchFailure } from "../../provider/index.ts";
import {
  countDisrupted,
  deleteObject,
  indexes,
  poolNameOf,
  timestampOf,
  truncateMessage,
  waitForOwnDelete,
} from "../plumbing/index.ts";
import { adoptInstance } from "./adoption.ts";
import type { LaunchAttempts } from "./attempts.ts";
import type { LaunchCache } from "./launch-cache.ts";
import type { LifecycleDeps, Step, StepOutcome } from "./step.ts";

export type LaunchDeps = LifecycleDeps & { readonly launches: LaunchCache; readonly attempts: LaunchAttempts };

/** Launches the machine of a claim once (spec: lifecycle 1.3). */
export function createLaunchStep(deps: LaunchDeps): Step {
  return async (seen, signal) => {
    const claim = withOwnMachine(deps, seen);
    const uid = claim.metadata.uid ?? "";
    const launched = getCondition(claim, conditionTypes.launched);
    if (launched !== undefined && launched.status !== "Unknown") {
      if (launched.status === "True") deps.launches.drop(uid);
      return { claim: refreshCondition(claim, conditionTypes.launched, timestampOf(deps.clock)) };
    }
    const cached = deps.launches.get(uid) ?? (await recorded(deps, claim, signal));
    if (cached !== undefined) return { claim: withInstance(claim, cached, deps) };
    const suspects = await deps.attempts.suspects(claim, signal);
    const adopted = suspects === undefined ? undefined : adoptInstance(deps, claim, suspects);
    if (adopted !== undefined) {
      reportLaunched(deps, claim, adopted, "taken over from an attempt that was not written down");
      return { claim: withInstance(claim, adopted, deps) };
    }
    deps.attempts.begin(claim);
    const outcome = await create(deps, claim, signal);
    if (outcome.error === undefined) deps.attempts.end(claim);
    return outcome;
  };
}

/** Somebody took the machine's id from the status of a claim: the Node that it became still knows. */
function withOwnMachine(deps: LaunchDeps, claim: NodeClaim): NodeClaim {
  if ((claim.status?.providerID ?? "") !== "") return claim;
  const node = deps.caches.nodes.store.get(claim.status?.nodeName ?? "");
  const isOwn = (node?.metadata.ownerReferences ?? []).some(({ uid }) => uid === claim.metadata.uid);
  const providerID = node?.spec.providerID ?? "";
  return isOwn && providerID !== "" ? { ...claim, status: { ...claim.status, providerID } } : claim;
}

/** Somebody took the condition from a claim that has a machine: a second one would leave the first to nobody. */
async function recorded(deps: LaunchDeps, claim: NodeClaim, signal: AbortSignal): Promise<CloudInstance | undefined> {
  const providerId = claim.status?.providerID ?? "";
  if (providerId === "") return undefined;
  const found = await deps.provider.get(providerId, { signal });
  return found.ok && !found.value.terminating ? found.value : undefined;
}

async function create(deps: LaunchDeps, claim: NodeClaim, signal: AbortSignal): Promise<StepOutcome> {
  try {
    const outcome = await deps.provider.create(claimViewOf(claim), { signal });
    if (!outcome.ok) return await react(deps, claim, outcome.failure, signal);
    if (isTaken(deps, outcome.value.providerId))
      throw new Error(`${outcome.value.providerId} was taken over by another claim`);
    deps.launches.put(claim.metadata.uid ?? "", outcome.value);
    reportLaunched(deps, claim, outcome.value, startedText(claim, outcome.value));
    return { claim: withInstance(claim, outcome.value, deps) };
  } catch (error) {
    // Not launched, or launched without our knowing; the latter is found by the instance collector.
    return { claim: launchPending(deps, claim, nodeClaimReasons.launchFailed, messageOf(error)), error };
  }
}

/** While this launch was on its way, another claim may have found the machine and taken it for its own lost one. */
const isTaken = (deps: LaunchDeps, providerId: string): boolean =>
  deps.launches.owns(providerId) || deps.caches.nodeClaims.store.byIndex(indexes.providerId, providerId).length > 0;

async function react(
  deps: LaunchDeps,
  claim: NodeClaim,
  failure: LaunchFailure,
  signal: AbortSignal,
): Promise<StepOutcome> {
  if (failure.kind === "create-failed") {
    return {
      claim: launchPending(deps, claim, failure.reason, failure.message),
      error: new Error(`launching nodeclaim ${claim.metadata.name}: ${failure.message}`),
    };
  }
  const { event, metric } = hopeless[failure.kind];
  deps.events.publish({
    object: claim,
    type: "Warning",
    reason: event,
    message: `NodeClaim ${claim.metadata.name} event: ${truncateMessage(failure.message)}`,
    dedupeValues: [claim.metadata.uid ?? ""],
  });
  return giveUp(deps, claim, { reason: metric, message: failure.message, signal });
}

/** Failures that trying again for this very claim does not cure: event reason, and reason of the disruption count. */
const hopeless = Object.freeze({
  "insufficient-capacity": { event: "InsufficientCapacityError", metric: "insufficient_capacity" },
  "class-not-ready": { event: "NodeClassNotReady", metric: "nodeclass_not_ready" },
});

/** The pods of a deleted claim become pending again, and provisioning decides afresh. */
async function giveUp(
  deps: LaunchDeps,
  claim: NodeClaim,
  cause: { readonly reason: string; readonly message: string; readonly signal: AbortSignal },
): Promise<StepOutcome> {
  deps.log.error("failed launching nodeclaim", { NodeClaim: claim.metadata.name, error: cause.message });
  deps.decisions.record({
    kind: "launch-failed",
    pods: [],
    nodeClaim: claim.metadata.name ?? "",
    nodePool: poolNameOf(claim),
    reason: truncateMessage(cause.message),
  });
  if (await deleteObject(deps.kube, nodeClaimType, claim, cause.signal)) {
    countDisrupted(deps.instruments, { claim, reason: cause.reason });
    // The claim may be due again already: from a cache that lags it would be launched once more.
    await waitForOwnDelete(deps.clock, deps.caches.nodeClaims, claim, cause.signal);
  }
  return { claim, deleted: true };
}

const launchPending = (deps: LaunchDeps, claim: NodeClaim, reason: string, message: string): NodeClaim =>
  setCondition(
    claim,
    { type: conditionTypes.launched, status: "Unknown", reason, message: truncateMessage(message) },
    timestampOf(deps.clock),
  );

/** Provider labels under the claim's own, provider annotations over them; the rest is replaced (spec: lifecycle 1.3). */
export function withDetails(claim: NodeClaim, instance: CloudInstance): NodeClaim {
  return {
    ...claim,
    metadata: {
      ...claim.metadata,
      labels: { ...instance.labels, ...claim.metadata.labels },
      annotations: { ...claim.metadata.annotations, ...instance.annotations },
    },
    status: {
      ...claim.status,
      providerID: instance.providerId,
      ...(instance.imageId === undefined ? {} : { imageID: instance.imageId }),
      capacity: instance.capacity,
      allocatable: instance.allocatable,
    },
  };
}

const withInstance = (claim: NodeClaim, instance: CloudInstance, deps: LaunchDeps): NodeClaim =>
  setCondition(
    withDetails(claim, instance),
    { type: conditionTypes.launched, status: "True" },
    timestampOf(deps.clock),
  );

/** Why the machine is not of the type that the plan put first, which is the cheapest of those that would do. */
function startedText(claim: NodeClaim, { instanceType, capacityType }: CloudInstance): string {
  const isSpot = capacityType === capacityTypes.spot;
  const started = isSpot ? "spot instance started" : "instance started";
  const planned = plannedTypes(claim);
  const [first] = planned;
  if (first === undefined || first === instanceType) return started;
  const why = isSpot ? "the cloud weighs capacity against price" : "the cheaper ones could not be had";
  return `${started}, ${instanceType} instead of ${first}: ${why} (${planned.length} types would do)`;
}

const plannedTypes = (claim: NodeClaim): readonly string[] =>
  claim.spec.requirements.find(({ key, operator }) => key === labels.instanceType && operator === "In")?.values ?? [];

function reportLaunched(deps: LaunchDeps, claim: NodeClaim, instance: CloudInstance, reason: string): void {
  deps.log.info("launched nodeclaim", {
    NodeClaim: claim.metadata.name,
    "provider-id": instance.providerId,
    "instance-type": instance.instanceType,
    zone: instance.zone,
    "capacity-type": instance.capacityType,
    allocatable: instance.allocatable,
    reason,
  });
  deps.decisions.record({
    kind: "launched",
    pods: [],
    machine: instance.instanceType,
    zone: instance.zone,
    capacityType: instance.capacityType,
    ...(instance.price === undefined ? {} : { pricePerHour: instance.price }),
    nodeClaim: claim.metadata.name ?? "",
    nodePool: poolNameOf(claim),
    reason,
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
