import { resourceType } from "../kubernetes/resource-types.ts";
import type { NodeClaim } from "./node-claim.ts";
import type { NodePool } from "./node-pool.ts";

export const nodePoolType = resourceType<NodePool>("karpenter.sh/v1", "NodePool", "nodepools", "Cluster");
export const nodeClaimType = resourceType<NodeClaim>("karpenter.sh/v1", "NodeClaim", "nodeclaims", "Cluster");
