import { describe, expect, it } from "vitest";
import { deploymentType, podDisruptionBudgetType, podType } from "../../api/index.ts";
import type { Deployment, Pod, PodDisruptionBudget } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import { isRunning, podOf, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import { resolveCount, resolveFenceposts } from "./counts.ts";
import { computeBudgetPlan } from "./disruption-budget-plan.ts";
import type { ExpectedScale } from "./disruption-budget-plan.ts";
import { evictionDue } from "./taint-eviction-plan.ts";

const now = Date.parse("2026-11-01T10:00:00Z");

function readyPod(index: number, isReady = true): Pod {
  const status = isReady ? "True" : "False";
  return { ...podOf(`p${index}`), status: { phase: "Running", conditions: [{ type: "Ready", status }] } };
}

const budgetOf = (spec: PodDisruptionBudget["spec"], status?: PodDisruptionBudget["status"]): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace: "default" },
  spec: { selector: { matchLabels: { app: "web" } }, ...spec },
  ...(status === undefined ? {} : { status }),
});

describe("budget status", () => {
  const noScale: ExpectedScale = { problem: "no controller" };
  it.each([
    [
      "a whole minAvailable counts pods",
      { minAvailable: 2 },
      3,
      noScale,
      { expectedPods: 3, desiredHealthy: 2, disruptionsAllowed: 1 },
    ],
    [
      "a percentage rounds up",
      { minAvailable: "67%" },
      3,
      { count: 3 },
      { expectedPods: 3, desiredHealthy: 3, disruptionsAllowed: 0 },
    ],
    [
      "maxUnavailable counts what is wanted",
      { maxUnavailable: 1 },
      3,
      { count: 4 },
      { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0 },
    ],
    [
      "maxUnavailable in percent rounds up",
      { maxUnavailable: "10%" },
      5,
      { count: 5 },
      { desiredHealthy: 4, disruptionsAllowed: 1 },
    ],
    [
      "zero unavailable allows none",
      { maxUnavailable: 0 },
      3,
      { count: 3 },
      { desiredHealthy: 3, disruptionsAllowed: 0 },
    ],
    ["more wanted than there are", { minAvailable: 5 }, 3, noScale, { desiredHealthy: 5, disruptionsAllowed: 0 }],
    ["a percentage without a controller fails closed", { minAvailable: "50%" }, 3, noScale, { disruptionsAllowed: 0 }],
  ] as const)("%s", (_name, spec, healthy, scale, expected) => {
    const pods = Array.from({ length: healthy }, (_, index) => readyPod(index));
    expect(computeBudgetPlan(budgetOf(spec), { pods, scale, now }).status).toMatchObject(expected);
  });

  it("does not count pods that are not ready or on their way out by an eviction", () => {
    const status = {
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      disruptedPods: { p0: "2026-11-01T09:59:30Z" },
    };
    const pods = [readyPod(0), readyPod(1), readyPod(2, false)];
    const plan = computeBudgetPlan(budgetOf({ minAvailable: 1 }, status), { pods, scale: { count: 3 }, now });
    expect(plan).toMatchObject({
      again: 90_000,
      status: { currentHealthy: 1, disruptionsAllowed: 0, disruptedPods: { p0: "2026-11-01T09:59:30Z" } },
    });
  });

  it("gives a budget back for an eviction that never showed", () => {
    const status = {
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      disruptedPods: { p0: "2026-11-01T09:57:59Z" },
    };
    const plan = computeBudgetPlan(budgetOf({ minAvailable: 0 }, status), {
      pods: [readyPod(0)],
      scale: { count: 1 },
      now,
    });
    expect(plan.status).toMatchObject({ currentHealthy: 1, disruptedPods: {} });
  });
});

describe("counts", () => {
  it.each([
    ["25%", 10, "up", 3],
    ["25%", 10, "down", 2],
    [4, 10, "up", 4],
    ["abc", 10, "up", 0],
  ] as const)("%s of %i rounded %s", (value, total, round, expected) => {
    expect(resolveCount(value, total, round)).toBe(expected);
  });

  it("lets one pod be unavailable when both limits come to nothing", () => {
    expect(resolveFenceposts({ maxSurge: 0, maxUnavailable: "1%" }, 3)).toEqual({ surge: 0, unavailable: 1 });
  });
});

describe("eviction by taint", () => {
  const taint = { key: "gpu", effect: "NoExecute", timeAdded: "2026-11-01T10:00:00Z" } as const;
  const lost = {
    key: "node.kubernetes.io/unreachable",
    effect: "NoExecute",
    timeAdded: "2026-11-01T10:00:00Z",
  } as const;
  it.each([
    ["no taint", [], [], undefined],
    ["a taint that is not tolerated", [], [taint], 0],
    ["a taint tolerated for ever", [{ key: "gpu", operator: "Exists" }], [taint], undefined],
    [
      "a taint tolerated for a time",
      [{ key: "gpu", operator: "Exists", tolerationSeconds: 60 }],
      [taint],
      now + 60_000,
    ],
    [
      "the shortest of two times",
      [
        { operator: "Exists", tolerationSeconds: 60 },
        { key: "gpu", operator: "Exists", tolerationSeconds: 5 },
      ],
      [taint],
      now + 5_000,
    ],
    ["a lost node, nothing said", [], [lost], now + 300_000],
    ["a lost node, tolerated for ever", [{ operator: "Exists" }], [lost], undefined],
    ["NoSchedule", [], [{ key: "x", effect: "NoSchedule" }], undefined],
  ] as const)("%s", (_name, tolerations, taints, due) => {
    expect(evictionDue(podOf("p", { tolerations }), taints, now)).toBe(due);
  });
});

function web(replicas: number): Deployment {
  const labels = { app: "web" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "app", image: "web:1" }] } },
    },
  };
}

describe("PodDisruptionBudget", () => {
  it("lets evictions through one at a time and only when a replacement is ready", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(podDisruptionBudgetType, budgetOf({ maxUnavailable: 1 }));
      await cluster.kube.create(deploymentType, web(3));
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 3);
      await cluster.clock.advance(1_000);
      const evict = async (name: string): Promise<boolean> => {
        const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "default" } };
        try {
          await cluster.kube.createSubresource(podType, { name, namespace: "default" }, "eviction", body);
          return true;
        } catch (error) {
          if (isKubeFault(error, "TooManyRequests")) return false;
          throw error;
        }
      };
      const [first, second] = (await cluster.pods()).map(({ metadata }) => metadata.name ?? "");
      expect([await evict(first ?? ""), await evict(second ?? "")]).toEqual([true, false]);
      await cluster.until(async () => evict(second ?? ""));
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 3);
    }));
});
