import { conditionTypes, getCondition, type NodeClaim, type Pod } from "../../api/index.ts";
import type { PlannedClaim, ProvisioningPlan, UnplacedPod } from "../../core/index.ts";
import { createTokenBucket, objectKey, type TokenBucket } from "../../kube/index.ts";
import type { CreationOutcome } from "./create-claims.ts";
import type { DecisionClock } from "./decision-clock.ts";
import type { ProvisioningDeps } from "./deps.ts";

const failedSchedulingDedupeMilliseconds = 5 * 60_000;
const noTypesDedupeMilliseconds = 60_000;
const namedPods = 5;

/** Tells users, operators and dashboards what a plan says (spec: scheduling 8.2; product 4.2). */
export interface PlanReporter {
  planned(plan: ProvisioningPlan, milliseconds: number): void;
  /** Claims that would be created if this process acted. */
  proposed(plan: ProvisioningPlan): void;
  created(outcome: CreationOutcome): void;
}

export function createPlanReporter(deps: ProvisioningDeps, decisionClock: DecisionClock): PlanReporter {
  const nominations = createTokenBucket({ clock: deps.clock, qps: 5, burst: 10 });
  const zones = createZoneGauge(deps);
  const decided = (pod: Pod): void => {
    const seconds = decisionClock.decide(pod.metadata.uid ?? "");
    if (seconds !== undefined) deps.instruments.podsSchedulingDecision.observe(seconds);
  };
  return {
    planned: (plan, milliseconds) => {
      logPlan(deps, plan, milliseconds);
      for (const { pod, node } of plan.nominations) {
        decided(pod);
        publishNominated(deps, nominations, pod, nodePartOf(deps, node));
      }
      reportNominated(deps, plan);
      reportExcluded(deps, plan);
      for (const unplaced of plan.unplaced) {
        decided(unplaced.pod);
        reportUnplaced(deps, unplaced);
      }
      zones.show(plan.pendingByZone ?? {});
      deps.instruments.schedulerUnschedulablePods.set(countUnschedulable(plan), { controller: "provisioner" });
      deps.instruments.schedulerIgnoredPods.set(plan.unplaced.filter(isIgnored).length);
    },
    proposed: (plan) => {
      for (const planned of plan.claims) reportLaunch(deps, planned, undefined);
    },
    created: (outcome) => {
      if (!outcome.ok) {
        const { planned, error } = outcome;
        deps.log.error("failed creating nodeclaim", { NodePool: planned.poolKey.name, error });
        return reportRefused(deps, planned, error);
      }
      logCreated(deps, outcome.planned, outcome.claim);
      reportLaunch(deps, outcome.planned, outcome.claim);
      for (const pod of outcome.planned.pods) {
        decided(pod);
        decisionClock.placed(pod.metadata.uid ?? "", isHealthy(outcome.planned));
        publishNominated(deps, nominations, pod, [`nodeclaim/${outcome.claim.metadata.name}`]);
      }
    },
  };
}

/** A zone that nobody waits for any more loses its series. */
function createZoneGauge({ instruments }: ProvisioningDeps): { show(counts: Readonly<Record<string, number>>): void } {
  let shown: readonly string[] = [];
  const labelsOf = (zone: string) => ({ controller: "provisioner", zone });
  return {
    show: (counts) => {
      for (const zone of shown)
        if (counts[zone] === undefined) instruments.schedulerPendingByZone.remove(labelsOf(zone));
      shown = Object.keys(counts);
      for (const zone of shown) instruments.schedulerPendingByZone.set(counts[zone] ?? 0, labelsOf(zone));
    },
  };
}

/** What the pool launched lately did register. */
const isHealthy = ({ pool }: PlannedClaim): boolean =>
  getCondition(pool.pool, conditionTypes.nodeRegistrationHealthy)?.status === "True";

/** The name of a state node is its claim's until the Node is registered. */
function nodePartOf(deps: ProvisioningDeps, name: string): readonly string[] {
  const kind = deps.caches.nodes.store.get(name) === undefined ? "nodeclaim" : "node";
  return [`${kind}/${name}`];
}

function publishNominated(deps: ProvisioningDeps, limiter: TokenBucket, pod: Pod, parts: readonly string[]): void {
  deps.events.publish({
    object: pod,
    type: "Normal",
    reason: "Nominated",
    message: `Pod should schedule on: ${parts.join(", ")}`,
    dedupeValues: [pod.metadata.uid ?? ""],
    limiter,
  });
}

