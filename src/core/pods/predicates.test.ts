import { describe, expect, it } from "vitest";
import type { ObjectMeta, Pod, PodDisruptionBudget, PodSpec, PodStatus } from "../../api/index.ts";
import { epochMillisOf } from "../time.ts";
import { disruptionLimits, firstBlockedPod } from "./disruption-limits.ts";
import { disruptionGuard } from "./do-not-disrupt.ts";
import { evictionCost } from "./eviction-cost.ts";
import {
  isDrainable,
  isEvictable,
  isProvisionable,
  isReschedulable,
  isStuckTerminating,
  isWaitingEviction,
  needsForceDelete,
} from "./predicates.ts";
import { isCurrentlyReschedulable } from "./reschedulable.ts";

const now = epochMillisOf(1_767_225_600_000); // 2026-01-01T00:00:00Z
const owner = (apiVersion: string, kind: string) => ({ ownerReferences: [{ apiVersion, kind, name: "o", uid: "o" }] });
const daemon = owner("apps/v1", "DaemonSet");
const mirror = owner("v1", "Node");
const stateful = owner("apps/v1", "StatefulSet");
const terminating: ObjectMeta = { deletionTimestamp: "2025-12-31T23:59:30Z" };
const guarded = (value: string): ObjectMeta => ({ annotations: { "karpenter.sh/do-not-disrupt": value } });

const pod = (metadata: ObjectMeta = {}, spec: Partial<PodSpec> = {}, status: PodStatus = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default", labels: { app: "x" }, ...metadata },
  spec: { containers: [], ...spec },
  status,
});

const refused = (reason: string, status: "True" | "False" = "False"): PodStatus => ({
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status, reason }],
});

describe("a provisionable pod", () => {
  it.each([
    ["[scheduling A5] was refused by the scheduler", pod({}, {}, refused("Unschedulable")), true],
    ["is judged by the reason alone", pod({}, {}, refused("Unschedulable", "True")), true],
    ["may be on its way out", pod(terminating, {}, refused("Unschedulable")), true],
    ["may name another scheduler", pod({}, { schedulerName: "mine" }, refused("Unschedulable")), true],
    ["[scheduling A6] is not gated", pod({}, {}, refused("SchedulingGated")), false],
    ["was looked at by the scheduler", pod(), false],
    ["is not bound", pod({}, { nodeName: "n" }, refused("Unschedulable")), false],
    ["[scheduling A7] is not nominated", pod({}, {}, { ...refused("Unschedulable"), nominatedNodeName: "n" }), false],
    ["[scheduling A8] belongs to no DaemonSet", pod(daemon, {}, refused("Unschedulable")), false],
    ["[scheduling A8] is no mirror of a static pod", pod(mirror, {}, refused("Unschedulable")), false],
  ])("%s", (_, candidate, expected) => {
    expect(isProvisionable(candidate)).toBe(expected);
  });
});

describe("a reschedulable pod", () => {
  it.each([
    ["plain", pod(), true],
    ["finished", pod({}, {}, { phase: "Succeeded" }), false],
    ["terminating", pod(terminating), false],
    ["terminating, of a StatefulSet", pod({ ...terminating, ...stateful }), true],
    ["of a DaemonSet", pod(daemon), false],
    ["mirror", pod(mirror), false],
  ])("[scheduling F106] %s: %s", (_, candidate, expected) => {
    expect(isReschedulable(candidate)).toBe(expected);
  });
});

