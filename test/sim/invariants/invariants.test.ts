import { describe, expect, test } from "vitest";
import {
  annotations,
  conditionTypes,
  deploymentType,
  formatTimestamp,
  type KubeObject,
  labels,
  nodeClaimType,
  nodeType,
  podDisruptionBudgetType,
  podType,
  type ResourceType,
  taints,
} from "../../../src/api/index.ts";
import type { Machine } from "../../../src/local/index.ts";
import { createInvariants } from "./invariants.ts";

const minute = 60_000;

/** An empty cluster whose changes are told by hand. */
function told() {
  const clock = { time: 0, monotonic: () => clock.time, now: () => clock.time };
  const invariants = createInvariants(clock);
  let version = 0;
  const tell = (type: ResourceType, object: object, gone = false): void => {
    const stored = object as KubeObject & { readonly [field: string]: unknown };
    const { name = "", namespace } = stored.metadata;
    version += 1;
    invariants.observe(type, {
      type: gone ? "DELETED" : "MODIFIED",
      key: namespace === undefined ? name : `${namespace}/${name}`,
      object: stored,
      previous: undefined,
      version,
    });
  };
  const kinds = (): readonly string[] => invariants.violations.map(({ kind }) => kind);
  return { clock, invariants, tell, kinds };
}

const machine = (id: string, change: Partial<Machine> = {}): Machine => ({
  instanceId: id,
  providerId: id,
  privateDnsName: `${id}.internal`,
  privateIp: "10.0.0.1",
  instanceType: "m5.large",
  zone: "a",
  region: "r",
  arch: "amd64",
  os: "linux",
  capacityType: "on-demand",
  imageId: "ami",
  launchedAt: 0 as Machine["launchedAt"],
  state: "running",
  failed: false,
  capacity: {},
  allocatable: {},
  labels: { [labels.nodePool]: "general" },
  taints: [],
  ...change,
});

const offering = {
  [labels.nodePool]: "general",
  [labels.instanceType]: "m5.large",
  [labels.zone]: "a",
  [labels.capacityType]: "on-demand",
};

const claim = (name: string, providerID?: string, reason?: string) => ({
  metadata: { name, labels: offering },
  status: {
    ...(providerID === undefined ? {} : { providerID }),
    conditions: [
      ...[conditionTypes.registered, conditionTypes.initialized].map((type) => ({ type, status: "True" })),
      ...(reason === undefined ? [] : [{ type: conditionTypes.disruptionReason, status: "True", reason }]),
    ],
  },
});

const leavingSince = { deletionTimestamp: "2026-11-02T00:00:00Z" };

const node = (name: string, isMarked: boolean, isLeaving = false) => ({
  metadata: { name, labels: offering, ...(isLeaving ? leavingSince : {}) },
  spec: { providerID: name, taints: isMarked ? [taints.disrupted] : [] },
});

interface PodGiven {
  readonly isReady?: boolean;
  readonly isEvicted?: boolean;
  readonly isLeaving?: boolean;
  readonly app?: string;
  /** "n" when absent; empty for a pod that waits. */
  readonly node?: string;
}

const pod = (name: string, how: PodGiven = {}) => ({
  metadata: {
    name,
    namespace: "default",
    labels: { app: how.app ?? "web" },
    ...(how.isEvicted === true || how.isLeaving === true ? leavingSince : {}),
  },
  spec: how.node === "" ? {} : { nodeName: how.node ?? "n" },
  status: {
    phase: "Running",
    conditions: [
      { type: "Ready", status: how.isReady === false ? "False" : "True" },
      ...(how.isEvicted === true
        ? [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }]
        : []),
    ],
  },
});

describe("launches", () => {
  test("as many as claims are fine, one more is a double launch", () => {
    const { invariants, tell, kinds } = told();
    tell(nodeClaimType, claim("a"));
    invariants.observeMachine(machine("i-1"));
    expect(kinds()).toEqual([]);
    invariants.observeMachine(machine("i-2"));
    expect(kinds()).toEqual(["double-launch"]);
  });

  test("after an earlier one was left behind by a claim that has gone are no double launch, and the orphan is late", () => {
    const { clock, invariants, tell, kinds } = told();
    tell(nodeClaimType, claim("a"));
    invariants.observeMachine(machine("i-1"));
    tell(nodeClaimType, claim("a"), true);
    tell(nodeClaimType, claim("b"));
    invariants.observeMachine(machine("i-2"));
    tell(nodeClaimType, claim("b", "i-2"));
    clock.time = 10 * minute + 1;
    tell(nodeClaimType, claim("b", "i-2"));
    expect(kinds()).toEqual(["orphan"]);
  });

  const givenUpAndBoughtBack = (what: {
    readonly reason?: string;
    readonly comes?: boolean;
    readonly lands?: string;
    readonly after?: number;
  }): readonly string[] => {
    const { clock, invariants, tell, kinds } = told();
    tell(nodeClaimType, claim("a", "n", what.reason ?? "Underutilized"));
    invariants.observeMachine(machine("n"));
    tell(nodeType, node("n", false));
    tell(podType, pod("old"));
    clock.time = minute;
    tell(nodeType, node("n", true));
    tell(nodeType, node("n", true, true));
    tell(podType, pod("old", { isLeaving: true }));
    tell(podType, pod("successor", { node: "" }));
    if (what.comes === true) tell(podType, pod("wish", { node: "" }));
    clock.time = (what.after ?? 2) * minute;
    tell(nodeClaimType, claim("b", "n2"));
    invariants.observeMachine(machine("n2"));
    tell(nodeType, node("n2", false));
    tell(podType, pod("successor", { node: "n2", app: what.lands ?? "web" }));
    clock.time += 2 * minute;
    tell(nodeType, node("n2", false));
    return kinds();
  };

  test("of what was given up a moment ago, for the same pods, are a cycle", () => {
    expect(givenUpAndBoughtBack({})).toEqual(["cycle"]);
  });

  test("are none when a pod came that stands in for no other, when other pods run there, for drift, or later", () => {
    expect([
      givenUpAndBoughtBack({ comes: true }),
      givenUpAndBoughtBack({ lands: "other" }),
      givenUpAndBoughtBack({ reason: "Drifted" }),
      givenUpAndBoughtBack({ after: 12 }),
    ]).toEqual([[], [], [], []]);
  });
});