function reportNominated(deps: ProvisioningDeps, plan: ProvisioningPlan): void {
  for (const [node, nominations] of Map.groupBy(plan.nominations, ({ node }) => node)) {
    deps.decisions.record({
      kind: "nominate",
      pods: nominations.map(({ pod }) => objectKey(pod)),
      node,
      reason: "fits a node that is there or on its way",
    });
  }
}

/** Whoever reads the pool must learn that it can launch nothing. */
function reportExcluded(deps: ProvisioningDeps, plan: ProvisioningPlan): void {
  for (const { pool, cause } of plan.excludedPools ?? []) {
    deps.log.info("nodepool skipped, no instance type passes its requirements", { NodePool: pool.key.name, cause });
    deps.events.publish({
      object: pool.pool,
      type: "Warning",
      reason: "NoCompatibleInstanceTypes",
      message: `NodePool requirements filtered out all compatible available instance types${cause === "min-values" ? " due to minValues incompatibility" : ""}`,
      dedupeValues: [pool.pool.metadata.uid ?? ""],
      dedupeMilliseconds: noTypesDedupeMilliseconds,
    });
  }
}

/** Pods of an empty message (opted out, or no pool at all) are decided without an event. */
function reportUnplaced(deps: ProvisioningDeps, { pod, message, reasons }: UnplacedPod): void {
  const reason = message === "" ? reasons.map(({ text }) => text).join("; ") : message;
  deps.log.debug("could not schedule pod", { Pod: objectKey(pod), reason });
  deps.decisions.record({ kind: "unplaced", pods: [objectKey(pod)], reason });
  if (message === "") return;
  deps.events.publish({
    object: pod,
    type: "Warning",
    reason: "FailedScheduling",
    message,
    dedupeValues: [pod.metadata.uid ?? ""],
    dedupeMilliseconds: failedSchedulingDedupeMilliseconds,
  });
}

/** Dropped before the solve because of what the pod itself says. */
const isIgnored = ({ reasons }: UnplacedPod): boolean => reasons.some(({ layer }) => layer === "pod");
/** Pods that are put off, or that a pass did not come to, have no failure to be told. */
const countUnschedulable = (plan: ProvisioningPlan): number =>
  plan.unplaced.filter((unplaced) => !isIgnored(unplaced) && unplaced.message !== "").length;

function logPlan(deps: ProvisioningDeps, plan: ProvisioningPlan, milliseconds: number): void {
  const pods = [
    ...plan.claims.flatMap((claim) => claim.pods),
    ...plan.nominations.map(({ pod }) => pod),
    ...plan.unplaced.map(({ pod }) => pod),
  ];
  if (pods.length === 0) return;
  deps.log.info("found provisionable pod(s)", {
    Pods: shortList(pods.map(objectKey)),
    duration: `${Math.round(milliseconds)}ms`,
  });
  if (plan.claims.length > 0) {
    deps.log.info("computed new nodeclaim(s) to fit pod(s)", {
      nodeclaims: plan.claims.length,
      pods: plan.claims.reduce((sum, claim) => sum + claim.pods.length, 0),
    });
  }
}

function logCreated(deps: ProvisioningDeps, planned: PlannedClaim, claim: NodeClaim): void {
  deps.log.info("created nodeclaim", {
    NodePool: planned.poolKey.name,
    NodeClaim: claim.metadata.name,
    requests: claim.spec.resources?.requests,
    "instance-types": shortList(planned.instanceTypes),
  });
}

function reportLaunch(deps: ProvisioningDeps, planned: PlannedClaim, claim: NodeClaim | undefined): void {
  const { instanceType, zone, capacityType, price } = planned.cheapest;
  deps.decisions.record({
    kind: "launch",
    pods: planned.pods.map(objectKey),
    machine: instanceType,
    zone,
    capacityType,
    pricePerHour: price,
    ...(planned.claim.spec.resources?.requests === undefined
      ? {}
      : { requests: planned.claim.spec.resources.requests }),
    nodePool: planned.poolKey.name,
    ...(claim === undefined ? {} : { nodeClaim: claim.metadata.name ?? "" }),
    reason: planned.reasons.map(({ text }) => text).join("; "),
  });
}

const reportRefused = (deps: ProvisioningDeps, planned: PlannedClaim, error: unknown): void =>
  deps.decisions.record({
    kind: "launch-failed",
    pods: planned.pods.map(objectKey),
    nodePool: planned.poolKey.name,
    reason: error instanceof Error ? error.message : String(error),
  });

const shortList = (names: readonly string[]): string =>
  names.length <= namedPods
    ? names.join(", ")
    : `${names.slice(0, namedPods).join(", ")} and ${names.length - namedPods} other(s)`;
