import type { Node, Pod } from "../../api/index.ts";
import { conflictingPorts, hostPortsOf, podRequests, podsRequests, resourcesAssuming } from "../../core/index.ts";
import { matchesNode } from "../scheduler/node-selector.ts";

export interface AdmissionRefusal {
  readonly reason: string;
  readonly message: string;
}

/**
 * The kubelet's own test of a pod that was bound to it, against the pods that it has admitted: two binders may have
 * counted on the same room. Reasons and messages are the kubelet's.
 */
export function computeAdmission(pod: Pod, node: Node, admitted: readonly Pod[]): AdmissionRefusal | undefined {
  if (!matchesNode(pod.spec, node)) {
    return {
      reason: "NodeAffinity",
      message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    };
  }
  const used = podsRequests(admitted);
  const allocatable = resourcesAssuming(node.status?.allocatable, 0);
  const requests = podRequests(pod);
  for (const resource of Object.keys(requests).sort()) {
    const requested = requests[resource] ?? 0;
    const inUse = used[resource] ?? 0;
    const capacity = allocatable[resource] ?? 0;
    if (requested === 0 || inUse + requested <= capacity) continue;
    return {
      reason: `OutOf${resource}`,
      message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${inUse}, capacity: ${capacity}`,
    };
  }
  const ports = hostPortsOf(pod);
  if (ports.length > 0 && conflictingPorts(admitted.flatMap(hostPortsOf), ports) !== undefined) {
    return {
      reason: "NodePorts",
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    };
  }
  return undefined;
}
