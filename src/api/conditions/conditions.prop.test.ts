import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatTimestamp } from "../kubernetes/time.ts";
import { conditionSetOf } from "./condition-set.ts";
import type { ConditionedObject, ConditionUpdate } from "./conditions.ts";
import { isReady, setCondition } from "./conditions.ts";

const kinds = ["NodePool", "NodeClaim", "NodeOverlay", "EC2NodeClass", "TestNodeClass"];

const fresh = (kind: string): ConditionedObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "a", generation: 1, creationTimestamp: formatTimestamp(0) },
});

const updates = fc.array(
  fc.record({
    type: fc.constantFrom("Launched", "Registered", "Initialized", "ValidationSucceeded", "NodeClassReady", "Drifted"),
    status: fc.constantFrom("True", "False", "Unknown"),
    reason: fc.constantFrom("A", "B"),
  }) as fc.Arbitrary<ConditionUpdate>,
  { maxLength: 12 },
);

const run = (kind: string, list: readonly ConditionUpdate[]): ConditionedObject =>
  list.reduce<ConditionedObject>(
    (current, update, index) => setCondition(current, update, formatTimestamp(index * 1000)),
    fresh(kind),
  );

test("writing what stands already is the identity", () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), updates, (kind, list) => {
      const object = run(kind, list);
      for (const condition of object.status?.conditions ?? []) {
        if (condition.type === "Ready") continue;
        expect(setCondition(object, condition as ConditionUpdate, formatTimestamp(99_000))).toBe(object);
      }
    }),
  );
});

test("Ready is True exactly when all dependents are, types are unique, and the root stands last", () => {
  fc.assert(
    fc.property(fc.constantFrom("NodePool", "NodeClaim"), updates, (kind, list) => {
      fc.pre(list.length > 0);
      const object = run(kind, list);
      const conditions = object.status?.conditions ?? [];
      const { dependents } = conditionSetOf(kind);
      const trueOnes = conditions.filter((c) => dependents.includes(c.type) && c.status === "True");
      expect(isReady(object)).toBe(trueOnes.length === dependents.length);
      expect(new Set(conditions.map((c) => c.type)).size).toBe(conditions.length);
      expect(conditions.at(-1)?.type).toBe("Ready");
    }),
  );
});
