import { annotations, type CapacityBuffer, type Container, type Pod, type PodTemplateSpec } from "../../api/index.ts";

const lowestPriority = -2_147_483_648;

/** Pods that never reach the API server: they hold room for pods to come (scheduling 7.3). Numbered from 1. */
export function virtualPods(buffer: CapacityBuffer, template: PodTemplateSpec, count: number): readonly Pod[] {
  const spec = withoutClaims(template);
  return Array.from({ length: count }, (_, i) => virtualPod(buffer, { ...template, spec }, i + 1));
}

function virtualPod({ metadata }: CapacityBuffer, template: PodTemplateSpec, number: number): Pod {
  const { nodeName: _, ...spec } = template.spec;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `capacity-buffer-${metadata.name ?? ""}-${number}`,
      namespace: metadata.namespace ?? "default",
      uid: `${metadata.uid ?? ""}-${number}`,
      ...(template.metadata?.labels === undefined ? {} : { labels: template.metadata.labels }),
      annotations: {
        ...template.metadata?.annotations,
        [annotations.capacityBufferFakePod]: "true",
        [annotations.capacityBufferName]: metadata.name ?? "",
        [annotations.capacityBufferNamespace]: metadata.namespace ?? "default",
      },
    },
    spec: { ...spec, priority: lowestPriority },
    status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
  };
}

export const isVirtualPod = ({ metadata }: Pick<Pod, "metadata">): boolean =>
  metadata.annotations?.[annotations.capacityBufferFakePod] === "true";

/** Claims belong to real pods; their volumes go, and what mounts them. */
function withoutClaims({ spec }: PodTemplateSpec): PodTemplateSpec["spec"] {
  const kept = (spec.volumes ?? []).filter(
    ({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim === undefined && ephemeral === undefined,
  );
  if (kept.length === (spec.volumes ?? []).length) return spec;
  const names = new Set(kept.map(({ name }) => name));
  const unmounted = (container: Container): Container => {
    if (container.volumeMounts === undefined) return container;
    return { ...container, volumeMounts: container.volumeMounts.filter(({ name }) => names.has(name)) };
  };
  return {
    ...spec,
    volumes: kept,
    containers: spec.containers.map(unmounted),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(unmounted) }),
  };
}
