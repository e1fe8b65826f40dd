import type { Condition, CSINode, Lease, Node, Taint } from "../../api/index.ts";
import { labels } from "../../api/index.ts";
import { kubernetesVersion } from "../kubernetes-version.ts";
import type { Machine } from "../machines.ts";
import { timestampOf, microTimestampOf } from "../stand-ins/timestamps.ts";
import { leaseDurationSeconds } from "./timings.ts";

/** What the API server's admission gives every Node that registers before it is Ready. */
const notReadyTaint: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** Version that the stand-in kubelets report. */
const kubeletVersion = `v${kubernetesVersion}.0`;

/** The in-tree name of a node is its private DNS name. */
export const nodeNameOf = (machine: Machine): string => machine.privateDnsName;

function labelsOf(machine: Machine): Readonly<Record<string, string>> {
  return {
    ...machine.labels,
    "beta.kubernetes.io/arch": machine.arch,
    "beta.kubernetes.io/instance-type": machine.instanceType,
    "beta.kubernetes.io/os": machine.os,
    "failure-domain.beta.kubernetes.io/region": machine.region,
    "failure-domain.beta.kubernetes.io/zone": machine.zone,
    [labels.arch]: machine.arch,
    [labels.hostname]: nodeNameOf(machine),
    [labels.instanceType]: machine.instanceType,
    [labels.os]: machine.os,
    [labels.region]: machine.region,
    [labels.zone]: machine.zone,
  };
}

/** The Node with which a machine's kubelet registers: known to the cloud, not Ready yet. */
export function computeNode(machine: Machine, now: number): Node {
  const taints = machine.taints.some((taint) => taint.key === notReadyTaint.key)
    ? machine.taints
    : [...machine.taints, notReadyTaint];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: nodeNameOf(machine),
      labels: labelsOf(machine),
      annotations: {
        // Of the controller manager, which asks for it as soon as it sees a node.
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
      },
    },
    spec: { providerID: machine.providerId, taints },
    status: computeNodeStatus(machine, { isReady: false, now }),
  };
}

/** Status as the kubelet reports it. */
export function computeNodeStatus(
  machine: Machine,
  report: { readonly isReady: boolean; readonly now: number; readonly current?: readonly Condition[] },
): NonNullable<Node["status"]> {
  return {
    capacity: machine.capacity,
    allocatable: machine.allocatable,
    conditions: computeNodeConditions(report),
    addresses: [
      { type: "InternalIP", address: machine.privateIp },
      { type: "InternalDNS", address: machine.privateDnsName },
      { type: "Hostname", address: machine.privateDnsName },
    ],
    nodeInfo: {
      architecture: machine.arch,
      bootID: machine.instanceId,
      containerRuntimeVersion: "containerd://2.0.0",
      kernelVersion: "6.12.0",
      kubeProxyVersion: "",
      kubeletVersion,
      machineID: machine.instanceId,
      operatingSystem: machine.os,
      osImage: machine.imageId,
      systemUUID: machine.instanceId,
    },
  };
}

export function computeNodeConditions(report: {
  readonly isReady: boolean;
  readonly now: number;
  readonly current?: readonly Condition[];
}): readonly Condition[] {
  const at = timestampOf(report.now);
  const condition = (type: string, status: "True" | "False", reason: string, message: string) => {
    const old = report.current?.find((entry) => entry.type === type);
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? at) : at;
    return { type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime };
  };
  return [
    condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    report.isReady
      ? condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
      : condition("Ready", "False", "KubeletNotReady", "container runtime network not ready"),
  ];
}

const ownedByNode = (node: Node) => [
  { apiVersion: "v1", kind: "Node", name: node.metadata.name ?? "", uid: node.metadata.uid ?? "" },
];

export const leaseNamespace = "kube-node-lease";

export function computeLease(node: Node, now: number): Lease {
  const name = node.metadata.name ?? "";
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: leaseNamespace, ownerReferences: ownedByNode(node) },
    spec: { holderIdentity: name, leaseDurationSeconds, renewTime: microTimestampOf(now) },
  };
}

/** What the EBS driver's registration leaves behind: its topology key and how many volumes attach. */
export function computeCsiNode(node: Node, machine: Machine, attachLimit: number): CSINode {
  const name = node.metadata.name ?? "";
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name, ownerReferences: ownedByNode(node) },
    spec: {
      drivers: [
        {
          name: "ebs.csi.aws.com",
          nodeID: machine.instanceId,
          topologyKeys: [labels.zone],
          allocatable: { count: attachLimit },
        },
      ],
    },
  };
}