describe("do-not-disrupt", () => {
  const started = (value: string, startTime?: string) =>
    disruptionGuard(pod(guarded(value), {}, startTime === undefined ? {} : { startTime }), now);

  it("[lifecycle K18] protects for its duration from the start of the pod", () => {
    expect(started("5m", "2025-12-31T23:59:00Z")).toEqual({ protects: true, endsAt: now + 240_000 });
    expect(started("5m", "2025-12-31T23:55:00Z")).toEqual({ protects: false, reason: "ended", endedAt: now });
  });

  it("protects a pod that has not started", () => {
    expect(started("5m")).toEqual({ protects: true });
  });

  it.each(["invalid", "false", "0s", "-5m", ""])("[lifecycle K19] means nothing as %j", (value) => {
    expect(started(value, "2025-12-31T23:59:00Z")).toEqual({ protects: false, reason: "invalid", value });
  });

  it("protects for ever as true", () => {
    expect(started("true")).toEqual({ protects: true });
    expect(disruptionGuard(pod(), now)).toEqual({ protects: false, reason: "unset" });
  });
});

describe("draining", () => {
  const tolerant = pod({}, { tolerations: [{ key: "karpenter.sh/disrupted", operator: "Exists" }] });
  const stuck = pod({ deletionTimestamp: "2025-12-31T23:58:59Z" });

  it.each([
    ["plain", pod(), [true, true, true]],
    ["finished", pod({}, {}, { phase: "Failed" }), [false, true, false]],
    ["terminating", pod(terminating), [false, true, true]],
    ["stuck", stuck, [false, false, false]],
    ["mirror", pod(mirror), [false, false, false]],
    ["daemon", pod(daemon), [true, true, true]],
    ["tolerating the taint", tolerant, [false, false, false]],
    ["guarded", pod(guarded("true")), [false, true, true]],
  ])("of a pod %s: evictable, drainable, waited for %j", (_, candidate, expected) => {
    expect([isEvictable(candidate, now), isDrainable(candidate, now), isWaitingEviction(candidate, now)]).toEqual(
      expected,
    );
  });

  it("takes a pod for stuck one minute past its deletion, and not before", () => {
    expect(isStuckTerminating(pod({ deletionTimestamp: "2025-12-31T23:59:00Z" }), now)).toBe(false);
    expect(isStuckTerminating(stuck, now)).toBe(true);
  });

  it("deletes by force what would outlive the deadline", () => {
    const deadline = epochMillisOf(now + 30_000);
    expect(needsForceDelete(pod({}, { terminationGracePeriodSeconds: 31 }), deadline, now)).toBe(true);
    expect(needsForceDelete(pod({}, { terminationGracePeriodSeconds: 30 }), deadline, now)).toBe(false);
    expect(needsForceDelete(pod(), deadline, now)).toBe(false);
    expect(needsForceDelete(pod({ deletionTimestamp: "2026-01-01T00:01:00Z" }), deadline, now)).toBe(true);
    expect(needsForceDelete(pod({ deletionTimestamp: "2026-01-01T00:00:10Z" }), deadline, now)).toBe(false);
    expect(needsForceDelete(pod({}, { terminationGracePeriodSeconds: 600 }), undefined, now)).toBe(false);
  });
});

const budget = (name: string, spec: PodDisruptionBudget["spec"], disruptionsAllowed = 1): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: "default" },
  spec: { selector: { matchLabels: { app: "x" } }, ...spec },
  status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
});

const limitsOf = (...budgets: readonly PodDisruptionBudget[]) => {
  const limits = disruptionLimits(budgets);
  if (!limits.ok) throw new Error(limits.failure.message);
  return limits.value;
};

