import { describe, expect, it } from "vitest";
import { boundPod, deployment, documents, fileWith, machine, poolOf, runCommand } from "../../../test/builders/cli.ts";
import type { SimulateReport } from "../../studies/index.ts";

const figures = async (file: string): Promise<readonly unknown[]> => {
  const { output } = await runCommand(["simulate", "-f", file, "--consolidate", "-o", "json"]);
  const { pods, placed, pricePerHour, nodes, unplaced, consolidation } = JSON.parse(output) as SimulateReport;
  return [
    pods,
    placed,
    pricePerHour,
    nodes.map(({ type, zone }) => `${type} ${zone}`),
    unplaced.length,
    consolidation?.after,
  ];
};

const nodeClass = JSON.stringify({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    amiSelectorTerms: [{ alias: "bottlerocket@latest" }],
    role: "acme-role",
    subnetSelectorTerms: [{ id: "subnet-0acme1" }, { tags: { owner: "acme" } }],
    securityGroupSelectorTerms: [{ tags: { owner: "acme" } }],
    metadataOptions: { httpTokens: "required", httpEndpoint: "enabled" },
    kubelet: { maxPods: 20, systemReserved: { memory: "500Mi" } },
  },
});

const secretive = documents(
  nodeClass,
  poolOf("acme-pool", ["m5.large", "m5.xlarge"]),
  machine("acme-node", "acme-pool", "m5.large", { "acme.example/owner": "acme-ops" }),
  boundPod("acme-db", "acme-node", "300m"),
  deployment(
    "acme-web",
    7,
    { cpu: "900m" },
    {
      nodeSelector: { "kubernetes.io/arch": "amd64" },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "DoNotSchedule",
          labelSelector: { matchLabels: { app: "acme-web" } },
        },
      ],
      containers: [
        {
          name: "acme-app",
          image: "registry.acme.example/app:1",
          env: [{ name: "ACME_TOKEN", value: "acme-secret" }],
          resources: { requests: { cpu: "900m" } },
        },
      ],
    },
  ),
);

describe("karpenter snapshot", () => {
  it("is a List that simulate answers equally for", async () => {
    const file = fileWith(secretive);
    const { output, exitCode } = await runCommand(["snapshot", "-f", file]);
    expect([exitCode, output.startsWith('{"schema":"snapshot/1","apiVersion":"v1","kind":"List"')]).toEqual([0, true]);
    expect(await figures(fileWith(output, "snapshot.json"))).toEqual(await figures(file));
  });

  it("keeps no name, label value, annotation, image or variable with --anonymise, and equal figures", async () => {
    const file = fileWith(secretive);
    const { output } = await runCommand(["snapshot", "-f", file, "--anonymise"]);
    expect(output.toLowerCase().match(/acme[^"]*/g)).toEqual(null);
    const hidden = fileWith(output, "snapshot.json");
    expect((await runCommand(["simulate", "-f", hidden])).errors).toBe("");
    expect(await figures(hidden)).toEqual(await figures(file));
  });

  it.each(["samples/application.yaml", "samples/v1alpha5"])("gives equal figures for %s", async (sample) => {
    const { output } = await runCommand(["snapshot", "-f", sample, "-f", "samples/pools.yaml", "--anonymise"]);
    const [given, hidden] = await Promise.all([
      runCommand(["simulate", "-f", sample, "-f", "samples/pools.yaml", "-o", "json"]),
      runCommand(["simulate", "-f", fileWith(output, "snapshot.json"), "-o", "json"]),
    ]);
    const priceOf = (text: string): number => (JSON.parse(text) as SimulateReport).pricePerHour;
    expect(priceOf(hidden.output)).toBe(priceOf(given.output));
  });
});
