import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { defaultOptions, optionSchema, parseOptions } from "../../src/operator/index.ts";
import { environmentOf, monitoring, named, objectsIn, only, render, root, template } from "./chart.ts";
import { golden } from "./values.ts";

const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const kindsOf = (objects: readonly { readonly kind: string }[]): readonly string[] => objects.map(({ kind }) => kind);
const withoutDefinitions = (text: string): string =>
  text
    .split(/^---\n/m)
    .filter((document) => !document.includes("\nkind: CustomResourceDefinition\n"))
    .join("---\n");

describe("the chart", () => {
  it.each(Object.entries(golden))("[ops 9.2.21] renders the objects of golden/%s.yaml", async (name, rendering) => {
    const { stdout, stderr } = await template(rendering);
    expect(stderr).toBe("");
    await expect(withoutDefinitions(stdout)).toMatchFileSnapshot(`golden/${name}.yaml`);
  });

  it("fails without a cluster name, and says which value to set", async () => {
    const { code, stderr } = await template();
    expect(code).toBe(1);
    expect(stderr).toContain("settings.clusterName is empty: set it to the name of the cluster");
  });

  it("tells the process, by default, exactly its defaults", async () => {
    const parsed = parseOptions({}, environmentOf(await render({ values: named })));
    if (!parsed.ok) throw new Error(parsed.failure.errors.join("; "));
    expect(parsed.value.warnings).toEqual([]);
    const { options } = parsed.value;
    expect(options).toEqual({ ...defaultOptions, clusterName: "test", karpenterService: "karpenter" });
  });

  it("sets only variables that are options of the process", async () => {
    const rendering = golden["all"];
    const names = Object.keys(environmentOf(await render(rendering)));
    const known = new Set(Object.values(optionSchema).map(({ env }) => env));
    expect(names.filter((name) => !known.has(name))).toEqual(["KUBERNETES_MIN_VERSION", "AWS_REGION"]);
  });

  it("lets false and 0 through (9.1, 6)", async () => {
    const settings = { clusterName: "test", ignoreDRARequests: false, vmMemoryOverheadPercent: 0, reservedENIs: 0 };
    expect(environmentOf(await render({ values: { settings } }))).toMatchObject({
      IGNORE_DRA_REQUESTS: "false",
      VM_MEMORY_OVERHEAD_PERCENT: "0",
      RESERVED_ENIS: "0",
    });
  });

  it("renders every gate, and all of them can be set (9.1, 8)", async () => {
    const off = environmentOf(await render({ values: named }));
    const on = environmentOf(await render(golden["all"]));
    const gates =
      "CapacityBuffer=false,NodeOverlay=false,NodeRepair=false,ReservedCapacity=true,SpotToSpotConsolidation=false,StaticCapacity=false";
    expect(off["FEATURE_GATES"]).toBe(gates);
    const flipped = gates.replaceAll(/true|false/g, (value) => (value === "true" ? "false" : "true"));
    expect(on["FEATURE_GATES"]).toBe(flipped);
    expect([off["AWS_FEATURE_GATES"], on["AWS_FEATURE_GATES"]]).toEqual(["NodeClassCEL=false", "NodeClassCEL=true"]);
  });

  it("leaves the budget out where it is turned off (9.1, 7)", async () => {
    const on = kindsOf(await render({ values: named }));
    const off = kindsOf(await render({ values: { ...named, podDisruptionBudget: { enabled: false } } }));
    expect([on.includes("PodDisruptionBudget"), off.includes("PodDisruptionBudget")]).toEqual([true, false]);
  });

  it("renders a ServiceMonitor and alarms only where the cluster serves them", async () => {
    const values = { ...named, serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } };
    const kinds = ["PrometheusRule", "ServiceMonitor"];
    const found = async (apiVersions: readonly string[]): Promise<readonly string[]> =>
      kindsOf(await render({ values, apiVersions })).filter((kind) => kinds.includes(kind));
    expect(await found([])).toEqual([]);
    expect((await found(monitoring)).toSorted()).toEqual(kinds);
  });

  it("carries the dashboards as they are, and the alarms", async () => {
    const values = { ...named, dashboards: { enabled: true }, prometheusRule: { enabled: true } };
    const objects = await render({ values, apiVersions: monitoring });
    const maps = objects.filter(({ kind }) => kind === "ConfigMap");
    const texts = maps.flatMap(({ data }) => Object.values(data as Record<string, string>));
    const files = readdirSync(join(root, "deploy/charts/karpenter/dashboards"));
    expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(
      files.map((file) => JSON.parse(textOf(`deploy/charts/karpenter/dashboards/${file}`)) as unknown),
    );
    expect(maps.every(({ metadata }) => metadata.labels?.["grafana_dashboard"] === "1")).toBe(true);
    expect(only(objects, "PrometheusRule")["spec"]).toEqual(
      parse(textOf("deploy/charts/karpenter/alarms/karpenter.yaml")),
    );
  });

  it("keeps the names that scrape jobs look for (1.8)", async () => {
    const service = only(await render({ values: named }), "Service");
    expect(service.metadata.name).toBe("karpenter");
    expect(service["spec"]).toMatchObject({ ports: [{ name: "http-metrics", port: 8080 }] });
  });
});

