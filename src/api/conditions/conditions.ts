/**
 * Reading and writing the conditions of Karpenter's own kinds (spec: api 0.4). Pure: each write returns a new object, or
 * the very same one when nothing changed, so `next === object` means that there is nothing to patch.
 */
import type { Condition, KubeObject, Timestamp } from "../kubernetes/meta.ts";
import { parseTimestamp } from "../kubernetes/time.ts";
import { awaitingReconciliationMessage, machineryReasons } from "./condition-types.ts";
import type { ConditionSet } from "./condition-set.ts";
import { conditionSetOf } from "./condition-set.ts";

export interface ConditionedObject extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/**
 * What a controller says. True without a reason takes the type's own name as reason; Unknown without one is awaiting
 * reconciliation; False must say why.
 */
export type ConditionUpdate =
  | { readonly type: string; readonly status: "True"; readonly reason?: string; readonly message?: string }
  | { readonly type: string; readonly status: "False"; readonly reason: string; readonly message?: string }
  | { readonly type: string; readonly status: "Unknown"; readonly reason?: string; readonly message?: string };

/** The operations over one condition set. The functions below are these with the set of the object's kind. */
export interface Conditions {
  /** Adds every missing root and dependent condition as Unknown, as of the object's creation. */
  ensure<T extends ConditionedObject>(object: T, now: Timestamp): T;
  set<T extends ConditionedObject>(object: T, update: ConditionUpdate, now: Timestamp): T;
  /** Writes the condition as it stands, which only moves its `observedGeneration`. Absent conditions stay absent. */
  refresh<T extends ConditionedObject>(object: T, type: string, now: Timestamp): T;
  /** Removes an independent condition. Throws for a root or dependent one: that is a fault in the caller. */
  remove<T extends ConditionedObject>(object: T, type: string): T;
}

export function conditionsOf(set: ConditionSet): Conditions {
  return {
    ensure: (object, now) => withList(object, ensureAll({ set, object, now }, listOf(object))),
    set: (object, update, now) => {
      const scope = { set, object, now };
      return withList(object, write(scope, ensureAll(scope, listOf(object)), update));
    },
    refresh: (object, type, now) => {
      const condition = getCondition(object, type);
      if (condition === undefined) return object;
      const scope = { set, object, now };
      return withList(object, writeCondition(scope, ensureAll(scope, listOf(object)), condition));
    },
    remove: (object, type) => removeFrom(set, object, type),
  };
}

/** Sets one condition by the rules of the object's kind; `now` is the RFC 3339 text of the present moment. */
export function setCondition<T extends ConditionedObject>(object: T, update: ConditionUpdate, now: Timestamp): T {
  return conditionsOf(conditionSetOf(object.kind)).set(object, update, now);
}

/** Several writes, in order. */
export function setConditions<T extends ConditionedObject>(
  object: T,
  updates: readonly ConditionUpdate[],
  now: Timestamp,
): T {
  return updates.reduce((current, update) => setCondition(current, update, now), object);
}

export function ensureConditions<T extends ConditionedObject>(object: T, now: Timestamp): T {
  return conditionsOf(conditionSetOf(object.kind)).ensure(object, now);
}

/** For conditions that are sticky once True or False: later reconciles only move their `observedGeneration` (api 2.4). */
export function refreshCondition<T extends ConditionedObject>(object: T, type: string, now: Timestamp): T {
  return conditionsOf(conditionSetOf(object.kind)).refresh(object, type, now);
}

export function removeCondition<T extends ConditionedObject>(object: T, type: string): T {
  return conditionsOf(conditionSetOf(object.kind)).remove(object, type);
}

export function getCondition(object: ConditionedObject, type: string): Condition | undefined {
  return listOf(object).find((condition) => condition.type === type);
}

/** An absent condition counts as Unknown. */
export function conditionStatus(object: ConditionedObject, type: string): Condition["status"] {
  return getCondition(object, type)?.status ?? "Unknown";
}

export function isConditionTrue(object: ConditionedObject, type: string): boolean {
  return conditionStatus(object, type) === "True";
}

export function isConditionFalse(object: ConditionedObject, type: string): boolean {
  return conditionStatus(object, type) === "False";
}

export function isConditionUnknown(object: ConditionedObject, type: string): boolean {
  return conditionStatus(object, type) === "Unknown";
}

/** Root condition True. */
export function isReady(object: ConditionedObject): boolean {
  return isConditionTrue(object, conditionSetOf(object.kind).root);
}

type List = readonly Condition[];

interface Scope {
  readonly set: ConditionSet;
  readonly object: ConditionedObject;
  readonly now: Timestamp;
}

const empty: List = Object.freeze([]);

const listOf = (object: ConditionedObject): List => object.status?.conditions ?? empty;

