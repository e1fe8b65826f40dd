import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { deploymentType, podType } from "../../src/api/index.ts";
import { createMetricsRegistry } from "../../src/platform/index.ts";
import { dashboards } from "../../tools/codegen/dashboards.ts";
import { deployment, embeddedCluster } from "../controllers/embedded-cluster.ts";
import { type AlarmCase, alarmCases } from "./alarm-cases.ts";
import { root } from "./chart.ts";
import { ask, run } from "./tools.ts";

interface Alarm {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const rules = "deploy/charts/karpenter/alarms/karpenter.yaml";
const { groups } = parse(readFileSync(join(root, rules), "utf8")) as {
  readonly groups: readonly { readonly rules: readonly Alarm[] }[];
};
const alarms = groups.flatMap((group) => group.rules);

/** One case as promtool reads it. */
function promtoolTest({ alert, series, silentAtMinute, firesAtMinute, labels, value = "" }: AlarmCase) {
  const alarm = alarms.find((each) => each.alert === alert);
  if (alarm === undefined) throw new Error(`there is no alarm ${alert}`);
  const filled = (text: string): string =>
    text
      .replaceAll(/{{ \$labels\.(\w+) }}/g, (_, label: string) => labels[label] ?? "")
      .replaceAll("{{ $value | humanizePercentage }}", value);
  const annotations = Object.entries(alarm.annotations).map(([name, text]) => [name, filled(text)]);
  // A label without a value is none.
  const said = {
    exp_labels: { ...alarm.labels, ...labels },
    exp_annotations: Object.fromEntries(annotations) as object,
  };
  return {
    name: alert,
    interval: "1m",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      { eval_time: `${silentAtMinute}m`, alertname: alert, exp_alerts: [] },
      { eval_time: `${firesAtMinute}m`, alertname: alert, exp_alerts: [said] },
    ],
  };
}

/** Every family that the process has after a machine has lived in it, with those of Node itself. */
async function exposition(): Promise<string> {
  const cluster = await embeddedCluster({ families: ["m5"] });
  await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "100m", memory: "64Mi" }));
  const isRunning = async (): Promise<boolean> =>
    (await cluster.list(podType)).some(({ status }) => status?.phase === "Running");
  expect(await cluster.until(isRunning, 60)).toBe(true);
  await cluster.clock.advance(30_000);
  const text = await cluster.metrics.expose();
  await cluster.stop();
  return text + (await createMetricsRegistry({ processMetrics: true }).expose());
}

/** Names of metrics in a query: words that are neither labels, functions nor variables. */
const metricsOf = (query: string): readonly string[] =>
  [...query.matchAll(/\b(?:karpenter|operator|controller_runtime|workqueue|leader_election|nodejs|process)_\w+/g)].map(
    ([name]) => name,
  );

const familyOf = (name: string): string => name.replace(/_(bucket|count|sum)$/, "");

describe("alarms", () => {
  it("are good rules", async () => {
    const { promtool } = inject("chartTools");
    expect(await run(promtool, ["check", "rules", rules], { cwd: root })).toContain(`${alarms.length} rules found`);
  });

  it("each fire when they should, say what they should, and are silent before", async () => {
    expect(alarmCases.map(({ alert }) => alert)).toEqual(alarms.map(({ alert }) => alert));
    const folder = await mkdtemp(join(tmpdir(), "alarms-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "alarms.yaml");
    await writeFile(file, stringify({ rule_files: [join(root, rules)], tests: alarmCases.map(promtoolTest) }));
    const { code, stdout, stderr } = await ask(inject("chartTools").promtool, ["test", "rules", file], { cwd: root });
    expect([code, stderr, stdout.trim().endsWith("SUCCESS")]).toEqual([0, "", true]);
  });

  it("say what it means and what to do", () => {
    for (const { alert, labels, annotations } of alarms) {
      expect(["critical", "warning"], alert).toContain(labels["severity"]);
      expect(Object.keys(annotations), alert).toEqual(["summary", "description"]);
    }
  });
});

it("alarms and dashboards ask for metrics that there are", async () => {
  const queries = [
    ...alarms.map(({ expr }) => expr),
    ...dashboards.flatMap(({ dashboard }) =>
      dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ),
  ];
  const exposed = await exposition();
  const there = new Set([...exposed.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  const asked = [...new Set(queries.flatMap(metricsOf))];
  expect(asked.length).toBeGreaterThan(25);
  expect(asked.filter((name) => !there.has(name) && !there.has(familyOf(name)))).toEqual([]);
});

/** Names that promtool would have otherwise, and that stand as they are: dashboards of Karpenter ask for them (operations 1). */
const fixedNames = [
  "karpenter_cluster_state_node_count",
  "karpenter_nodepools_cost_total",
  "karpenter_scheduler_ignored_pods_count",
  "karpenter_scheduler_pending_pods_by_effective_zone_count",
  "karpenter_scheduler_unschedulable_pods_count",
  // Of prom-client.
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
  "operator_ec2nodeclass_status_condition_count",
  "operator_node_status_condition_count",
  "operator_nodeclaim_status_condition_count",
  "operator_nodepool_status_condition_count",
];

it("[ops 9.2.5] promtool reads what is exposed, and complains of nothing but names that stand fast", async () => {
  const { promtool } = inject("chartTools");
  const { stderr } = await ask(promtool, ["check", "metrics"], { cwd: root, input: await exposition() });
  const complaints = stderr.trim().split("\n");
  expect(complaints.map((line) => line.split(" ")[0])).toEqual(fixedNames);
  expect(complaints.filter((line) => !/should not have "_(count|total)" suffix$/.test(line))).toEqual([]);
});