describe("disruption budgets", () => {
  it.each([
    ["maxUnavailable 0", { maxUnavailable: 0 }],
    ["maxUnavailable 0%", { maxUnavailable: "0%" }],
    ["minAvailable 100%", { minAvailable: "100%" }],
  ])("[scheduling F107] block for good with %s", (_, spec) => {
    const limits = limitsOf(budget("b", spec));
    expect(isCurrentlyReschedulable(pod(), { now, limits })).toBe(false);
    expect(isCurrentlyReschedulable(pod({ labels: { app: "y" } }), { now, limits })).toBe(true);
  });

  it("[scheduling F107] [lifecycle K7] block together, naming both", () => {
    const limits = limitsOf(budget("b", { minAvailable: 1 }), budget("a", { minAvailable: 1 }));
    expect(limits.check(pod(), "zero-disruptions", now)).toEqual({
      kind: "several-budgets",
      budgets: ["default/a", "default/b"],
    });
    expect(isCurrentlyReschedulable(pod(), { now, limits })).toBe(false);
  });

  it("block for now while they allow no disruption", () => {
    const limits = limitsOf(budget("b", { minAvailable: 1 }, 0));
    expect(firstBlockedPod([pod({ labels: {} }), pod()], limits, now)?.block).toEqual({
      kind: "budget",
      budgets: ["default/b"],
    });
    expect(isCurrentlyReschedulable(pod(), { now, limits })).toBe(true);
  });

  it.each([
    ["[lifecycle K5] a finished pod", pod({}, {}, { phase: "Succeeded" })],
    ["[lifecycle K5] a terminating pod", pod(terminating)],
    ["[lifecycle K6] a mirror pod", pod(mirror)],
    ["a pod of another namespace", pod({ namespace: "other" })],
  ])("let %s pass", (_, candidate) => {
    expect(limitsOf(budget("b", { maxUnavailable: 0 }, 0)).check(candidate, "zero-disruptions", now)).toBeUndefined();
  });

  it("[lifecycle K6] hold a daemon pod", () => {
    expect(limitsOf(budget("b", { maxUnavailable: 0 }, 0)).check(pod(daemon), "zero-disruptions", now)?.kind).toBe(
      "budget",
    );
  });

  it("let an unhealthy pod go when they say so, unless there are two", () => {
    const spec = { maxUnavailable: 0, unhealthyPodEvictionPolicy: "AlwaysAllow" as const };
    const unready = pod({}, {}, { conditions: [{ type: "Ready", status: "False" }] });
    expect(limitsOf(budget("b", spec, 0)).check(unready, "zero-disruptions", now)).toBeUndefined();
    expect(limitsOf(budget("b", spec, 0)).check(pod(), "zero-disruptions", now)?.kind).toBe("budget");
    const both = limitsOf(budget("a", spec), budget("b", { minAvailable: 1 }));
    expect(both.check(unready, "fully-blocking", now)?.kind).toBe("several-budgets");
  });

  it("select nothing without a selector, and the whole namespace with an empty one", () => {
    const { selector: _, ...spec } = budget("b", { maxUnavailable: 0 }).spec;
    expect(limitsOf({ ...budget("b", {}), spec }).check(pod(), "fully-blocking", now)).toBeUndefined();
    expect(limitsOf(budget("b", { ...spec, selector: {} })).check(pod(), "fully-blocking", now)?.kind).toBe("budget");
  });

  it("fail as a whole when one cannot be read", () => {
    const broken = budget("b", { selector: { matchExpressions: [{ key: "app", operator: "In" }] } });
    expect(disruptionLimits([budget("a", {}), broken])).toMatchObject({
      ok: false,
      failure: { kind: "bad-selector", budget: "default/b", message: expect.stringContaining("operator In") },
    });
  });
});

describe("eviction cost", () => {
  const withCost = (cost: string) => pod({ annotations: { "controller.kubernetes.io/pod-deletion-cost": cost } });

  it("[lifecycle K16] is 1 without priority or deletion cost", () => {
    expect(evictionCost(pod())).toBe(1);
    expect(evictionCost(withCost("cheap"))).toBe(1);
  });

  it("[lifecycle K17] rises with both and is clamped to 10 either way", () => {
    expect(evictionCost(withCost("134217728"))).toBe(2);
    expect(evictionCost(withCost("-134217728"))).toBe(0);
    expect(evictionCost(pod({}, { priority: 33_554_432 }))).toBe(2);
    expect(evictionCost(pod({}, { priority: 2_000_000_000 }))).toBe(10);
    expect(evictionCost(withCost("-2147483647"))).toBe(-10);
  });
});