function withList<T extends ConditionedObject>(object: T, conditions: List): T {
  if (conditions === listOf(object)) return object;
  return { ...object, status: { ...object.status, conditions } };
}

function ensureAll(scope: Scope, list: List): List {
  const missing = [scope.set.root, ...scope.set.dependents].filter((type) => !list.some((c) => c.type === type));
  return missing.reduce((current, type) => write(scope, current, { type, status: "Unknown" }), list);
}

function write(scope: Scope, list: List, update: ConditionUpdate): List {
  return writeCondition(scope, list, {
    type: update.type,
    status: update.status,
    reason: update.reason ?? (update.status === "True" ? update.type : machineryReasons.awaitingReconciliation),
    message:
      update.message ??
      (update.status === "Unknown" && update.reason === undefined ? awaitingReconciliationMessage : ""),
  });
}

function writeCondition(scope: Scope, list: List, condition: Condition): List {
  const next = replace(scope, list, condition);
  return next === list || condition.type === scope.set.root ? next : recomputeRoot(scope, next);
}

/** Puts one condition into the list. The same list comes back when it says nothing new. */
function replace(scope: Scope, list: List, condition: Condition): List {
  const generation = scope.object.metadata.generation ?? 0;
  const previous = list.find((candidate) => candidate.type === condition.type);
  const next: Condition = {
    type: condition.type,
    status: condition.status,
    reason: condition.reason ?? "",
    message: condition.message ?? "",
    lastTransitionTime: transitionTime(scope, previous, condition),
    observedGeneration: generation,
  };
  if (previous !== undefined && isSame(previous, next)) return list;
  // Deletion raises the generation; without this Ready would drop merely because the object is being deleted.
  const deleting = scope.object.metadata.deletionTimestamp !== undefined;
  const others = list
    .filter((candidate) => candidate.type !== condition.type)
    .map((other) => (deleting ? { ...other, observedGeneration: generation } : other));
  return inOrder([...others, next], scope.set.root);
}

function transitionTime(scope: Scope, previous: Condition | undefined, next: Condition): Timestamp {
  if (previous !== undefined) {
    return previous.status === next.status ? (previous.lastTransitionTime ?? scope.now) : scope.now;
  }
  const belongsToSet = next.type === scope.set.root || scope.set.dependents.includes(next.type);
  return belongsToSet ? (scope.object.metadata.creationTimestamp ?? scope.now) : scope.now;
}

/** Absent and empty texts are one and the same here: old NodeClaims may lack a message (api 0.4). */
function isSame(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    (a.reason ?? "") === (b.reason ?? "") &&
    (a.message ?? "") === (b.message ?? "") &&
    a.lastTransitionTime === b.lastTransitionTime &&
    (a.observedGeneration ?? 0) === (b.observedGeneration ?? 0)
  );
}

/** Oldest transition first and the root last; equal times keep their order. */
function inOrder(list: List, root: string): List {
  return list.toSorted((a, b) => {
    if (a.type === root || b.type === root) return Number(a.type === root) - Number(b.type === root);
    return compareTimes(a.lastTransitionTime, b.lastTransitionTime);
  });
}

function compareTimes(a: Timestamp | undefined, b: Timestamp | undefined): number {
  return (parseTimestamp(a ?? "") ?? 0) - (parseTimestamp(b ?? "") ?? 0);
}

function recomputeRoot(scope: Scope, list: List): List {
  const generation = scope.object.metadata.generation ?? 0;
  const isCurrent = (condition: Condition): boolean => (condition.observedGeneration ?? 0) === generation;
  const unhealthy = list
    .filter((condition) => scope.set.dependents.includes(condition.type))
    .filter((condition) => condition.status !== "True" || !isCurrent(condition))
    .toSorted((a, b) => compareTimes(b.lastTransitionTime, a.lastTransitionTime));
  const type = scope.set.root;
  if (unhealthy.length === 0) return replace(scope, list, { type, status: "True", reason: type });
  const failed = unhealthy.some((condition) => condition.status === "False" && isCurrent(condition));
  return replace(scope, list, {
    type,
    status: failed ? "False" : "Unknown",
    reason: failed ? machineryReasons.unhealthyDependents : machineryReasons.reconcilingDependents,
    message: unhealthy.map((condition) => `${condition.type}=${condition.status}`).join(", "),
  });
}

function removeFrom<T extends ConditionedObject>(set: ConditionSet, object: T, type: string): T {
  if (type === set.root || set.dependents.includes(type)) {
    throw new Error(`condition ${type} of ${object.kind} decides readiness and cannot be removed`);
  }
  const list = listOf(object);
  if (!list.some((condition) => condition.type === type)) return object;
  const rest = list.filter((condition) => condition.type !== type);
  return withList(
    object,
    rest.toSorted((a, b) => (a.type < b.type ? -1 : Number(a.type > b.type))),
  );
}
