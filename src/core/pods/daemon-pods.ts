/** The pod that a DaemonSet would put on a new node (scheduling 2.1, 2.4, 2.5). */
import type { Affinity, Container, DaemonSet, Pod, PodSpec, Toleration } from "../../api/index.ts";
import { toleratePreferNoSchedule } from "./tolerations.ts";

/**
 * The newest live pod with the template's node affinity, if one was ever seen; else one made from the template. Either
 * way it tolerates PreferNoSchedule taints, which never keep a daemon away.
 */
export function daemonPodOf(daemonSet: DaemonSet, live: Pod | undefined): Pod {
  const pod = live === undefined ? syntheticPod(daemonSet) : withTemplateAffinity(live, daemonSet);
  return withPreferNoScheduleTolerated(pod);
}

/** Live pods carry what admission changed, but the controller has pinned them to their node by affinity. */
function withTemplateAffinity(live: Pod, daemonSet: DaemonSet): Pod {
  const required = daemonSet.spec.template.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return live;
  const nodeAffinity = {
    ...live.spec.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: required,
  };
  const affinity: Affinity = { ...live.spec.affinity, nodeAffinity };
  return { ...live, spec: { ...live.spec, affinity } };
}

/** Named like the DaemonSet, without labels or owner; requests are defaulted from limits as the API server would. */
function syntheticPod(daemonSet: DaemonSet): Pod {
  const { name, namespace } = daemonSet.metadata;
  const { spec } = daemonSet.spec.template;
  const initContainers =
    spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withLimitsAsRequests) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) },
    spec: { ...spec, containers: spec.containers.map(withLimitsAsRequests), ...initContainers },
  };
}

function withLimitsAsRequests(container: Container): Container {
  const { limits, requests } = container.resources ?? {};
  if (limits === undefined) return container;
  return { ...container, resources: { ...container.resources, requests: { ...limits, ...requests } } };
}

function withPreferNoScheduleTolerated(pod: Pod): Pod {
  const { tolerations = [] } = pod.spec;
  if (tolerations.some(isBlanket)) return pod;
  const spec: PodSpec = { ...pod.spec, tolerations: [...tolerations, toleratePreferNoSchedule] };
  return { ...pod, spec };
}

function isBlanket(toleration: Toleration): boolean {
  const { key = "", operator, effect = "" } = toleration;
  return key === "" && operator === "Exists" && (effect === "" || effect === "PreferNoSchedule");
}
