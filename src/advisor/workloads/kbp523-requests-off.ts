import type { QuantityText } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import { daysOf, quantile, type Series } from "../facts/metrics.ts";
import { containersOf, type Workload } from "../facts/workloads.ts";
import { titleOf, workloadProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";
import { withValue } from "../model/with-value.ts";

export const requestsOff: Rule = {
  id: "KBP523",
  name: "requests-off",
  severity: "warning",
  requirements: ["R83", "R84"],
  needs: ["objects", "metrics"],
  document: {
    what: "Over seven days the p95 use of a container is below 30 % of its request, or above it.",
    why: "Machines are bought by requests: too much is paid for nothing, too little is a node that is too full.",
    fix: "Set the request to what is used, with some room.",
  },
  check(facts): Verdict {
    const { metrics } = facts;
    if (metrics?.containerCpu === undefined && metrics?.containerMemory === undefined)
      return { notChecked: "needs the figures containerCpu or containerMemory" };
    if (facts.workloads.length === 0) return undefined;
    return facts.workloads.flatMap((workload) => [
      ...judge(facts, workload, "cpu"),
      ...judge(facts, workload, "memory"),
    ]);
  },
};

type Resource = "cpu" | "memory";

function judge(facts: Facts, workload: Workload, resource: Resource): readonly Problem[] {
  const all = (resource === "cpu" ? facts.metrics?.containerCpu : facts.metrics?.containerMemory) ?? [];
  const own = all.filter((series) => isOf(series, workload) && daysOf(series) >= facts.thresholds.usageDays);
  if (own.length === 0) return [];
  return containersOf(workload)
    .filter(({ init }) => !init)
    .flatMap(({ container, path }) => {
      const request = container.resources?.requests?.[resource];
      const series = own.filter(({ labels }) => labels["container"] === container.name);
      const use = request === undefined ? undefined : useOf(series, resource, request);
      if (request === undefined || use === undefined || isFitting(facts, use.share)) return [];
      const field = [...path, "resources", "requests", resource];
      const value = roomy(resource, use.amount);
      return workloadProblem(workload, field, {
        message: `${container.name} uses ${usedText(resource, use.amount)} of requested ${request} ${resource}`,
        evidence: `p95 of ${series.length} pods of ${titleOf(workload)} over ${Math.floor(daysOf(series[0] ?? emptySeries))} days: ${Math.round(use.share * 100)} % of the request`,
        edit: proposedEdit(workload.entry, setValue(field, value)),
        whatIf: {
          kind: "objects",
          entry: workload.entry,
          object: withValue(workload.entry.object, field, value),
          subject: `the ${resource} request of ${container.name}`,
        },
      });
    });
}

const isFitting = ({ thresholds }: Facts, share: number): boolean =>
  share >= thresholds.lowUsageShare && share <= thresholds.highUsageShare;

/** In base units, and as a share of the request. The busiest pod decides: all pods of a workload have one request. */
function useOf(series: readonly Series[], resource: Resource, request: QuantityText) {
  const asked = parseAmount(resource, request);
  const used = series.flatMap((each) => quantile(each, 0.95) ?? []);
  if (!asked.ok || asked.value === 0 || used.length === 0) return undefined;
  const amount = Math.round(Math.max(...used) * (resource === "cpu" ? 1000 : 1));
  return { amount, share: amount / asked.value };
}

const emptySeries: Series = { labels: {}, samples: [] };

const usedText = (resource: "cpu" | "memory", amount: number): string =>
  resource === "cpu" ? `${amount}m` : `${Math.round(amount / 2 ** 20)}Mi`;

/** A fifth on top, in the units that people write: millicores, MiB. */
function roomy(resource: "cpu" | "memory", amount: number): string {
  const wanted = amount * 1.2;
  return resource === "cpu" ? `${Math.max(1, Math.ceil(wanted))}m` : `${Math.max(1, Math.ceil(wanted / 2 ** 20))}Mi`;
}

/** Pods of a workload are known by its name in front of theirs; a series may name the workload itself. */
function isOf({ labels }: Series, { name, namespace, kind }: Workload): boolean {
  if ((labels["namespace"] ?? "default") !== namespace) return false;
  if (labels["workload"] !== undefined) return labels["workload"] === name;
  const { pod = "" } = labels;
  if (kind === "Pod") return pod === name;
  return podSuffix[kind]?.test(pod.startsWith(`${name}-`) ? pod.slice(name.length + 1) : "") ?? false;
}

const generated = /^[a-z0-9]{5}$/;
const podSuffix: Readonly<Record<string, RegExp>> = {
  Deployment: /^[a-z0-9]{6,10}-[a-z0-9]{5}$/,
  StatefulSet: /^\d+$/,
  DaemonSet: generated,
  ReplicaSet: generated,
  Job: /^(?:\d+-)?[a-z0-9]{5}$/,
  CronJob: /^\d+-[a-z0-9]{5}$/,
};
