import {
  bufferReferenceProblem,
  type CapacityBuffer,
  capacityBufferReasons,
  type Deployment,
  deploymentType,
  type PodTemplateSpec,
  podTemplateType,
  type ReplicaSet,
  replicaSetType,
  type ResourceType,
  type StatefulSet,
  statefulSetType,
} from "../../api/index.ts";
import { failed, ok, type Result } from "../../core/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";

export interface ResolvedBuffer {
  readonly template: PodTemplateSpec;
  /** Of the scalable target. */
  readonly replicas?: number;
  /** Of a PodTemplate. */
  readonly templateName?: string;
  readonly templateGeneration?: number;
}

export interface ResolutionFailure {
  readonly reason: string;
  readonly message: string;
}

type Scalable = Deployment | StatefulSet | ReplicaSet;

const scalableTypes: Readonly<
  Record<string, ResourceType<Deployment> | ResourceType<StatefulSet> | ResourceType<ReplicaSet>>
> = {
  Deployment: deploymentType,
  StatefulSet: statefulSetType,
  ReplicaSet: replicaSetType,
};

/** Finds the pod that one chunk stands for (api 3.2). */
export async function resolveBuffer(
  kube: KubeClient,
  buffer: CapacityBuffer,
  signal: AbortSignal,
): Promise<Result<ResolvedBuffer, ResolutionFailure>> {
  const problem = bufferReferenceProblem(buffer);
  if (problem !== undefined) return failed({ reason: capacityBufferReasons.resolutionFailed, message: problem });
  const namespace = buffer.metadata.namespace ?? "default";
  const { podTemplateRef, scalableRef } = buffer.spec ?? {};
  if (podTemplateRef !== undefined) return fromPodTemplate(kube, { namespace, name: podTemplateRef.name }, signal);
  return fromScalable(kube, { namespace, name: scalableRef?.name ?? "", kind: scalableRef?.kind ?? "" }, signal);
}

interface Address {
  readonly namespace: string;
  readonly name: string;
}

async function fromPodTemplate(
  kube: KubeClient,
  address: Address,
  signal: AbortSignal,
): Promise<Result<ResolvedBuffer, ResolutionFailure>> {
  const found = await getIfPresent(() => kube.get(podTemplateType, address, { signal }));
  if (found === undefined) {
    const message = `PodTemplate "${address.namespace}/${address.name}" not found`;
    return failed({ reason: capacityBufferReasons.podTemplateNotFound, message });
  }
  const { generation } = found.metadata;
  return ok({
    template: found.template,
    templateName: address.name,
    ...(generation === undefined ? {} : { templateGeneration: generation }),
  });
}

async function fromScalable(
  kube: KubeClient,
  { kind, ...address }: Address & { readonly kind: string },
  signal: AbortSignal,
): Promise<Result<ResolvedBuffer, ResolutionFailure>> {
  const type = scalableTypes[kind] as ResourceType<Scalable> | undefined;
  const found = type === undefined ? undefined : await getIfPresent(() => kube.get(type, address, { signal }));
  const template = found?.spec.template;
  if (found === undefined || template === undefined) {
    const message = `${kind} "${address.namespace}/${address.name}" not found`;
    return failed({ reason: capacityBufferReasons.scalableRefNotFound, message });
  }
  return ok({ template, replicas: found.spec.replicas ?? 1 });
}

async function getIfPresent<T>(get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return undefined;
    throw error;
  }
}
