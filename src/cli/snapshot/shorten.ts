/** Objects without what no decision depends on: code, commands, variables, and what servers keep for themselves. */
import type { Container, KubeObject, Pod, PodSpec } from "../../api/index.ts";

export function shortened(object: KubeObject): KubeObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => key !== lastApplied);
  const plain = {
    ...object,
    metadata: { ...metadata, ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }) },
  };
  if (object.kind === "Pod")
    return { ...plain, spec: shortSpec((object as Pod).spec), status: shortStatus(object as Pod) } as KubeObject;
  if (object.kind === "DaemonSet") return withShortTemplate(plain);
  if (object.kind === "Node") return withoutImages(plain);
  return plain;
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function shortSpec(spec: PodSpec): PodSpec {
  return {
    ...spec,
    containers: spec.containers.map(shortContainer),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(shortContainer) }),
  };
}

const containerFields: ReadonlySet<string> = new Set(["name", "resources", "ports", "restartPolicy"]);

const shortContainer = (container: Container): Container =>
  Object.fromEntries(Object.entries(container).filter(([field]) => containerFields.has(field))) as unknown as Container;

const statusFields: ReadonlySet<string> = new Set(["phase", "conditions", "nominatedNodeName", "startTime"]);

const shortStatus = ({ status }: Pod): unknown =>
  Object.fromEntries(Object.entries(status ?? {}).filter(([field]) => statusFields.has(field)));

function withShortTemplate(object: KubeObject): KubeObject {
  const { spec } = object as KubeObject & { readonly spec: { readonly template: { readonly spec: PodSpec } } };
  return {
    ...object,
    spec: { ...spec, template: { ...spec.template, spec: shortSpec(spec.template.spec) } },
  } as KubeObject;
}

function withoutImages(object: KubeObject): KubeObject {
  const { status } = object as KubeObject & { readonly status?: Readonly<Record<string, unknown>> };
  const { images: _, nodeInfo: __, ...kept } = status ?? {};
  return { ...object, status: kept } as KubeObject;
}
