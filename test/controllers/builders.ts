/** One builder per kind, defaults in sight. */
import type { Node, NodeClaim, NodePool, Pod, Taint } from "../../src/api/index.ts";

export const nodeClassRef = Object.freeze({ group: "karpenter.test.sh", kind: "TestNodeClass", name: "default" });

export function nodeClaim(
  name: string,
  change: Partial<NodeClaim["spec"]> = {},
  metadata: NodeClaim["metadata"] = {},
): NodeClaim {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name, ...metadata, labels: { "karpenter.sh/nodepool": "default", ...metadata.labels } },
    spec: { requirements: [], nodeClassRef, ...change },
  };
}

export function nodePool(name: string, change: Partial<NodePool["spec"]> = {}): NodePool {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name },
    spec: {
      template: { spec: { requirements: [], nodeClassRef, expireAfter: "720h" } },
      disruption: {
        consolidateAfter: "0s",
        consolidationPolicy: "WhenEmptyOrUnderutilized",
        budgets: [{ nodes: "100%" }],
      },
      ...change,
    },
  };
}

export const unregistered: Taint = { key: "karpenter.sh/unregistered", effect: "NoExecute" };

/** A Node as its kubelet registers it: with the taint, not ready. */
export function node(
  name: string,
  providerID: string,
  change: Partial<Node["spec"]> = {},
  metadata: Node["metadata"] = {},
): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, ...metadata },
    spec: { providerID, taints: [unregistered], ...change },
  };
}

export const readyStatus = {
  status: {
    capacity: { cpu: "4", memory: "8Gi", pods: "20" },
    allocatable: { cpu: "3900m", memory: "7Gi", pods: "20" },
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "KubeletReady",
        message: "",
        lastTransitionTime: "2026-11-02T10:00:00Z",
      },
    ],
  },
};

export function pod(name: string, change: Partial<Pod["spec"]> = {}, metadata: Pod["metadata"] = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ...metadata },
    spec: {
      containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "1", memory: "1Gi" } } }],
      ...change,
    },
  };
}

/** What kube-scheduler writes on a pod that fits nowhere. */
export const unschedulable = {
  status: {
    phase: "Pending",
    conditions: [
      {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message: "no nodes",
        lastTransitionTime: "2026-11-02T10:00:00Z",
      },
    ],
  },
};
