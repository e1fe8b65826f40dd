import { describe, expect, it } from "vitest";
import type { Condition, Node, NodeClaim, Pod } from "../../api/index.ts";
import { countPods, exitCodeOf, podState, schedulerReason, underWay } from "./summary.ts";

const condition = (type: string, status: Condition["status"], message?: string): Condition => ({
  type,
  status,
  ...(message === undefined ? {} : { message }),
});

const pod = (name: string, status: NonNullable<Pod["status"]>, deleting = false): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", ...(deleting ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
  spec: { containers: [] },
  status,
});
const running = (name: string): Pod => pod(name, { phase: "Running", conditions: [condition("Ready", "True")] });
const pending = (name: string): Pod => pod(name, { phase: "Pending" });
const claim = (name: string, initialized: Condition["status"]): NodeClaim => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodeClaim",
  metadata: { name },
  spec: { requirements: [], nodeClassRef: { group: "g", kind: "K", name: "n" } },
  status: { conditions: [condition("Initialized", initialized)] },
});
const node = (name: string, deleting = false): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, ...(deleting ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
  spec: {},
});

const workload = (generation: number, observedGeneration: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default", generation },
  status: { observedGeneration },
});

describe("podState", () => {
  it.each([
    [running("a"), "running"],
    [pod("a", { phase: "Running", conditions: [condition("Ready", "False")] }), "pending"],
    [pod("a", { phase: "Succeeded" }), "succeeded"],
    [pod("a", { phase: "Failed" }), "failed"],
    [pod("a", {}), "pending"],
  ] as const)("judges by phase and readiness (%#)", (given, state) => {
    expect(podState(given)).toBe(state);
  });
});

describe("underWay", () => {
  const nobody = new Set<string>();

  it("is over when all pods run and every claim is initialized", () => {
    expect(
      underWay({ workloads: [], pods: [running("a")], nodes: [node("n")], claims: [claim("c", "True")] }, nobody),
    ).toBeUndefined();
  });

  it("is over when controllers have taken up their workloads", () => {
    expect(underWay({ workloads: [workload(2, 2)], pods: [], nodes: [], claims: [] }, nobody)).toBeUndefined();
  });

  it("waits for a pod that may still get a place, not for one that is known to have none", () => {
    const picture = { workloads: [], pods: [pending("a")], nodes: [], claims: [] };
    expect(underWay(picture, nobody)).toBe("pod default/a is not running yet");
    expect(underWay(picture, new Set(["default/a"]))).toBeUndefined();
  });

  it.each([
    [
      { workloads: [], pods: [pod("a", { phase: "Running" }, true)], nodes: [], claims: [] },
      "pod default/a is being deleted",
    ],
    [{ workloads: [], pods: [], nodes: [], claims: [claim("c", "Unknown")] }, "node claim c is on its way"],
    [{ workloads: [], pods: [], nodes: [node("n", true)], claims: [] }, "node n is being deleted"],
    [
      { workloads: [workload(2, 1)], pods: [], nodes: [], claims: [] },
      "Deployment default/web has not been taken up by its controller",
    ],
  ])("waits for what is on its way or leaving (%#)", (picture, text) => {
    expect(underWay(picture, nobody)).toBe(text);
  });
});

describe("summary", () => {
  it("counts pods by state", () => {
    expect(
      countPods([running("a"), pending("b"), pod("c", { phase: "Succeeded" }), pod("d", { phase: "Failed" })]),
    ).toEqual({ running: 1, pending: 1, succeeded: 1, failed: 1 });
  });

  it("is a yes only when nothing is left over and nothing was refused", () => {
    const summary = {
      schema: "up/1",
      pods: { running: 1, pending: 0, succeeded: 1, failed: 0 },
      nodes: 1,
      pricePerHour: 1,
      seconds: 1,
      unplaced: [],
      refused: [],
    } as const;
    expect(exitCodeOf(summary)).toBe(0);
    expect(exitCodeOf({ ...summary, pods: { ...summary.pods, pending: 1 } })).toBe(1);
    expect(exitCodeOf({ ...summary, pods: { ...summary.pods, failed: 1 } })).toBe(1);
    expect(exitCodeOf({ ...summary, refused: [{ object: "v1 Pod a", place: "a.yaml:1:1", message: "no" }] })).toBe(1);
  });

  it("repeats the scheduler's own words for a pod without a place", () => {
    expect(
      schedulerReason(
        pod("a", { phase: "Pending", conditions: [condition("PodScheduled", "False", "0/1 nodes are available")] }),
      ),
    ).toBe("0/1 nodes are available");
    expect(schedulerReason(pending("a"))).toContain("not said anything");
  });
});
