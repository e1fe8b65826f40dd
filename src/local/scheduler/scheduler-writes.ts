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

interface Dependencies {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly recorder: EventRecorder;
  /** The pod as the cache shows it. */
  readonly current: (key: string) => Pod | undefined;
}

/** What the scheduler writes: bindings, why a pod waits, and the removal of victims. */
export class SchedulerWrites {
  readonly #to: Dependencies;
  readonly #reportedAt = new Map<string, number>();

  constructor(dependencies: Dependencies) {
    this.#to = dependencies;
  }

  async bind(facts: PodFacts, nodeName: string, signal: AbortSignal): Promise<void> {
    const { name, namespace } = nameOf(facts.pod);
    const binding: Binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name, namespace, uid: facts.uid },
      target: { apiVersion: "v1", kind: "Node", name: nodeName },
    };
    await this.#to.kube.createSubresource(podType, { name, namespace }, "binding", binding, { signal });
    const message = `Successfully assigned ${facts.key} to ${nodeName}`;
    this.#to.recorder.publish({ object: facts.pod, type: "Normal", reason: "Scheduled", message });
    this.forget(facts.uid);
  }

  /** `nominated` is the node promised to the pod, null to take a promise back, undefined to leave it. */
  async reportUnschedulable(
    facts: PodFacts,
    report: { readonly message: string; readonly nominated: string | null | undefined; readonly signal: AbortSignal },
  ): Promise<void> {
    const { kube, clock, recorder } = this.#to;
    const { message, nominated, signal } = report;
    const pod = this.#to.current(facts.key);
    if (pod === undefined || pod.metadata.uid !== facts.uid || !this.#isNews(pod, message, nominated)) return;
    this.#reportedAt.set(facts.uid, clock.monotonic());
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
    const conditions = withCondition(pod.status?.conditions, { ...condition, now: clock.now() });
    const status = nominated === undefined ? { conditions } : { conditions, nominatedNodeName: nominated };
    try {
      await kube.patch(podType, nameOf(pod), { type: "merge", subresource: "status", body: { status }, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound")) throw error;
    }
    recorder.publish({ object: pod, type: "Warning", reason: "FailedScheduling", message });
  }

  async evictVictim(victim: PodFacts, by: PodFacts, options: { nodeName: string; signal: AbortSignal }): Promise<void> {
    const { kube, clock, recorder } = this.#to;
    const { nodeName, signal } = options;
    const pod = this.#to.current(victim.key) ?? victim.pod;
    const target = {
      type: "DisruptionTarget",
      status: "True",
      reason: "PreemptionByScheduler",
      message: "default-scheduler: preempting to accommodate a higher priority pod",
    } as const;
    const conditions = withCondition(pod.status?.conditions, { ...target, now: clock.now() });
    try {
      const body = { status: { conditions } };
      await kube.patch(podType, nameOf(pod), { type: "merge", subresource: "status", body, signal });
      await kube.delete(podType, nameOf(pod), { uid: victim.uid, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
    const message = `Preempted by pod ${by.uid} on node ${nodeName}`;
    recorder.publish({ object: pod, type: "Normal", reason: "Preempted", message });
  }

  /** The pod is bound or gone. */
  forget(uid: string): void {
    this.#reportedAt.delete(uid);
  }

  #isNews(pod: Pod, message: string, nominated: string | null | undefined): boolean {
    const old = conditionOf(pod.status?.conditions, "PodScheduled");
    if (old?.status !== "False" || old.reason !== "Unschedulable") return true;
    if (nominated !== undefined && (nominated ?? "") !== (pod.status?.nominatedNodeName ?? "")) return true;
    return old.message !== message && this.#sinceReport(pod) >= rewriteMilliseconds;
  }

  #sinceReport(pod: Pod): number {
    const last = this.#reportedAt.get(pod.metadata.uid ?? "");
    return last === undefined ? Number.POSITIVE_INFINITY : this.#to.clock.monotonic() - last;
  }
}
