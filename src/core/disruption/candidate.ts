/** A node that may be disrupted, with what the methods weigh (lifecycle 3.2). */
import { labels, type Pod, parseNillableDurationMillis, parseTimestamp } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import type { ClaimView, PoolView } from "../cluster/views.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { evictionCost } from "../pods/eviction-cost.ts";
import { isReschedulable } from "../pods/predicates.ts";
import type { EpochMillis } from "../time.ts";

export interface Candidate {
  readonly node: StateNode;
  readonly claim: ClaimView;
  readonly providerId: string;
  readonly pool: PoolView;
  /** Absent when the type is not among those offered to the pool (any more). */
  readonly instanceType?: InstanceType;
  readonly zone?: string;
  readonly capacityType?: string;
  /** Pods that need a new place when the node goes. */
  readonly pods: readonly Pod[];
  /** 1 and the positive eviction costs of `pods`. */
  readonly rescheduleCost: number;
  /** Eviction costs of all pods, for the share of its life that the node has left. */
  readonly disruptionCost: number;
  /** 1 for a fresh node or one that never expires, 0 for one that is due. */
  readonly lifetimeRemaining: number;
  /** USD an hour; 0 where it is not known. */
  readonly price: number;
}

/** Price by the cost of moving its pods: what to remove first. */
export const savingsRatio = (candidate: Candidate): number => candidate.price / candidate.rescheduleCost;

/** Nothing on it costs anything to move. Pods of no positive cost do not count (lifecycle 3.2). */
export const isEmptyCandidate = (candidate: Candidate): boolean => candidate.rescheduleCost <= 1;

export interface CandidateParts {
  readonly node: StateNode;
  readonly claim: ClaimView;
  readonly providerId: string;
  readonly pool: PoolView;
  readonly instanceType: InstanceType | undefined;
  readonly now: EpochMillis;
}

export function candidateOf(parts: CandidateParts): Candidate {
  const { node, claim, providerId, pool, instanceType } = parts;
  const pods = node.pods.filter(isReschedulable);
  const lifetimeRemaining = lifetimeRemainingOf(claim, parts.now);
  const zone = node.labels[labels.zone];
  const capacityType = node.labels[labels.capacityType];
  return {
    node,
    claim,
    providerId,
    pool,
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(zone === undefined ? {} : { zone }),
    ...(capacityType === undefined ? {} : { capacityType }),
    pods,
    rescheduleCost: 1 + sum(pods.map((pod) => Math.max(0, evictionCost(pod)))),
    disruptionCost: sum(node.pods.map(evictionCost)) * lifetimeRemaining,
    lifetimeRemaining,
    price: nodePrice(node, instanceType),
  };
}

/** The type's first offering in the node's zone and capacity type, available or not; 0 when there is none. USD an hour. */
export function nodePrice(node: StateNode, instanceType: InstanceType | undefined): number {
  const offering = instanceType?.offerings.find(
    ({ zone, capacityType }) => zone === node.labels[labels.zone] && capacityType === node.labels[labels.capacityType],
  );
  return offering === undefined || Number.isNaN(offering.price) ? 0 : offering.price;
}

function lifetimeRemainingOf({ claim }: ClaimView, now: EpochMillis): number {
  if (claim.spec.expireAfter === undefined) return 1;
  const expireAfter = parseNillableDurationMillis(claim.spec.expireAfter);
  if (expireAfter === undefined || expireAfter === Number.POSITIVE_INFINITY) return 1;
  const age = now - (parseTimestamp(claim.metadata.creationTimestamp ?? "") ?? now);
  return expireAfter === 0 ? 0 : Math.max(0, Math.min(1, (expireAfter - age) / expireAfter));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
