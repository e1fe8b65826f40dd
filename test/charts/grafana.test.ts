/**
 * Every query of the dashboards, put to PromQL's own engine over what a controller exposed while machines came and went: each
 * has an answer. The engine is promtool's, which reads series and evaluates expressions without a server.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { deploymentType, nodeType, type Pod, podType } from "../../src/api/index.ts";
import { createMetricsRegistry } from "../../src/platform/index.ts";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../controllers/embedded-cluster.ts";
import { root } from "./chart.ts";
import { ask } from "./tools.ts";

const dashboards = join(root, "deploy/charts/karpenter/dashboards");
const minutes = 12;

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

async function queries(): Promise<readonly string[]> {
  const files = await readdir(dashboards);
  const texts = await Promise.all(files.map((file) => readFile(join(dashboards, file), "utf8")));
  const panels = texts.flatMap((text) => (JSON.parse(text) as Dashboard).panels);
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  return [...new Set(expressions.map(filled))];
}

/** As Grafana fills in variables when all of each are chosen. */
const filled = (expr: string): string =>
  expr.replaceAll("$grouping", "capacity_type").replaceAll("$__rate_interval", "5m").replaceAll(/\$\w+/g, ".*");

const isRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> =>
  (await cluster.list(podType)).filter(({ status }: Pod) => status?.phase === "Running").length === count;

/** Series by name and labels, a value a minute; machines come and go meanwhile, and the cloud says no once. */
async function scraped(): Promise<ReadonlyMap<string, readonly (string | undefined)[]>> {
  const limits = { cpu: "100", memory: "400Gi", nodes: "50" };
  const disruption = {
    consolidateAfter: "10s",
    consolidationPolicy: "WhenEmpty",
    budgets: [{ nodes: "100%" }],
  } as const;
  const cluster = await embeddedCluster({ families: ["m5"], capacityType: "spot", pool: { limits, disruption } });
  const own = createMetricsRegistry({ processMetrics: true });
  const series = new Map<string, (string | undefined)[]>();
  const scrape = async (minute: number): Promise<void> => {
    const text = (await cluster.metrics.expose()) + (await own.expose());
    for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
      const [, name = "", labels = "", value = ""] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const added = [labels, 'job="karpenter"', 'instance="10.0.0.1:8080"'].filter((each) => each !== "").join(",");
      const key = `${name}{${added}}`;
      const values = series.get(key) ?? Array.from<string | undefined>({ length: minutes });
      values[minute] = value;
      series.set(key, values);
    }
  };
  await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
  expect(await cluster.until(isRunning(cluster, 1), 120)).toBe(true);
  cluster.account.faults.insufficientCapacity({ instanceType: "m5.xlarge" });
  for (let minute = 0; minute < minutes; minute += 1) {
    const replicas = minute % 4 < 2 ? 8 : 1;
    const name = { name: "web", namespace: "default" };
    await cluster.kube.patch(deploymentType, name, { type: "merge", body: { spec: { replicas } } });
    await cluster.clock.advance(60_000);
    await scrape(minute);
  }
  expect((await cluster.list(nodeType)).length).toBeGreaterThan(0);
  await cluster.stop();
  return series;
}

it("each query of the dashboards has an answer", async () => {
  const series = await scraped();
  const asked = await queries();
  const test = {
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        // Those that nothing asks for would only take time to read.
        input_series: [...series]
          .filter(([name]) => asked.some((expr) => expr.includes(name.slice(0, name.indexOf("{")))))
          .map(([name, values]) => ({
            series: name,
            values: values.map((value) => value ?? "_").join(" "),
          })),
        // Nothing is expected, so that promtool tells what it has got instead.
        promql_expr_test: asked.map((expr) => ({ expr, eval_time: `${minutes - 1}m`, exp_samples: [] })),
      },
    ],
  };
  const folder = await mkdtemp(join(tmpdir(), "grafana-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "queries.json");
  await writeFile(file, JSON.stringify(test));
  const { stdout, stderr } = await ask(inject("chartTools").promtool, ["test", "rules", file], { cwd: root });
  const said = stdout + stderr;
  const answered = [...said.matchAll(/expr: (".*"), time: .*\n\s*exp: ?.*\n\s*got: ?(.+)/g)]
    .filter(([, , got = ""]) => got !== "nil")
    .map(([, expr = '""']) => JSON.parse(expr) as string);
  expect(asked.length).toBeGreaterThan(25);
  expect(
    asked.filter((expr) => !answered.includes(expr)),
    said.slice(0, 2_000),
  ).toEqual([]);
});
