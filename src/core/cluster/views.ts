/**
 * What the engine sees of pools, claims and nodes, whatever era their objects are from (spec: v1alpha5 5.6 "Types").
 * A view is the v1 shape plus its key; views are made outside the solver and are immutable.
 */
import type { NodeClaim, NodePool } from "../../api/index.ts";
import type { ClaimKey, ClassKey, PoolKey } from "./keys.ts";

export interface PoolView {
  readonly key: PoolKey;
  readonly classKey: ClassKey;
  readonly pool: NodePool;
}

export interface ClaimView {
  readonly key: ClaimKey;
  /** Owner by label; absent for a claim made by hand. */
  readonly poolKey?: PoolKey;
  readonly claim: NodeClaim;
}
