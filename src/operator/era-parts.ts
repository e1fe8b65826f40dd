import {
  createEra,
  createPlanLines,
  type Era,
  type PlanListener,
  tellBetaPools,
  withEraMetrics,
  withFoundingForms,
} from "../controllers/index.ts";
import { createInformerSet, type EventRecorder, type KubeClient } from "../kube/index.ts";
import type { Clock, Logger, MetricsRegistry, Random } from "../platform/index.ts";
import { isolatedVpcNotice } from "../legacy/index.ts";
import { onDemandDate } from "../provider-aws/catalogue/index.ts";
import { type Admission, admissionOf } from "./admission.ts";
import { eraSettings } from "./era-settings.ts";
import type { OperatorOptions } from "./options.ts";

/** What the v1alpha5 era puts between the cluster and everything else. */
export interface EraParts {
  readonly era: Era;
  /** With counters of Provisioners under their old names (spec: v1alpha5 4.14). */
  readonly metrics: MetricsRegistry;
  /** With the old forms of lines that had one, while they are wanted (spec: v1alpha5 D10). */
  readonly log: Logger;
  readonly onBatchClosed: (milliseconds: number) => void;
  readonly planLines: (events: EventRecorder) => PlanListener;
  /** The endpoint, and a look for objects that nobody serves. */
  readonly admission: Admission;
}

export function composeEra(setup: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: MetricsRegistry;
  readonly log: Logger;
  readonly options: OperatorOptions;
  readonly namespace?: string;
  readonly host?: string;
}): EraParts {
  const { kube, clock, random, metrics, options } = setup;
  const namespace = setup.namespace ?? "kube-system";
  const batch = { milliseconds: 0 };
  const era: { current?: Era } = {};
  const compat = (): boolean =>
    options.logCompat === "auto" ? era.current?.isUsed() === true : options.logCompat === "founding";
  const priceDate = `${onDemandDate}T00:00:00Z`;
  const log = withFoundingForms(setup.log, {
    wanted: compat,
    priceDate,
    timersOf: (node) => era.current?.timersOf(node),
  });
  const informers = createInformerSet({ client: kube, clock, random, log, metrics });
  const created = createEra({ kube, informers, clock, log, settings: eraSettings(options), namespace });
  era.current = created;
  if (options.isolatedVpc) log.info(isolatedVpcNotice);
  const admission = admissionOf({ ...setup, log });
  return {
    era: created,
    metrics: withEraMetrics(metrics, () => created.isUsed()),
    admission: {
      readiness: admission.readiness,
      run: async (signal) =>
        void (await Promise.all([admission.run(signal), tellBetaPools({ ...setup, log }, signal)])),
    },
    log,
    onBatchClosed: (milliseconds) => {
      batch.milliseconds = milliseconds;
    },
    planLines: (events) =>
      createPlanLines({ clock, log, events, metrics, compat, windowMilliseconds: () => batch.milliseconds }),
  };
}
