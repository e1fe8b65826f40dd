import { describe, expect, test } from "vitest";
import type { Condition } from "../kubernetes/meta.ts";
import { conditionSetOf, ec2NodeClassConditionSet } from "./condition-set.ts";
import type { ConditionedObject } from "./conditions.ts";
import {
  conditionStatus,
  conditionsOf,
  ensureConditions,
  getCondition,
  isReady,
  refreshCondition,
  removeCondition,
  setCondition,
  setConditions,
} from "./conditions.ts";
import { conditionTransitions } from "./transitions.ts";

const created = "2026-08-20T10:00:00Z";
const later = (minutes: number): string => `2026-08-20T10:${String(minutes).padStart(2, "0")}:00Z`;

const object = (kind: string, metadata: Partial<ConditionedObject["metadata"]> = {}): ConditionedObject => ({
  apiVersion: "karpenter.sh/v1",
  kind,
  metadata: { name: "a", generation: 1, creationTimestamp: created, ...metadata },
});

const types = (from: ConditionedObject): string[] => (from.status?.conditions ?? []).map((c) => c.type);

const allTrue = (kind: string): ConditionedObject =>
  conditionSetOf(kind).dependents.reduce<ConditionedObject>(
    (current, type, index) => setCondition(current, { type, status: "True" }, later(index + 1)),
    object(kind),
  );

describe("lazy creation", () => {
  test("adds root and dependents as Unknown at the creation time, root last", () => {
    const claim = ensureConditions(object("NodeClaim"), later(5));
    expect(claim.status?.conditions).toEqual<Condition[]>([
      ...["Launched", "Registered", "Initialized"].map(
        (type): Condition => ({
          type,
          status: "Unknown",
          reason: "AwaitingReconciliation",
          message: "object is awaiting reconciliation",
          lastTransitionTime: created,
          observedGeneration: 1,
        }),
      ),
      {
        type: "Ready",
        status: "Unknown",
        reason: "ReconcilingDependents",
        message: "Launched=Unknown, Registered=Unknown, Initialized=Unknown",
        lastTransitionTime: created,
        observedGeneration: 1,
      },
    ]);
  });

  test("leaves AwaitingReconciliation on the root of a kind without dependents", () => {
    const ready = getCondition(ensureConditions(object("TestNodeClass"), later(1)), "Ready");
    expect([ready?.status, ready?.reason]).toEqual(["Unknown", "AwaitingReconciliation"]);
  });

  test("is a no-op the second time", () => {
    const claim = ensureConditions(object("NodeClaim"), later(1));
    expect(ensureConditions(claim, later(2))).toBe(claim);
  });

  test("happens on the first write of any condition", () => {
    expect(types(setCondition(object("NodePool"), { type: "ValidationSucceeded", status: "True" }, later(1)))).toEqual([
      "NodeClassReady",
      "ValidationSucceeded",
      "Ready",
    ]);
  });
});

describe("one condition", () => {
  test("True without a reason takes its own type name and an empty message", () => {
    const launched = getCondition(
      setCondition(object("NodeClaim"), { type: "Launched", status: "True" }, later(1)),
      "Launched",
    );
    expect([launched?.reason, launched?.message]).toEqual(["Launched", ""]);
  });

  test("its transition time moves with the status only", () => {
    const first = setCondition(
      object("NodeClaim"),
      { type: "Launched", status: "Unknown", reason: "LaunchFailed" },
      later(1),
    );
    expect(getCondition(first, "Launched")).toMatchObject({ reason: "LaunchFailed", lastTransitionTime: created });
    const second = setCondition(first, { type: "Launched", status: "True" }, later(2));
    expect(getCondition(second, "Launched")?.lastTransitionTime).toBe(later(2));
  });

  test("a new independent one gets the present moment", () => {
    const claim = setCondition(object("NodeClaim"), { type: "Drifted", status: "True", reason: "AMIDrift" }, later(3));
    expect(getCondition(claim, "Drifted")?.lastTransitionTime).toBe(later(3));
  });

  test("an identical write gives the same object back", () => {
    const claim = allTrue("NodeClaim");
    expect(setCondition(claim, { type: "Launched", status: "True" }, later(30))).toBe(claim);
  });

  test("a condition without message and reason, as old NodeClaims have it, equals one with empty texts", () => {
    const drained: Condition = {
      type: "Drained",
      status: "Unknown",
      lastTransitionTime: later(1),
      observedGeneration: 1,
    };
    const claim = allTrue("NodeClaim");
    const old = { ...claim, status: { conditions: [...(claim.status?.conditions ?? []), drained] } };
    expect(setCondition(old, { type: "Drained", status: "Unknown", reason: "" }, later(9))).toBe(old);
  });

  test("an absent one counts as Unknown", () => {
    expect(conditionStatus(object("NodeClaim"), "Initialized")).toBe("Unknown");
  });

  test("refreshing moves only the generation", () => {
    const claim = allTrue("NodeClaim");
    const edited = { ...claim, metadata: { ...claim.metadata, generation: 2 } };
    const launched = getCondition(refreshCondition(edited, "Launched", later(40)), "Launched");
    expect(launched).toEqual({ ...getCondition(claim, "Launched"), observedGeneration: 2 });
  });
});

