import type { Node, Pod, Taint } from "../../api/index.ts";
import type { Resources } from "../quantity/resources.ts";
import type { ClaimKey, PoolKey } from "./keys.ts";
import type { ClaimView } from "./views.ts";

/**
 * A node as the engine sees it: Node only (unmanaged), claim only (launching), or both (spec: lifecycle 0.9,
 * scheduling 2.6, 4.9, 8.5). Made by the reducer; immutable.
 */
export interface StateNode {
  /** Node name once registered, else the claim's name; unique within a snapshot and the tie-breaker of every order. */
  readonly name: string;
  readonly node?: Node;
  readonly claim?: ClaimView;
  readonly claimKey?: ClaimKey;
  readonly poolKey?: PoolKey;
  readonly providerId?: string;
  readonly managed: boolean;
  readonly registered: boolean;
  readonly initialized: boolean;
  /** Being deleted, or chosen for disruption: no target for pods, and its pods need new places. */
  readonly markedForDeletion: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Scheduler-visible taints (scheduling 4.9). */
  readonly taints: readonly Taint[];
  readonly capacity: Resources;
  readonly allocatable: Resources;
  /** Bound pods, ordered by namespace then name. */
  readonly pods: readonly Pod[];
  /** Sum of requests of the bound pods, and of those owned by DaemonSets. */
  readonly podRequests: Resources;
  readonly daemonRequests: Resources;
  /** Nodes nominated until then (epoch milliseconds) are not empty for disruption. */
  readonly nominatedUntil?: number;
}
