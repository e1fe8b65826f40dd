import { conditionTypes, isConditionTrue, labels, type Node, type Pod } from "../../api/index.ts";
import type { MetricLabels } from "../../platform/index.ts";

/** The labels of `pods_state`; those of the node are empty while the pod is not bound. */
export function podStateLabels(pod: Pod, node: Node | undefined): MetricLabels {
  const nodeName = pod.spec.nodeName ?? "";
  return {
    name: pod.metadata.name ?? "",
    namespace: pod.metadata.namespace ?? "",
    owner: ownerPath(pod),
    node: nodeName,
    scheduled: String(nodeName !== ""),
    ...placeLabels(node?.metadata.labels ?? {}),
    phase: pod.status?.phase ?? "",
    ready: String(isConditionTrue(pod, conditionTypes.ready)),
  };
}

function placeLabels(own: Readonly<Record<string, string>>): MetricLabels {
  const valueOf = (key: string): string => own[key] ?? "";
  return {
    nodepool: valueOf(labels.nodePool),
    zone: valueOf(labels.zone),
    arch: valueOf(labels.arch),
    capacity_type: valueOf(labels.capacityType),
    instance_type: valueOf(labels.instanceType),
    managed: String(valueOf(labels.nodePool) !== ""),
  };
}

/** Where the API serves the first owner; empty for a pod without one. */
function ownerPath({ metadata }: Pod): string {
  const [owner] = metadata.ownerReferences ?? [];
  if (owner === undefined) return "";
  const root = owner.apiVersion.includes("/") ? "apis" : "api";
  const place = owner.kind === "Node" ? "" : `/namespaces/${metadata.namespace}`;
  return `/${root}/${owner.apiVersion}${place}/${owner.kind.toLowerCase()}s/${owner.name}`;
}
