import { resourceType } from "../kubernetes/resource-types.ts";
import type { CapacityBuffer } from "./capacity-buffer.ts";
import type { NodeClaim } from "./node-claim.ts";
import type { NodeOverlay } from "./node-overlay.ts";
import type { NodePool } from "./node-pool.ts";
import type { DRAConfig, KWOKNodeClass, TestNodeClass } from "./simulators.ts";

export const nodePoolType = resourceType<NodePool>("karpenter.sh/v1", "NodePool", "nodepools", "Cluster");
export const nodeClaimType = resourceType<NodeClaim>("karpenter.sh/v1", "NodeClaim", "nodeclaims", "Cluster");
export const nodeOverlayType = resourceType<NodeOverlay>(
  "karpenter.sh/v1alpha1",
  "NodeOverlay",
  "nodeoverlays",
  "Cluster",
);
export const capacityBufferType = resourceType<CapacityBuffer>(
  "autoscaling.x-k8s.io/v1beta1",
  "CapacityBuffer",
  "capacitybuffers",
  "Namespaced",
);
export const kwokNodeClassType = resourceType<KWOKNodeClass>(
  "karpenter.kwok.sh/v1alpha1",
  "KWOKNodeClass",
  "kwoknodeclasses",
  "Cluster",
);
export const draConfigType = resourceType<DRAConfig>(
  "test.karpenter.sh/v1alpha1",
  "DRAConfig",
  "draconfigs",
  "Cluster",
);
export const testNodeClassType = resourceType<TestNodeClass>(
  "karpenter.test.sh/v1alpha1",
  "TestNodeClass",
  "testnodeclasses",
  "Cluster",
);
