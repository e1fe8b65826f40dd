import {
  type Counter,
  exponentialBuckets,
  type Gauge,
  type Histogram,
  type MetricsRegistry,
} from "../../platform/index.ts";

/** The families of one kind (spec: operations 1.5). */
export interface StatusInstruments {
  readonly transitionSeconds: Histogram;
  readonly conditionCount: Gauge;
  readonly currentSeconds: Gauge;
  readonly transitions: Counter;
  readonly terminationCurrent: Gauge;
  readonly terminationSeconds: Histogram;
}

const coreBuckets: readonly number[] = exponentialBuckets(0.5, 2, 15);

/** `kind` is in lower case; `extra` are the names of the labels that objects of the kind add. */
export function createStatusInstruments(
  registry: MetricsRegistry,
  { kind, extra }: { readonly kind: string; readonly extra: readonly string[] },
): StatusInstruments {
  const name = (rest: string): string => `operator_${kind}_${rest}`;
  const perCondition = ["namespace", "name", "type", "status", "reason", ...extra];
  return {
    transitionSeconds: registry.histogram({
      name: name("status_condition_transition_seconds"),
      help: "How long a condition had its status before it changed.",
      labels: ["type", "status", ...extra],
      buckets: coreBuckets,
    }),
    conditionCount: registry.gauge({
      name: name("status_condition_count"),
      help: "1 for each condition with its present status and reason.",
      labels: perCondition,
    }),
    currentSeconds: registry.gauge({
      name: name("status_condition_current_status_seconds"),
      help: "How long a condition has had its present status.",
      labels: perCondition,
    }),
    transitions: registry.counter({
      name: name("status_condition_transitions_total"),
      help: "Changes of status of conditions.",
      labels: ["type", "status", "reason", ...extra],
    }),
    terminationCurrent: registry.gauge({
      name: name("termination_current_time_seconds"),
      help: "How long an object has been waiting for its end.",
      labels: ["namespace", "name", ...extra],
    }),
    terminationSeconds: registry.histogram({
      name: name("termination_duration_seconds"),
      help: "From the deletion of an object to its end.",
      labels: [...extra],
      buckets: coreBuckets,
    }),
  };
}
