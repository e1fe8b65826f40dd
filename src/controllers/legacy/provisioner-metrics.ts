import type { Provisioner, ResourceQuantities } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { type Informer, objectKey } from "../../kube/index.ts";
import { createGaugeStore, type Gauge, type GaugeSample, type MetricsRegistry } from "../../platform/index.ts";

interface Gauges {
  readonly limit: Gauge;
  readonly usage: Gauge;
  readonly percent: Gauge;
}

/** Limits and usage of Provisioners under the names of the era, beside today's (spec: v1alpha5 4.14). */
export function feedProvisionerMetrics(provisioners: Informer<Provisioner>, metrics: MetricsRegistry): void {
  const series = createGaugeStore();
  const gauge = (name: string, help: string): Gauge =>
    metrics.gauge({ name: `karpenter_provisioner_${name}`, help, labels: ["resource_type", "provisioner"] });
  const gauges: Gauges = {
    limit: gauge("limit", "Limits of a Provisioner."),
    usage: gauge("usage", "What a Provisioner holds."),
    percent: gauge("usage_pct", "What a Provisioner holds of its limits, in whole percents; 100 for a limit of 0."),
  };
  provisioners.subscribe(({ type, object }) => {
    series.update(objectKey(object), type === "deleted" ? [] : samplesOf(gauges, object));
  });
}

function samplesOf(gauges: Gauges, { metadata, spec, status }: Provisioner): readonly GaugeSample[] {
  const provisioner = metadata.name ?? "";
  const limits = amountsOf(spec?.limits?.resources);
  const usage = amountsOf(status?.resources);
  const samples = (gauge: Gauge, amounts: ReadonlyMap<string, number>): readonly GaugeSample[] =>
    [...amounts].map(([name, value]) => ({ gauge, value, labels: { provisioner, resource_type: name } }));
  const percents = [...limits].map(([name, limit]) => {
    const held = usage.get(name) ?? 0;
    return [name, limit === 0 ? 100 : Math.round((held / limit) * 100)] as const;
  });
  return [
    ...samples(gauges.limit, limits),
    ...samples(gauges.usage, usage),
    ...samples(gauges.percent, new Map(percents)),
  ];
}

/** In base units; texts that are no quantities are the checks' to tell. */
function amountsOf(quantities: ResourceQuantities = {}): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(quantities).flatMap(([name, quantity]) => {
      const amount = parseAmount(name, quantity);
      return amount.ok ? [[name, name === "cpu" ? amount.value / 1000 : amount.value] as const] : [];
    }),
  );
}
