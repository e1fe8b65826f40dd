import { getCondition, type Node } from "../../api/index.ts";
import type { RepairPolicy } from "../../provider/index.ts";
import { millisOf } from "../plumbing/index.ts";

/** The condition that makes a node due for repair, and when. */
export interface Illness {
  readonly policy: RepairPolicy;
  /** Epoch milliseconds: the moment of transition and the provider's toleration. */
  readonly dueAt: number;
}

/** The illness that is due first; undefined for a node that no policy matches. In order of policy where two are due at once. */
export function firstIllness(node: Node, policies: readonly RepairPolicy[]): Illness | undefined {
  return policies.flatMap((policy) => illnessOf(node, policy)).toSorted((a, b) => a.dueAt - b.dueAt)[0];
}

function illnessOf(node: Node, policy: RepairPolicy): readonly Illness[] {
  const condition = getCondition(node, policy.conditionType);
  const since = millisOf(condition?.lastTransitionTime);
  if (condition?.status !== policy.conditionStatus || since === undefined) return [];
  return [{ policy, dueAt: since + policy.tolerationMilliseconds }];
}

/** For how long does not count here. */
export const isUnhealthy = (node: Node, policies: readonly RepairPolicy[]): boolean =>
  policies.some(({ conditionType, conditionStatus }) => getCondition(node, conditionType)?.status === conditionStatus);

const mostUnhealthyShare = 0.2;

/**
 * Whether so many are ill that the cause is likelier elsewhere: replacing them all would make it worse. Rounded up, so
 * three nodes allow one.
 */
export const isEpidemic = (unhealthy: number, all: number): boolean => unhealthy > Math.ceil(all * mostUnhealthyShare);