describe("definitions", () => {
  const today = readdirSync(join(root, "deploy/charts/karpenter/crds"));

  it("are the same in both charts and in deploy/crds", async () => {
    expect(today.length).toBe(5);
    const rendered = await render({ chart: "karpenter-crd" });
    const plain = today.map((file) => parse(textOf(`deploy/crds/${file}`)) as { readonly metadata: object });
    const byName = (one: { readonly metadata: object }): string => JSON.stringify(one.metadata);
    expect(rendered.toSorted((a, b) => byName(a).localeCompare(byName(b)))).toEqual(
      plain.toSorted((a, b) => byName(a).localeCompare(byName(b))),
    );
    for (const file of today) {
      expect(textOf(`deploy/charts/karpenter/crds/${file}`).split("\n").slice(1)).toEqual(
        textOf(`deploy/crds/${file}`).split("\n").slice(1),
      );
    }
  });

  it("take annotations in the chart that upgrades them", async () => {
    const additionalAnnotations = { owner: "platform" };
    const rendered = await render({ chart: "karpenter-crd", values: { additionalAnnotations } });
    expect(rendered.map(({ metadata }) => metadata.annotations)).toEqual(today.map(() => additionalAnnotations));
  });

  it("of the v1alpha5 era come with legacy.enabled alone, and outlive the release", async () => {
    const isDefinition = ({ kind }: { readonly kind: string }): boolean => kind === "CustomResourceDefinition";
    expect((await render({ values: named })).filter(isDefinition)).toEqual([]);
    const rendered = (await render(golden["legacy"])).filter(isDefinition);
    expect(rendered.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      "awsnodetemplates.karpenter.k8s.aws",
      "machines.karpenter.sh",
      "provisioners.karpenter.sh",
    ]);
    for (const definition of rendered) {
      const { annotations, name } = definition.metadata;
      expect(annotations).toEqual({ "helm.sh/resource-policy": "keep" });
      const [plural, ...group] = name.split(".");
      expect(definition["spec"]).toEqual(
        (parse(textOf(`deploy/crds/${group.join(".")}_${plural}.yaml`)) as { readonly spec: unknown }).spec,
      );
    }
  });

  it("of an older era in the cluster bring their rights along, since the controller follows what is served", async () => {
    const roles = async (apiVersions: readonly string[]): Promise<readonly string[]> =>
      (await render({ values: named, apiVersions }))
        .filter(({ kind }) => kind === "ClusterRole")
        .map(({ metadata }) => metadata.name);
    expect(await roles([])).not.toContain("karpenter-legacy");
    expect(await roles(["karpenter.sh/v1alpha5"])).toContain("karpenter-legacy");
  });
});

it("charts and image have the version of the package", () => {
  const { version } = JSON.parse(textOf("package.json")) as { readonly version: string };
  for (const chart of ["karpenter", "karpenter-crd"]) {
    expect(parse(textOf(`deploy/charts/${chart}/Chart.yaml`))).toMatchObject({ version, appVersion: version });
  }
  expect(textOf("deploy/image/Dockerfile")).toContain(`karpenter-ts:${version}`);
});

it("the plain manifests are the chart's objects, without what only Helm reads", async () => {
  const { stdout } = await template({
    namespace: "kube-system",
    values: { settings: { clusterName: "CLUSTER_NAME" } },
  });
  const lines = stdout.split("\n").filter((line) => !/^# Source:|helm\.sh\/chart:|managed-by: Helm/.test(line));
  const header =
    "# Generated from deploy/charts/karpenter by `npm run test:charts -- -u`. Do not edit: set CLUSTER_NAME and the image, and\n" +
    "# apply after deploy/crds (docs/operate.md).\n";
  const text = header + lines.join("\n");
  expect(objectsIn(text).length).toBeGreaterThan(10);
  await expect(text).toMatchFileSnapshot(join(root, "deploy/manifests/karpenter.yaml"));
});
