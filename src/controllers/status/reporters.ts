import {
  type Condition,
  conditionTransitions,
  finalizedMessage,
  finalizedReason,
  getCondition,
  type KubeObject,
  labels,
  nodeClassLabelKey,
} from "../../api/index.ts";
import { type Delta, type EventRecorder, type Informer, objectKey } from "../../kube/index.ts";
import {
  type Clock,
  createGaugeStore,
  type GaugeStore,
  type MetricLabels,
  type MetricsRegistry,
} from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import { type Caches, millisOf, type Reconciler, tenWorkers } from "../plumbing/index.ts";
import { createStatusInstruments, type StatusInstruments } from "./instruments.ts";

export interface StatusDeps {
  readonly caches: Caches;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly metrics: MetricsRegistry;
  readonly provider: CloudProvider;
}

type Conditioned = KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } };

interface Kind {
  /** As in the name of the controller and of its metrics. */
  readonly name: string;
  readonly informer: Informer<Conditioned>;
  /** Keys of object labels that the series carry. */
  readonly labelKeys: readonly string[];
}

/**
 * Tells what changes in the status of objects: an event for each condition that turns and each finalizer that goes, and
 * the `operator_*` metrics (spec: operations 1.5 and 2.3).
 */
export function createStatusReporters(deps: StatusDeps): readonly Reconciler[] {
  const { caches, provider } = deps;
  const classLabels = provider.nodeClassTypes.map(nodeClassLabelKey);
  const kinds: readonly Kind[] = [
    { name: "nodeclaim", informer: caches.nodeClaims, labelKeys: [...classLabels, labels.nodePool] },
    { name: "nodepool", informer: caches.nodePools, labelKeys: [] },
    { name: "node", informer: caches.nodes, labelKeys: [...classLabels, labels.nodePool, labels.initialized] },
    ...caches.nodeClasses.map((informer) => ({ name: informer.type.kind.toLowerCase(), informer, labelKeys: [] })),
  ];
  return kinds.map((kind) => createReporter(deps, kind));
}

interface Reporter {
  readonly deps: StatusDeps;
  readonly kind: Kind;
  readonly instruments: StatusInstruments;
  readonly counts: GaugeStore;
  /** Objects as they were told of last: what a deletion brings has lost its finalizers already. */
  readonly last: Map<string, Conditioned>;
}

/** Its queue stays empty: what changed is told as the cache hears of it, so that no quick change is missed. */
function createReporter(deps: StatusDeps, kind: Kind): Reconciler {
  const instruments = createStatusInstruments(deps.metrics, {
    kind: kind.name,
    extra: kind.labelKeys.map(labelName),
  });
  const reporter: Reporter = { deps, kind, instruments, counts: createGaugeStore(), last: new Map() };
  return {
    name: `operatorpkg.${kind.name}.status`,
    type: kind.informer.type,
    workers: tenWorkers,
    reconcile: async () => undefined,
    watch: (queue) => {
      queue.watches(kind.informer, (delta) => {
        report(reporter, delta);
        return [];
      });
      refreshAges(reporter);
    },
  };
}

/** `karpenter.sh/nodepool` as the name of a metric label. */
const labelName = (key: string): string => key.replace(/[/.-]/g, "_");

function extrasOf({ kind }: Reporter, object: Conditioned): MetricLabels {
  return Object.fromEntries(kind.labelKeys.map((key) => [labelName(key), object.metadata.labels?.[key] ?? ""]));
}

function report(reporter: Reporter, delta: Delta<Conditioned>): void {
  const { object } = delta;
  if (delta.type === "deleted") return reportEnd(reporter, object);
  if (delta.type === "added") countFirstSight(reporter, object, object.status?.conditions ?? []);
  else if (delta.previous !== object) reportChange(reporter, delta.previous, object);
  reporter.last.set(objectKey(object), object);
  setCounts(reporter, object);
}