describe("the root", () => {
  test("is True when every dependent is True at the current generation", () => {
    const claim = allTrue("NodeClaim");
    expect(getCondition(claim, "Ready")).toMatchObject({ status: "True", reason: "Ready", message: "" });
    expect(isReady(claim)).toBe(true);
  });

  test("is False when a dependent is False, and names the unhealthy ones, newest transition first", () => {
    const pool = setConditions(
      object("NodePool"),
      [{ type: "NodeClassReady", status: "False", reason: "NodeClassNotFound" }],
      later(2),
    );
    expect(getCondition(pool, "Ready")).toMatchObject({
      status: "False",
      reason: "UnhealthyDependents",
      message: "NodeClassReady=False, ValidationSucceeded=Unknown",
    });
  });

  test.each([
    ["True", "ValidationSucceeded=True"],
    ["False", "ValidationSucceeded=False"],
  ] as const)("a dependent %s at an older generation only makes it Unknown", (status, message) => {
    const pool = setCondition(object("NodePool"), { type: "ValidationSucceeded", status, reason: "Because" }, later(1));
    const edited = { ...pool, metadata: { ...pool.metadata, generation: 2 } };
    const next = setCondition(edited, { type: "NodeClassReady", status: "True" }, later(2));
    expect(getCondition(next, "Ready")).toMatchObject({ status: "Unknown", reason: "ReconcilingDependents", message });
  });

  test("stays True on a deleting object: any write brings all generations along", () => {
    const claim = allTrue("NodeClaim");
    const deleting = { ...claim, metadata: { ...claim.metadata, generation: 2, deletionTimestamp: later(20) } };
    const next = setCondition(deleting, { type: "Drained", status: "Unknown", reason: "Draining" }, later(21));
    expect(isReady(next)).toBe(true);
    expect(next.status?.conditions?.map((c) => c.observedGeneration)).toEqual([2, 2, 2, 2, 2]);
  });

  test("of an EC2NodeClass does not wait for reservations while their gate is off", () => {
    const set = ec2NodeClassConditionSet({ reservedCapacity: false });
    const nodeClass = set.dependents.reduce<ConditionedObject>(
      (current, type) => conditionsOf(set).set(current, { type, status: "True" }, later(1)),
      object("EC2NodeClass"),
    );
    expect([types(nodeClass).includes("CapacityReservationsReady"), isReady(nodeClass)]).toEqual([false, true]);
  });
});

describe("order and removal", () => {
  test("the list is sorted by transition time with the root last", () => {
    const claim = setConditions(
      setCondition(object("NodeClaim"), { type: "Registered", status: "True" }, later(2)),
      [{ type: "Launched", status: "True" }],
      later(3),
    );
    expect(types(claim)).toEqual(["Initialized", "Registered", "Launched", "Ready"]);
  });

  test("a removal sorts by type name until the next write", () => {
    const claim = setCondition(allTrue("NodeClaim"), { type: "Consolidatable", status: "True" }, later(9));
    const removed = removeCondition(claim, "Consolidatable");
    expect(types(removed)).toEqual(["Initialized", "Launched", "Ready", "Registered"]);
    expect(types(setCondition(removed, { type: "Drifted", status: "True", reason: "AMIDrift" }, later(10)))).toEqual([
      "Launched",
      "Registered",
      "Initialized",
      "Drifted",
      "Ready",
    ]);
  });

  test("removing what is not there changes nothing", () => {
    const claim = allTrue("NodeClaim");
    expect(removeCondition(claim, "Drifted")).toBe(claim);
  });

  test.each(["Ready", "Launched"])("%s cannot be removed", (type) => {
    expect(() => removeCondition(allTrue("NodeClaim"), type)).toThrow("cannot be removed");
  });
});

describe("transitions for events", () => {
  const before = ensureConditions(object("NodeClaim"), later(1));

  test("name old and new status, reason and message", () => {
    const after = setCondition(
      before,
      { type: "Registered", status: "False", reason: "MultipleNodesFound", message: "two" },
      later(2),
    );
    expect(conditionTransitions(before, after).map((t) => t.message)).toEqual([
      "Status condition transitioned, Type: Registered, Status: Unknown -> False, Reason: MultipleNodesFound, Message: two",
      "Status condition transitioned, Type: Ready, Status: Unknown -> False, Reason: UnhealthyDependents, Message: Registered=False, Launched=Unknown, Initialized=Unknown",
    ]);
  });

  test("leave the message out when there is none, and the first sight of a condition", () => {
    const after = setConditions(
      before,
      [
        { type: "Launched", status: "True" },
        { type: "Drifted", status: "True", reason: "AMIDrift" },
      ],
      later(2),
    );
    expect(conditionTransitions(before, after)).toEqual([
      {
        type: "Launched",
        from: "Unknown",
        to: "True",
        message: "Status condition transitioned, Type: Launched, Status: Unknown -> True, Reason: Launched",
      },
    ]);
  });
});
