/** What findings cost or risk, told by the engine with the shipped prices. */
import { describe, expect, test } from "vitest";
import { fileWith, runCommand } from "../../../test/builders/cli.ts";

const pool = (requirements: string) => `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: a}
spec:
  limits: {cpu: 999, memory: 999Gi}
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}
      requirements: ${requirements}
---
`;
const onDemand = "{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}";
const types = (...names: readonly string[]) =>
  `{key: node.kubernetes.io/instance-type, operator: In, values: [${names.join(", ")}]}`;
const web = (replicas: number, more = "") => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}}]
${more}
`;

interface Line {
  readonly rule: string;
  readonly costPerMonth?: number;
  readonly consequence?: string;
}

async function findings(text: string): Promise<(rule: string) => Line | undefined> {
  const { output } = await runCommand(["lint", "-f", fileWith(text, "a.yaml"), "--cost", "--output", "json"]);
  const lines = (JSON.parse(output) as { readonly findings: readonly Line[] }).findings;
  return (rule) => lines.find((line) => line.rule === rule);
}

describe("--cost", () => {
  const apart = `      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}`;

  test("[R60] a preferred anti-affinity keeps nodes: how many, and for how much", async () => {
    const finding = (await findings(pool(`[${types("c5.large")}, ${onDemand}]`) + web(6, apart)))("KBP508");
    // Five machines less, c5.large at 0.085 $ an hour for 730 hours.
    expect(finding).toMatchObject({
      costPerMonth: Number((5 * 0.085 * 730).toFixed(2)),
      consequence: "this anti-affinity keeps 5 nodes, 310.25 $ a month",
    });
  });

  test("[R60] one that keeps nothing costs nothing, and says so", async () => {
    const finding = (await findings(pool(`[${types("c5.large")}, ${onDemand}]`) + web(1, apart)))("KBP508");
    expect(finding).toMatchObject({
      costPerMonth: 0,
      consequence: "this anti-affinity costs nothing as the input stands",
    });
  });

  test("[R57] spot of one type: when it runs out its pods stay pending", async () => {
    const spot = "{key: karpenter.sh/capacity-type, operator: In, values: [spot]}";
    const finding = (await findings(pool(`[${types("c5.large")}, ${spot}]`) + web(40)))("KBP401");
    expect(finding?.consequence).toBe("when spot of c5.large runs out, 40 pods stay pending");
  });

  test("[R57] with on-demand beside it they only cost more", async () => {
    const both = "{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}";
    const finding = (await findings(pool(`[${types("c5.large", "m5.large")}, ${both}]`) + web(40)))("KBP401");
    expect(finding?.consequence).toMatch(
      /^when all spot of NodePool a runs out, the same pods cost \d+\.\d\d \$ a month more$/,
    );
  });

  test("[R8] pods that nobody can serve are counted", async () => {
    const finding = (await findings(pool(`[${onDemand}]`) + web(3, "      nodeSelector: {team: red}")))("KBP306");
    expect(finding?.consequence).toBe("3 pods of Deployment web stay pending");
  });

  test("without a pool nothing is priced, and that is told", async () => {
    const { errors } = await runCommand(["lint", "-f", fileWith(web(2), "a.yaml"), "--cost"]);
    expect(errors).toContain("--cost: the input has no pool");
  });
});
