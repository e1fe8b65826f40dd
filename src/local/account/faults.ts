import type { Clock } from "../../platform/index.ts";
import { matchesWildcard } from "./filters.ts";

/** Which offerings have no capacity; `*` and `?` are wildcards, absent members match everything. */
export interface OfferingPattern {
  readonly instanceType?: string;
  readonly zone?: string;
  readonly capacityType?: string;
}

/** What can be broken on purpose (product 4.1). */
export interface AccountFaults {
  /** No capacity for matching launches until `forMilliseconds` have passed, or until the returned function is called. */
  insufficientCapacity(pattern: OfferingPattern, options?: { readonly forMilliseconds?: number }): () => void;
  /** Calls a second that the account answers; more are refused with `RequestLimitExceeded`. Undefined lifts it. */
  throttle(callsPerSecond: number | undefined): void;
  /** Mean time that every call takes. */
  latency(milliseconds: number): void;
  /** Share of calls whose effect happens while the answer is lost on the way, 0 to 1. */
  loseResponses(share: number): void;
  /** Every call of this `Service Action` is refused with this error until the returned function is called. */
  refuseCalls(action: string, refusal: CallRefusal): () => void;
  /** Spot interruption warning now, the end in two minutes. False when there is no such running spot instance. */
  interrupt(instanceId: string): boolean;
  /** Rebalance recommendation; nothing else happens. */
  rebalance(instanceId: string): boolean;
  /** The machine runs on, but its kubelet has stopped for good. */
  fail(instanceId: string): boolean;
  /** Ends an instance as if by hand. */
  terminate(instanceId: string): boolean;
  /** Changes the on-demand price of a type, USD an hour; spot prices follow it. */
  setPrice(instanceType: string, usd: number): void;
}

export interface CallRefusal {
  readonly code: string;
  readonly message?: string;
  readonly status?: number;
}

export interface CallConditions {
  readonly callsPerSecond: number | undefined;
  readonly latencyMilliseconds: number;
  readonly lostShare: number;
}

/** The part of the faults that calls and launches look at. */
export interface FaultState {
  conditions: CallConditions;
  hasCapacity(offering: Required<OfferingPattern>): boolean;
  addShortage(pattern: OfferingPattern, forMilliseconds: number): () => void;
  /** Errors that calls are refused with, by `Service Action`. */
  readonly refusals: Map<string, CallRefusal>;
}

export function createFaultState(clock: Clock): FaultState {
  const shortages = new Set<{ readonly pattern: OfferingPattern; readonly ends: number }>();
  return {
    refusals: new Map(),
    conditions: { callsPerSecond: undefined, latencyMilliseconds: 0, lostShare: 0 },
    hasCapacity: (offering) => {
      const now = clock.monotonic();
      for (const shortage of shortages) if (shortage.ends <= now) shortages.delete(shortage);
      return ![...shortages].some(({ pattern }) => matchesOffering(pattern, offering));
    },
    addShortage: (pattern, forMilliseconds) => {
      const shortage = { pattern, ends: clock.monotonic() + forMilliseconds };
      shortages.add(shortage);
      return () => void shortages.delete(shortage);
    },
  };
}

const matchesOffering = (pattern: OfferingPattern, offering: Required<OfferingPattern>): boolean =>
  matchesWildcard(pattern.instanceType ?? "*", offering.instanceType) &&
  matchesWildcard(pattern.zone ?? "*", offering.zone) &&
  matchesWildcard(pattern.capacityType ?? "*", offering.capacityType);
