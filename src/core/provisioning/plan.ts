import type { NodeClaim, Pod } from "../../api/index.ts";
import type { PoolKey } from "../cluster/keys.ts";
import type { PoolView } from "../cluster/views.ts";

/** Which check of which layer said what (style 4.4). `code` is closed per layer; `text` is the exact user-visible text. */
export interface Reason {
  readonly layer:
    | "pod"
    | "existing-nodes"
    | "planned-claims"
    | "pool"
    | "limits"
    | "instance-types"
    | "price"
    | "volumes"
    | "topology"
    | "budget";
  readonly code: string;
  readonly text: string;
  /** The object that the reason is about, as `Kind/name`. */
  readonly object?: string;
  readonly count?: number;
}

export interface PricedChoice {
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  /** USD an hour. */
  readonly price: number;
}

/** A new machine to launch. */
export interface PlannedClaim {
  readonly poolKey: PoolKey;
  readonly pool: PoolView;
  readonly pods: readonly Pod[];
  /** Ready to be created: metadata with generateName, spec complete (scheduling 6.4). */
  readonly claim: NodeClaim;
  /** Type names, cheapest first, at most 600. */
  readonly instanceTypes: readonly string[];
  readonly cheapest: PricedChoice;
  readonly runnerUp?: PricedChoice;
  readonly reasons: readonly Reason[];
}

export interface Nomination {
  readonly pod: Pod;
  /** `StateNode.name`. */
  readonly node: string;
}

export interface UnplacedPod {
  readonly pod: Pod;
  readonly reasons: readonly Reason[];
  /** Text of the FailedScheduling event (scheduling 8.2, Appendix C); empty when no event is due. */
  readonly message: string;
}

export interface ProvisioningPlan {
  readonly snapshotVersion: number;
  readonly claims: readonly PlannedClaim[];
  readonly nominations: readonly Nomination[];
  readonly unplaced: readonly UnplacedPod[];
  /** Pools whose requirements leave no available type, for the event NoCompatibleInstanceTypes (scheduling 8.2). */
  readonly excludedPools?: readonly { readonly pool: PoolView; readonly cause: "requirements" | "min-values" }[];
  /** Pods in phase Pending by the zone that they can go to, `flexible` or `none`; when it was asked for. */
  readonly pendingByZone?: Readonly<Record<string, number>>;
  /** Sum of the cheapest choice of every new claim, USD an hour. */
  readonly pricePerHour: number;
  /** Work counters for metrics and benches (fit tests, classes, ...). */
  readonly work: Readonly<Record<string, number>>;
}
