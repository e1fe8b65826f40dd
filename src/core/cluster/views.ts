/**
 * What the engine sees of pools, claims and nodes, whatever era their objects are from (spec: v1alpha5 5.6 "Types").
 * A view is the v1 shape plus its key; views are made outside the solver and are immutable.
 */
import { labels, type NodeClaim, type NodePool } from "../../api/index.ts";
import { type ClaimKey, type ClassKey, claimKeyAt, type PoolKey, poolKeyAt } from "./keys.ts";

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

/** The view of a NodePool, or of a Provisioner in a NodePool's shape under its address. */
export function poolViewOf(pool: NodePool): PoolView {
  const { kind, name } = pool.spec.template.spec.nodeClassRef;
  return { key: poolKeyAt(pool.metadata.name ?? ""), classKey: { kind, name }, pool };
}

/** The view of a NodeClaim, or of a Machine in a NodeClaim's shape under its address. */
export function claimViewOf(claim: NodeClaim): ClaimView {
  const key: ClaimKey = claimKeyAt(claim.metadata.name ?? "");
  const poolKey = poolKeyOfLabels(claim.metadata.labels);
  return poolKey === undefined ? { key, claim } : { key, poolKey, claim };
}

/** Owner of a node or claim: the NodePool's label if it is not empty, else the Provisioner's (v1alpha5 5.6 step 6). */
export function poolKeyOfLabels(map: Readonly<Record<string, string>> | undefined): PoolKey | undefined {
  const nodePool = map?.[labels.nodePool] ?? "";
  if (nodePool !== "") return { kind: "NodePool", name: nodePool };
  const provisioner = map?.[labels.provisionerName] ?? "";
  return provisioner === "" ? undefined : { kind: "Provisioner", name: provisioner };
}

/** Labels that mark nodes of these pools; a pod that wants all of them absent wants none of their nodes (5.6 step 4). */
export function ownerLabelsOf(pools: readonly PoolView[]): readonly string[] {
  const kinds = new Set(pools.map(({ key }) => key.kind));
  if (!kinds.has("Provisioner")) return [labels.nodePool];
  return kinds.has("NodePool") ? [labels.nodePool, labels.provisionerName] : [labels.provisionerName];
}

/** Pools of a fixed size take no part in provisioning or consolidation. */
export const isStaticPool = (view: PoolView): boolean => view.pool.spec.replicas !== undefined;