function reportChange(reporter: Reporter, before: Conditioned, after: Conditioned): void {
  const extras = extrasOf(reporter, after);
  for (const { type, from, to, message } of conditionTransitions(before, after)) {
    const [old, now] = [getCondition(before, type), getCondition(after, type)];
    const seconds = secondsBetween(old?.lastTransitionTime, now?.lastTransitionTime);
    reporter.instruments.transitionSeconds.observe(seconds, { type, status: from, ...extras });
    reporter.instruments.transitions.increment({ type, status: to, reason: now?.reason ?? "", ...extras });
    publish(reporter, after, { reason: type, message });
  }
  const fresh = (after.status?.conditions ?? []).filter(({ type }) => getCondition(before, type) === undefined);
  countFirstSight(reporter, after, fresh);
  const kept = new Set(after.metadata.finalizers ?? []);
  tellFinalized(
    reporter,
    after,
    (before.metadata.finalizers ?? []).filter((finalizer) => !kept.has(finalizer)),
  );
}

/** Neither an event nor a duration: nobody knows what was before. */
function countFirstSight(reporter: Reporter, object: Conditioned, conditions: readonly Condition[]): void {
  const extras = extrasOf(reporter, object);
  for (const { type, status, reason = "" } of conditions) {
    if (status !== "Unknown") reporter.instruments.transitions.increment({ type, status, reason, ...extras });
  }
}

/** The last finalizer goes together with the object. */
function reportEnd(reporter: Reporter, object: Conditioned): void {
  const key = objectKey(object);
  const last = reporter.last.get(key) ?? object;
  reporter.last.delete(key);
  reporter.counts.delete(key);
  const deleted = last.metadata.deletionTimestamp;
  if (deleted === undefined) return;
  tellFinalized(reporter, object, last.metadata.finalizers ?? []);
  const seconds = Math.max(0, (reporter.deps.clock.now() - (millisOf(deleted) ?? 0)) / 1000);
  reporter.instruments.terminationSeconds.observe(seconds, extrasOf(reporter, object));
}

function tellFinalized(reporter: Reporter, object: Conditioned, finalizers: readonly string[]): void {
  for (const finalizer of finalizers) {
    publish(reporter, object, { reason: finalizedReason, message: finalizedMessage(finalizer) });
  }
}

const publish = (
  { deps }: Reporter,
  object: Conditioned,
  event: { readonly reason: string; readonly message: string },
): void => deps.events.publish({ object, type: "Normal", ...event });

function conditionLabels(reporter: Reporter, object: Conditioned, condition: Condition): MetricLabels {
  const { namespace = "", name = "" } = object.metadata;
  const { type, status, reason = "" } = condition;
  return { namespace, name, type, status, reason, ...extrasOf(reporter, object) };
}

function setCounts(reporter: Reporter, object: Conditioned): void {
  const samples = (object.status?.conditions ?? []).map((condition) => ({
    gauge: reporter.instruments.conditionCount,
    labels: conditionLabels(reporter, object, condition),
    value: 1,
  }));
  reporter.counts.update(objectKey(object), samples);
}

/** Ages are computed when somebody reads them: they change all the time. */
function refreshAges(reporter: Reporter): void {
  const { deps, kind, instruments } = reporter;
  const ages = createGaugeStore();
  deps.metrics.onExpose(() => {
    const now = deps.clock.now();
    const ageOf = (time: string | undefined): number => Math.max(0, (now - (millisOf(time) ?? now)) / 1000);
    const all = kind.informer.store.list().map((object) => {
      const { namespace = "", name = "", deletionTimestamp } = object.metadata;
      const conditions = (object.status?.conditions ?? []).map((condition) => ({
        gauge: instruments.currentSeconds,
        labels: conditionLabels(reporter, object, condition),
        value: ageOf(condition.lastTransitionTime),
      }));
      const ending = {
        gauge: instruments.terminationCurrent,
        labels: { namespace, name, ...extrasOf(reporter, object) },
        value: ageOf(deletionTimestamp),
      };
      return [objectKey(object), deletionTimestamp === undefined ? conditions : [...conditions, ending]] as const;
    });
    ages.replaceAll(new Map(all));
  });
}

const secondsBetween = (from: string | undefined, to: string | undefined): number =>
  Math.max(0, ((millisOf(to) ?? 0) - (millisOf(from) ?? 0)) / 1000);
