import { conditionTypes, getCondition, isConditionTrue, type Pod, podType } from "../../api/index.ts";
import { isProvisionable } from "../../core/index.ts";
import { type Delta, objectKey } from "../../kube/index.ts";
import { createGaugeStore, type GaugeStore } from "../../platform/index.ts";
import { type Decision, millisOf, oneWorker, type Reconciler } from "../plumbing/index.ts";
import type { MetricsDeps } from "./deps.ts";
import { createPodInstruments, type PodInstruments } from "./pod-instruments.ts";
import { podStateLabels } from "./pod-labels.ts";

/** Where decisions can be listened to as they are made. */
export interface DecisionFeed {
  subscribe(listener: (decision: Decision) => void): () => void;
}

/** How far a pod that was seen before its start has come; times are epoch milliseconds. */
interface Progress {
  readonly pod: Pod;
  readonly acknowledged?: number;
  readonly decided: boolean;
  /** When a simulation first found a place for it. */
  readonly schedulable?: number;
  readonly boundSeen: boolean;
}

interface State {
  readonly deps: MetricsDeps;
  readonly instruments: PodInstruments;
  readonly series: GaugeStore;
  /** Pods that are not ready yet, by `namespace/name`: only those are timed that were seen while they waited. */
  readonly waiting: Map<string, Progress>;
}

const schedulableKinds: ReadonlySet<string> = new Set(["launch", "nominate"]);
const decidedKinds: ReadonlySet<string> = new Set([...schedulableKinds, "unplaced"]);

/**
 * What pods are and how long they wait (spec: operations 1.2, `pods_*`). Its queue stays empty: pods are counted as the
 * cache hears of them, and ages are computed when somebody reads them.
 */
export function createPodMetrics(deps: MetricsDeps, feed: DecisionFeed): Reconciler {
  const instruments = createPodInstruments(deps.metrics);
  const state: State = { deps, instruments, series: createGaugeStore(), waiting: new Map() };
  return {
    name: "metrics.pod",
    type: podType,
    workers: oneWorker,
    reconcile: async () => undefined,
    watch: (queue) => {
      feed.subscribe((decision) => noteDecision(state, decision));
      queue.watches(deps.caches.pods, (delta) => {
        follow(state, delta);
        return [];
      });
      refreshAges(state);
    },
  };
}

function noteDecision({ deps, waiting }: State, { kind, pods }: Decision): void {
  if (!decidedKinds.has(kind)) return;
  for (const key of pods) {
    const progress = waiting.get(key);
    if (progress === undefined) continue;
    const found = schedulableKinds.has(kind) && progress.schedulable === undefined;
    waiting.set(key, { ...progress, decided: true, ...(found ? { schedulable: deps.clock.now() } : {}) });
  }
}

function follow(state: State, delta: Delta<Pod>): void {
  const { deps, instruments, series, waiting } = state;
  const pod = delta.object;
  const key = objectKey(pod);
  const held = waiting.get(key);
  if (held !== undefined && held.pod.metadata.uid !== pod.metadata.uid) waiting.delete(key);
  if (delta.type === "deleted") {
    series.delete(key);
    waiting.delete(key);
    return;
  }
  const node = deps.caches.nodes.store.get(pod.spec.nodeName ?? "");
  series.update(key, [{ gauge: instruments.state, labels: podStateLabels(pod, node), value: 1 }]);
  advance(state, key, pod);
}

function advance(state: State, key: string, pod: Pod): void {
  const { phase } = pod.status ?? {};
  const held = state.waiting.get(key);
  if (phase === "Succeeded" || phase === "Failed") state.waiting.delete(key);
  else if (isConditionTrue(pod, conditionTypes.ready)) noteReady(state, key, pod);
  else {
    const next = held === undefined ? firstSight(state, pod) : { ...held, pod, ...acknowledgement(state, held, pod) };
    state.waiting.set(key, next);
    noteBound(state, next);
  }
}

const firstSight = (state: State, pod: Pod): Progress => ({
  pod,
  decided: false,
  boundSeen: (pod.spec.nodeName ?? "") !== "",
  ...acknowledgement(state, undefined, pod),
});

/** The clock of the scheduler's decision starts once the pod asks for one. */
function acknowledgement({ deps }: State, held: Progress | undefined, pod: Pod): Pick<Progress, "acknowledged"> {
  if (held?.acknowledged !== undefined) return { acknowledged: held.acknowledged };
  return isProvisionable(pod) ? { acknowledged: deps.clock.now() } : {};
}

/** Pods that were ready when they were first seen are not timed. */
function noteReady(state: State, key: string, pod: Pod): void {
  const { deps, instruments, waiting } = state;
  const held = waiting.get(key);
  waiting.delete(key);
  if (held === undefined) return;
  noteBound(state, { ...held, pod });
  const time = millisOf(getCondition(pod, conditionTypes.ready)?.lastTransitionTime) ?? deps.clock.now();
  instruments.startup.observe(secondsSince(pod.metadata.creationTimestamp, time));
  if (held.schedulable !== undefined) instruments.provisioningStartup.observe(seconds(time - held.schedulable));
}

/** Once per pod; one that was bound when it was first seen is not timed. */
function noteBound({ deps, instruments, waiting }: State, progress: Progress | undefined): void {
  if (progress === undefined || progress.boundSeen || (progress.pod.spec.nodeName ?? "") === "") return;
  const { pod, schedulable } = progress;
  const key = objectKey(pod);
  if (waiting.has(key)) waiting.set(key, { ...progress, boundSeen: true });
  const time = millisOf(getCondition(pod, "PodScheduled")?.lastTransitionTime) ?? deps.clock.now();
  instruments.bound.observe(secondsSince(pod.metadata.creationTimestamp, time));
  if (schedulable !== undefined) instruments.provisioningBound.observe(seconds(time - schedulable));
}

const seconds = (milliseconds: number): number => Math.max(0, milliseconds / 1000);

const secondsSince = (from: string | undefined, now: number): number => seconds(now - (millisOf(from) ?? now));

function refreshAges(state: State): void {
  const { deps, instruments, waiting } = state;
  const ages = createGaugeStore();
  deps.metrics.onExpose(() => {
    const now = deps.clock.now();
    const samples = [...waiting].map(([key, progress]) => [key, agesOf(instruments, progress, now)] as const);
    ages.replaceAll(new Map(samples));
  });
}

function agesOf(instruments: PodInstruments, progress: Progress, now: number) {
  const { pod, acknowledged, decided, schedulable } = progress;
  const labels = { name: pod.metadata.name ?? "", namespace: pod.metadata.namespace ?? "" };
  const age = secondsSince(pod.metadata.creationTimestamp, now);
  const bound = (pod.spec.nodeName ?? "") !== "" || isConditionTrue(pod, "PodScheduled");
  const planned = schedulable === undefined ? undefined : seconds(now - schedulable);
  const undecided = acknowledged === undefined || decided ? undefined : seconds(now - acknowledged);
  return [
    { gauge: instruments.unstarted, value: age },
    { gauge: instruments.unbound, value: bound ? undefined : age },
    { gauge: instruments.provisioningUnstarted, value: planned },
    { gauge: instruments.provisioningUnbound, value: bound ? undefined : planned },
    { gauge: instruments.undecided, value: bound ? undefined : undecided },
  ].flatMap(({ gauge, value }) => (value === undefined ? [] : [{ gauge, labels, value }]));
}
