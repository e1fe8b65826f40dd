import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deploymentType, nodeClaimType, podType } from "../../src/api/index.ts";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../controllers/embedded-cluster.ts";

const pods = 1_000;
const callsPerSecond = 5;

/** Up to eight vCPUs, so that it takes many claims. */
const pool = {
  template: {
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      requirements: [
        { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
        { key: "karpenter.k8s.aws/instance-cpu", operator: "Lt", values: ["9"] },
      ],
    },
  },
} as const;

async function runningPods(cluster: EmbeddedCluster): Promise<number> {
  return (await cluster.list(podType)).filter(({ status }) => status?.phase === "Running").length;
}

interface Outcome {
  readonly seconds: number;
  readonly claims: number;
  /** Calls of EC2 and its neighbours that this took, by name; those refused included. */
  readonly calls: ReadonlyMap<string, number>;
}

/** Brings the pods up on an account that is throttled or not. */
async function bringUp(throttled: boolean): Promise<Outcome> {
  const cluster = await embeddedCluster({ families: ["m5", "m6a", "m6i"], pool });
  await cluster.clock.advance(30_000);
  const before = new Map(cluster.account.calls);
  if (throttled) cluster.account.faults.throttle(callsPerSecond);
  await cluster.kube.create(deploymentType, deployment("web", pods, { cpu: "500m", memory: "1Gi" }));
  const began = cluster.clock.now();
  expect(await cluster.until(async () => (await runningPods(cluster)) === pods, 600)).toBe(true);
  const seconds = (cluster.clock.now() - began) / 1000;
  const claims = (await cluster.list(nodeClaimType)).length;
  const calls = new Map(
    [...cluster.account.calls].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const),
  );
  await cluster.stop();
  return { seconds, claims, calls: new Map([...calls].filter(([, count]) => count > 0)) };
}

const shown = ["CreateFleet", "CreateLaunchTemplate", "DescribeLaunchTemplates", "DescribeInstances"] as const;
const docs = join(import.meta.dirname, "../../docs/aws.md");
const table = /(?<=<!-- calls for 1,000 pods: made by call-budget\.test\.ts -->\n)[\s\S]*?(?=\n\n)/;

const rowsOf = (free: Outcome, throttled: Outcome): readonly (readonly [string, number, number])[] => [
  ...shown.map((name) => {
    const of = ({ calls }: Outcome): number => calls.get(`EC2 ${name}`) ?? 0;
    return [name, of(free), of(throttled)] as const;
  }),
  ["claims", free.claims, throttled.claims],
  ["seconds", free.seconds, throttled.seconds],
];

const tableOf = (free: Outcome, throttled: Outcome): string =>
  [
    "| Call | Free account | 5 calls a second |",
    "|---|---|---|",
    ...rowsOf(free, throttled).map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");

/** How far the table may be behind: how plans are cut changes a call now and then. */
const slack = 3;

describe("a thousand pods", () => {
  test("come up with the calls that coalescing allows, on an account of five calls a second too", async () => {
    const free = await bringUp(false);
    const throttled = await bringUp(true);
    const row = ({ seconds, claims, calls }: Outcome): string =>
      `${seconds} s, ${claims} claims; ${[...calls].map(([name, count]) => `${name} ${count}`).join(", ")}`;
    console.log(`calls for ${pods} pods: ${row(free)}\n  at ${callsPerSecond} calls/s: ${row(throttled)}`);
    const of = ({ calls }: Outcome, name: string): number => calls.get(name) ?? 0;
    // One call for each kind of request in a window, however many claims there are.
    expect(of(free, "EC2 CreateFleet")).toBeLessThanOrEqual(4);
    expect(of(free, "EC2 CreateLaunchTemplate")).toBeLessThanOrEqual(4);
    expect(of(free, "EC2 DescribeInstances")).toBeLessThanOrEqual(Math.ceil(free.seconds / 10) + 2);
    expect(of(throttled, "EC2 CreateFleet")).toBeLessThanOrEqual(12);
    expect(throttled.seconds).toBeLessThan(120);
    const text = readFileSync(docs, "utf8");
    if (process.env["UPDATE_DOCS"] === "1")
      writeFileSync(
        docs,
        text.replace(table, () => tableOf(free, throttled)),
      );
    const stated = table.exec(text)?.[0] ?? "";
    for (const [name, ...measured] of rowsOf(free, throttled)) {
      const cells = stated
        .split("\n")
        .find((line) => line.startsWith(`| ${name} |`))
        ?.split("|")
        .slice(2, 4)
        .map(Number);
      if (name.startsWith("Describe") || name.startsWith("Create"))
        for (const [at, count] of measured.entries())
          expect(Math.abs((cells?.[at] ?? Number.NaN) - count), `docs/aws.md, ${name}`).toBeLessThanOrEqual(slack);
    }
  }, 60_000);
});
