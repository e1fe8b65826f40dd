/** Best practices of pools while they are in use: an event on the pool and a metric (spec: v1alpha5 6). */
import { advise, type Finding, objectRules, ofCluster } from "../../advisor/index.ts";
import { type KubeObject, nodePoolType } from "../../api/index.ts";
import { poolKeyAt } from "../../core/index.ts";
import type { EventRecorder } from "../../kube/index.ts";
import { createGaugeStore, type GaugeSample, type MetricsRegistry } from "../../platform/index.ts";
import { type Caches, oneWorker, type Reconciler } from "../plumbing/index.ts";

export interface PoolAdviceDeps {
  readonly caches: Caches;
  readonly events: EventRecorder;
  readonly metrics: MetricsRegistry;
}

/** Told once an hour for as long as it holds and the pool changes; who wants to know at once asks `karpenter lint`. */
const dedupeMilliseconds = 3_600_000;

/** Judges each pool beside the others whenever it changes. Hints are counted and told nobody. */
export function createPoolAdvice({ caches, events, metrics }: PoolAdviceDeps): Reconciler {
  const samples = createGaugeStore();
  const gauge = metrics.gauge({
    name: "karpenter_nodepools_best_practice_findings",
    help: "Best practices that a pool breaks, by rule of `karpenter lint`.",
    labels: ["nodepool", "rule", "severity"],
  });
  return {
    name: "advice.nodepool",
    type: nodePoolType,
    workers: oneWorker,
    reconcile: (key) => {
      const pool = caches.nodePools.store.get(key);
      const findings = pool === undefined || poolKeyAt(key).kind !== "NodePool" ? [] : findingsOf(caches, key);
      samples.update(
        key,
        findings.map(
          ({ rule, severity }): GaugeSample => ({ gauge, labels: { nodepool: key, rule, severity }, value: 1 }),
        ),
      );
      for (const { rule, severity, message, fix } of findings) {
        if (severity === "info" || pool === undefined) continue;
        const text = `${rule}: ${message}. ${fix}`;
        events.publish({ object: pool, type: "Warning", reason: "BestPractice", message: text, dedupeMilliseconds });
      }
      return Promise.resolve(undefined);
    },
    watch: (queue) => queue.watches(caches.nodePools),
  };
}

function findingsOf({ nodePools, nodeClasses }: Caches, name: string): readonly Finding[] {
  const objects: readonly KubeObject[] = [
    ...nodePools.store.list().filter(({ metadata }) => poolKeyAt(metadata.name ?? "").kind === "NodePool"),
    ...nodeClasses.flatMap(({ store }) => store.list()),
  ];
  const { findings } = advise({ manifests: ofCluster(objects) }, objectRules);
  return findings.filter(({ place: { object } }) => object.kind === "NodePool" && object.name === name);
}
