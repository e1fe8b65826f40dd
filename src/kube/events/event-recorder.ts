import type { KubeObject, ObjectReference } from "../../api/index.ts";
import type { Clock, Ids, Logger, MetricsRegistry } from "../../platform/index.ts";
import type { KubeClient } from "../client.ts";
import type { EventRecorder } from "../runtime.ts";
import type { Observation } from "./correlator.ts";
import { createDedupeCache } from "./dedupe.ts";
import { type DropCause, EventWriter } from "./event-writer.ts";

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** `source.component` and `reportingComponent`. */
  readonly component?: string;
}

/** The recorder and its writer. Events wait in a queue of 1000 until `run` writes them; more are dropped and counted. */
export interface RunningEventRecorder extends EventRecorder {
  /** Writes events until aborted, then what is left in the queue, without retries and for at most five seconds. */
  run(signal: AbortSignal): Promise<void>;
}

const queueLength = 1000;
const defaultDedupeMilliseconds = 120_000;

type Published = Parameters<EventRecorder["publish"]>[0];

export function createEventRecorder(options: EventRecorderOptions): RunningEventRecorder {
  const { clock, component = "karpenter" } = options;
  const dropped = options.metrics.counter({
    name: "karpenter_kube_events_dropped_total",
    help: "Events not written, by cause.",
    labels: ["cause"],
  });
  const dedupe = createDedupeCache(clock);
  const writer = new EventWriter({ ...options, component, dropped });
  const drop = (cause: DropCause): void => dropped.increment({ cause });
  return Object.freeze({
    publish: (event: Published) => {
      if (!dedupe.admit(dedupeKey(event), event.dedupeMilliseconds ?? defaultDedupeMilliseconds)) return;
      if (event.limiter?.take() === false) return drop("limited");
      if (writer.waiting >= queueLength) return drop("overflow");
      writer.add(observationOf(event));
    },
    run: (signal: AbortSignal) => writer.run(signal),
  });
}

function dedupeKey({ object, reason, message, dedupeValues = [message] }: Published): string {
  const { uid, namespace = "", name = "" } = object.metadata;
  return JSON.stringify([
    object.kind,
    uid ?? `${namespace}/${name}`,
    [reason.toLowerCase(), ...dedupeValues].join("-"),
  ]);
}

function observationOf({ object, type, reason, message }: Published): Observation {
  return { involvedObject: referenceTo(object), type, reason, message };
}

function referenceTo(object: KubeObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
