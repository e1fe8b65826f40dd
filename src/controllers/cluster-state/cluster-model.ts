import type { NodeClaim } from "../../api/index.ts";
import type { ClusterEvent, ClusterSnapshot, EpochMillis, PoolKey, Resources } from "../../core/index.ts";
import type { Reconciler } from "../plumbing/index.ts";

/** The picture of the cluster that decisions are made on, as other controllers see it (spec: lifecycle 0.9, scheduling 8). */
export interface ClusterModel {
  /** Whether decisions may be made now (scheduling 8.4): no launch is open and, the first time, everything was seen. */
  isSynced(): boolean;
  /** The picture as a value; free to keep. */
  snapshot(): ClusterSnapshot;
  /**
   * Brings the types that each pool may launch up to date; call before `snapshot`. A pool whose types cannot be had is
   * left without any, and the rest go on.
   */
  refreshInstanceTypes(signal: AbortSignal): Promise<void>;
  /** A claim that was created a moment ago: counts at once, before the watch shows it. */
  insertClaim(claim: NodeClaim): void;
  /** Pods are expected on these nodes (`StateNode.name`) until then. */
  nominate(nodes: readonly string[], until: EpochMillis): void;
  markForDeletion(providerIds: readonly string[]): void;
  unmarkForDeletion(providerIds: readonly string[]): void;
  /** Whether the picture holds a claim of this name, launched or not. */
  knowsClaim(name: string): boolean;
  /** What a pool holds against its limits. */
  usageOf(pool: PoolKey): Resources;
  /** Calls back after each event that changed the picture. */
  observe(listener: (event: ClusterEvent) => void): () => void;
  /** Drops claims that were created and vanished before the watch showed them (lifecycle 1.10). */
  readonly claimCollector: Reconciler;
}
