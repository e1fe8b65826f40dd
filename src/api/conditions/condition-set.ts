/** Which conditions decide `Ready`, per kind (spec: api 0.4). */
import { conditionTypes as t } from "./condition-types.ts";

/**
 * A root and the conditions it depends on, in declared order. Every other condition of the kind is independent: it
 * never influences the root and may be removed.
 */
export interface ConditionSet {
  readonly root: string;
  readonly dependents: readonly string[];
}

const setOf = (...dependents: readonly string[]): ConditionSet =>
  Object.freeze({ root: t.ready, dependents: Object.freeze(dependents) });

const ec2NodeClassDependents = [
  t.amisReady,
  t.subnetsReady,
  t.securityGroupsReady,
  t.instanceProfileReady,
  t.placementGroupReady,
];

/** `CapacityReservationsReady` exists and counts only while the gate ReservedCapacity is on (api 4.7). */
export function ec2NodeClassConditionSet(gates: { readonly reservedCapacity: boolean }): ConditionSet {
  const reservations = gates.reservedCapacity ? [t.capacityReservationsReady] : [];
  return setOf(...ec2NodeClassDependents, ...reservations, t.validationSucceeded);
}

const withoutDependents = setOf();

const sets: Readonly<Record<string, ConditionSet>> = Object.freeze({
  NodePool: setOf(t.validationSucceeded, t.nodeClassReady),
  NodeClaim: setOf(t.launched, t.registered, t.initialized),
  NodeOverlay: setOf(t.validationSucceeded),
  EC2NodeClass: ec2NodeClassConditionSet({ reservedCapacity: true }),
});

/** The set of a kind with all gates at their defaults; kinds without dependents have the root alone. */
export function conditionSetOf(kind: string): ConditionSet {
  return sets[kind] ?? withoutDependents;
}