describe("disruptions", () => {
  test("of a pool stay within its budget of three nodes", () => {
    const { invariants, tell, kinds } = told();
    for (const name of ["n1", "n2", "n3", "n4"]) {
      tell(nodeClaimType, claim(name, name));
      invariants.observeMachine(machine(name));
      tell(nodeType, node(name, false));
    }
    for (const name of ["n1", "n2", "n3"]) tell(nodeType, node(name, true));
    expect(kinds()).toEqual([]);
    tell(nodeType, node("n4", true));
    expect(kinds()).toEqual(["budget-exceeded"]);
  });

  test("do not count nodes whose machine is being terminated", () => {
    const { invariants, tell, kinds } = told();
    for (const name of ["n1", "n2", "n3", "n4"]) {
      tell(nodeClaimType, claim(name, name));
      invariants.observeMachine(machine(name));
      tell(nodeType, node(name, false));
    }
    for (const name of ["n1", "n2", "n3"]) tell(nodeType, node(name, true));
    const ending = claim("n1", "n1");
    const conditions = [...ending.status.conditions, { type: conditionTypes.instanceTerminating, status: "True" }];
    tell(nodeClaimType, { ...ending, status: { ...ending.status, conditions } });
    tell(nodeType, node("n4", true));
    expect(kinds()).toEqual([]);
  });
});

describe("evictions", () => {
  const threeWebs = (lastIsReady: boolean) => {
    const world = told();
    world.tell(deploymentType, { metadata: { name: "web", namespace: "default" }, spec: { replicas: 3 } });
    world.tell(podDisruptionBudgetType, {
      metadata: { name: "web", namespace: "default" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    for (const name of ["a", "b"]) world.tell(podType, pod(name));
    world.tell(podType, pod("c", { isReady: lastIsReady }));
    world.clock.time = minute;
    return world;
  };

  test("that leave enough healthy pods are fine", () => {
    const { tell, kinds } = threeWebs(true);
    tell(podType, pod("a", { isEvicted: true }));
    expect(kinds()).toEqual([]);
  });

  test("that leave too few go against the budget", () => {
    const { tell, kinds } = threeWebs(false);
    tell(podType, pod("a", { isEvicted: true }));
    expect(kinds()).toEqual(["eviction-against-pdb"]);
  });

  test("are not to be gone around by deleting", () => {
    const { invariants, kinds } = threeWebs(true);
    invariants.onPodDeleted({ name: "a", namespace: "default" });
    expect(kinds()).toEqual(["eviction-against-pdb"]);
  });

  test("cannot wait for a budget when the machine itself is about to go, but not a second sooner", () => {
    const { invariants, tell, kinds, clock } = threeWebs(true);
    const due = { [annotations.terminationTimestamp]: formatTimestamp(10 * minute) };
    tell(nodeClaimType, { ...claim("c", "i-1"), metadata: { name: "c", labels: offering, annotations: due } });
    tell(nodeType, { metadata: { name: "n1" }, spec: { providerID: "i-1" } });
    const onNode = pod("d");
    tell(podType, { ...onNode, spec: { nodeName: "n1", terminationGracePeriodSeconds: 30 } });
    clock.time = 9.5 * minute;
    invariants.onPodDeleted({ name: "d", namespace: "default" });
    expect(kinds()).toEqual([]);
    clock.time = 9.5 * minute - 1;
    invariants.onPodDeleted({ name: "d", namespace: "default" });
    expect(kinds()).toEqual(["eviction-against-pdb"]);
  });
});

test("what is left at the end is named", () => {
  const { invariants, tell, kinds } = told();
  tell(nodeClaimType, claim("a", "n"));
  tell(nodeType, node("n", false));
  invariants.observeMachine(machine("i-9", { labels: {} }));
  invariants.checkEnd();
  expect(new Set(kinds())).toEqual(new Set(["double-launch", "empty-node", "claim-left", "orphan"]));
});
