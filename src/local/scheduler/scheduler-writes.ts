import type { Binding, Pod } from "../../api/index.ts";
import { podType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { EventRecorder, KubeClient } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import { nameOf } from "../stand-ins/ownership.ts";
import { conditionOf, withCondition } from "../stand-ins/status-write.ts";
import type { PodFacts } from "./pod-facts.ts";

/** A message that only counts nodes anew is written to the same pod at most this often. */
const rewriteMilliseconds = 10_000;

/** What the scheduler writes: bindings, why a pod waits, and the removal of victims. */
export interface SchedulerWrites {
  bind(facts: PodFacts, nodeName: string, signal: AbortSignal): Promise<void>;
  /** `nominated` is the node promised to the pod, null to take a promise back, undefined to leave it. */
  reportUnschedulable(
    facts: PodFacts,
    report: { readonly message: string; readonly nominated: string | null | undefined; readonly signal: AbortSignal },
  ): Promise<void>;
  evictVictim(victim: PodFacts, by: PodFacts, options: { nodeName: string; signal: AbortSignal }): Promise<void>;
  forget(uid: string): void;
}

export function createSchedulerWrites(dependencies: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly recorder: EventRecorder;
  readonly current: (key: string) => Pod | undefined;
}): SchedulerWrites {
  const { kube, clock, recorder, current } = dependencies;
  const reportedAt = new Map<string, number>();

  const isWorthWriting = (pod: Pod, message: string, nominated: string | null | undefined): boolean => {
    const old = conditionOf(pod.status?.conditions, "PodScheduled");
    if (old?.status !== "False" || old.reason !== "Unschedulable") return true;
    if (nominated !== undefined && (nominated ?? "") !== (pod.status?.nominatedNodeName ?? "")) return true;
    const last = reportedAt.get(pod.metadata.uid ?? "") ?? Number.NEGATIVE_INFINITY;
    return old.message !== message && clock.monotonic() - last >= rewriteMilliseconds;
  };

  return {
    async bind(facts, nodeName, signal) {
      const { name, namespace } = nameOf(facts.pod);
      const binding: Binding = {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name, namespace, uid: facts.uid },
        target: { apiVersion: "v1", kind: "Node", name: nodeName },
      };
      await kube.createSubresource(podType, { name, namespace }, "binding", binding, { signal });
      const message = `Successfully assigned ${facts.key} to ${nodeName}`;
      recorder.publish({ object: facts.pod, type: "Normal", reason: "Scheduled", message });
      reportedAt.delete(facts.uid);
    },

    async reportUnschedulable(facts, { message, nominated, signal }) {
      const pod = current(facts.key);
      if (pod === undefined || pod.metadata.uid !== facts.uid) return;
      if (!isWorthWriting(pod, message, nominated)) return;
      reportedAt.set(facts.uid, clock.monotonic());
      const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
      const conditions = withCondition(pod.status?.conditions, { ...condition, now: clock.now() });
      const status = nominated === undefined ? { conditions } : { conditions, nominatedNodeName: nominated };
      try {
        await kube.patch(podType, nameOf(pod), { type: "merge", subresource: "status", body: { status }, signal });
      } catch (error) {
        if (!isKubeFault(error, "NotFound")) throw error;
      }
      recorder.publish({ object: pod, type: "Warning", reason: "FailedScheduling", message });
    },

    async evictVictim(victim, by, { nodeName, signal }) {
      const message = `Preempted by pod ${by.uid} on node ${nodeName}`;
      const pod = current(victim.key) ?? victim.pod;
      const reason = "PreemptionByScheduler";
      const target = {
        type: "DisruptionTarget",
        status: "True",
        reason,
        message: `default-scheduler: preempting`,
      } as const;
      const conditions = withCondition(pod.status?.conditions, { ...target, now: clock.now() });
      try {
        const body = { status: { conditions } };
        await kube.patch(podType, nameOf(pod), { type: "merge", subresource: "status", body, signal });
        await kube.delete(podType, nameOf(pod), { uid: victim.uid, signal });
      } catch (error) {
        if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
      }
      recorder.publish({ object: pod, type: "Normal", reason: "Preempted", message });
    },

    forget(uid) {
      reportedAt.delete(uid);
    },
  };
}
