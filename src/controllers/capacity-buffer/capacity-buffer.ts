import {
  type CapacityBuffer,
  capacityBufferReasons,
  capacityBufferType,
  type Condition,
  conditionMessages,
  conditionTypes,
  defaultProvisioningStrategy,
  type Pod,
  type Timestamp,
} from "../../api/index.ts";
import {
  bufferOutcome,
  bufferSize,
  podRequests,
  type ProvisioningPlan,
  type Result,
  virtualPods,
} from "../../core/index.ts";
import { type Informer, type KubeClient, objectKey } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import { patchStatus, type Reconciler, requeueAfter, tenWorkers, timestampOf } from "../plumbing/index.ts";
import type { BufferDemand, BufferPods } from "./buffer-pods.ts";
import { type ResolutionFailure, resolveBuffer, type ResolvedBuffer } from "./resolve.ts";

export interface CapacityBufferDeps {
  readonly kube: KubeClient;
  readonly buffers: Informer<CapacityBuffer>;
  readonly clock: Clock;
  readonly pods: BufferPods;
  /** False: room is held in plans, and nothing is written (modes plan and observe). */
  readonly act: boolean;
  /** Asks for a pass, by the UID of the buffer. */
  readonly trigger: (uid: string) => void;
}

const periodMilliseconds = 30_000;

/** Works out what each buffer wants and asks for a pass that holds it (spec: scheduling 7.3, api 3.2). */
export function createCapacityBuffer(deps: CapacityBufferDeps): Reconciler {
  return {
    name: "capacitybuffer",
    type: capacityBufferType,
    workers: tenWorkers,
    reconcile: async (key, signal) => {
      const buffer = deps.buffers.store.get(key);
      if (buffer === undefined || buffer.metadata.deletionTimestamp !== undefined) {
        deps.pods.remove(key);
        return undefined;
      }
      const resolved = await resolveBuffer(deps.kube, buffer, signal);
      const pods = resolved.ok ? chunksOf(buffer, resolved.value) : [];
      deps.pods.set({ key, ready: resolved.ok, pods });
      const after = withResolution(buffer, { resolved, count: pods.length }, timestampOf(deps.clock));
      if (deps.act)
        await patchStatus(deps.kube, { type: capacityBufferType, before: buffer, after, lock: true }, signal);
      if (resolved.ok) deps.trigger(buffer.metadata.uid ?? "");
      return requeueAfter(periodMilliseconds);
    },
    watch: (queue) =>
      queue.watches(deps.buffers, (delta) => {
        const isOwnWrite =
          delta.type === "updated" && delta.previous.metadata.generation === delta.object.metadata.generation;
        return isOwnWrite ? [] : [objectKey(delta.object)];
      }),
  };
}

function chunksOf(buffer: CapacityBuffer, { template, replicas }: ResolvedBuffer): readonly Pod[] {
  const [one] = virtualPods(buffer, template, 1);
  return one === undefined ? [] : virtualPods(buffer, template, bufferSize(buffer, podRequests(one), replicas));
}

function withResolution(
  buffer: CapacityBuffer,
  found: { readonly resolved: Result<ResolvedBuffer, ResolutionFailure>; readonly count: number },
  now: Timestamp,
): CapacityBuffer {
  const { resolved, count } = found;
  const { templateName, templateGeneration } = resolved.ok ? resolved.value : {};
  const { podTemplateRef: _, podTemplateGeneration: __, ...rest } = buffer.status ?? {};
  const status = {
    ...rest,
    ...(templateName === undefined ? {} : { podTemplateRef: { name: templateName } }),
    ...(templateGeneration === undefined ? {} : { podTemplateGeneration: templateGeneration }),
    replicas: count,
    provisioningStrategy: buffer.spec?.provisioningStrategy ?? defaultProvisioningStrategy,
  };
  const update = resolved.ok
    ? { status: "True" as const, reason: capacityBufferReasons.resolved, message: conditionMessages.bufferResolved }
    : { status: "False" as const, ...resolved.failure };
  return withCondition({ ...buffer, status }, { type: conditionTypes.readyForProvisioning, ...update }, now);
}

/** Says on each buffer what a pass did for it. */
export async function reportBuffers(
  deps: Pick<CapacityBufferDeps, "kube" | "buffers" | "clock">,
  demands: readonly BufferDemand[],
  plan: ProvisioningPlan,
  signal: AbortSignal,
): Promise<void> {
  for (const { key, ready, pods } of demands) {
    const buffer = deps.buffers.store.get(key);
    if (buffer === undefined) continue;
    const outcome = bufferOutcome(plan, { key, ready, desired: pods.length });
    const after = withCondition(buffer, { type: conditionTypes.provisioning, ...outcome }, timestampOf(deps.clock));
    await patchStatus(deps.kube, { type: capacityBufferType, before: buffer, after, lock: true }, signal);
  }
}

/** Standard Kubernetes conditions: the time moves with the status alone. */
function withCondition(
  buffer: CapacityBuffer,
  update: Pick<Condition, "type" | "status"> & { readonly reason: string; readonly message: string },
  now: Timestamp,
): CapacityBuffer {
  const conditions = buffer.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === update.type);
  const lastTransitionTime = before?.status === update.status ? (before.lastTransitionTime ?? now) : now;
  const { generation } = buffer.metadata;
  const next: Condition = {
    ...update,
    lastTransitionTime,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const others = conditions.filter(({ type }) => type !== update.type);
  const list = [...others, next].sort((a, b) => (a.type < b.type ? 1 : -1));
  return { ...buffer, status: { ...buffer.status, conditions: list } };
}
