import { describe, expect, test } from "vitest";
import { deploymentType, type Pod, podType } from "../../src/api/index.ts";
import { loadCatalogue } from "../../src/provider-aws/catalogue/index.ts";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../controllers/embedded-cluster.ts";

const families = ["c5", "c6a", "c6i", "c7i", "m5", "m6a", "m6i", "m7i", "r6a"];
const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];

interface Place {
  readonly instanceType: string;
  readonly zone: string;
}

function hashOf({ instanceType, zone }: Place): number {
  let hash = 7;
  for (const letter of `${instanceType}/${zone}`) hash = (hash * 31 + letter.charCodeAt(0)) % 10_007;
  return hash;
}

/** One of ten, the same each time; none of r6a, so that pods that insist on it cannot run at all. */
function spared(all: readonly Place[]): readonly Place[] {
  const others = all.filter(({ instanceType }) => !instanceType.startsWith("r6a."));
  return others.toSorted((x, y) => hashOf(x) - hashOf(y)).slice(0, Math.floor(all.length / 10));
}

/** Takes the capacity away; what it gives brings it back. */
function beginShortage({ account }: EmbeddedCluster): { readonly share: number; end(): void } {
  const types = loadCatalogue().machines.filter(({ name }) => families.includes(name.split(".")[0] ?? ""));
  const all = types.flatMap(({ name }) => zones.map((zone) => ({ instanceType: name, zone })));
  const left = new Set(spared(all));
  const short = all.filter((place) => !left.has(place));
  const ends = short.map((offering) => account.faults.insufficientCapacity(offering));
  return { share: short.length / all.length, end: () => ends.forEach((end) => end()) };
}

const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };

/** Up to sixteen vCPUs, so that it takes many machines. */
const poolOfSmallMachines = {
  template: {
    spec: {
      nodeClassRef,
      requirements: [
        { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
        { key: "karpenter.k8s.aws/instance-cpu", operator: "Lt", values: ["17"] },
      ],
    },
  },
} as const;

/** Longest time that an offering is left alone after a failed probe. */
const probeSeconds = 12 * 60;

const isRunning = ({ status }: Pod): boolean => status?.phase === "Running";

describe("an hour in which nine of ten offerings have no capacity", () => {
  test("runs all pods that can run, wastes few claims and calls, and recovers with the next probe", async () => {
    const cluster = await embeddedCluster({ families, pool: poolOfSmallMachines });
    const claims = (): number => cluster.log.lines.filter(({ message }) => message === "created nodeclaim").length;
    const shortage = beginShortage(cluster);
    expect(shortage.share).toBeGreaterThanOrEqual(0.9);
    for (const [name, replicas, cpu] of [
      ["web", 166, "500m"],
      ["api", 165, "1"],
      ["batch", 165, "2"],
    ] as const)
      await cluster.kube.create(deploymentType, deployment(name, replicas, { cpu, memory: "1Gi" }));
    const insisting = deployment("insisting", 4, { cpu: "1", memory: "1Gi" });
    const { template } = insisting.spec;
    const nodeSelector = { "karpenter.k8s.aws/instance-family": "r6a" };
    const spec = { ...template.spec, nodeSelector };
    await cluster.kube.create(deploymentType, {
      ...insisting,
      spec: { ...insisting.spec, template: { ...template, spec } },
    });
    const running = async (): Promise<number> => (await cluster.list(podType)).filter(isRunning).length;
    const failed = (): number => cluster.log.lines.filter(({ message }) => message.includes("failed launching")).length;

    expect(await cluster.until(async () => (await running()) === 496, 300)).toBe(true);
    const calls = (): number => cluster.account.calls.get("EC2 CreateFleet") ?? 0;
    const launchedAt = cluster.everLaunched.size;
    const callsBefore = calls();
    for (let minute = 0; minute < 55; minute += 1) await cluster.clock.advance(60_000);
    expect(await running()).toBe(496);
    const callsPerMinute = (calls() - callsBefore) / 55;
    expect(callsPerMinute).toBeLessThanOrEqual(2);
    expect(cluster.everLaunched.size).toBe(launchedAt);

    shortage.end();
    expect(await cluster.until(async () => (await running()) === 500, probeSeconds + 60)).toBe(true);
    const ratio = claims() / cluster.everLaunched.size;
    console.log(
      `shortage: ${cluster.everLaunched.size} machines, ${claims()} claims (${ratio.toFixed(2)} each), ` +
        `${callsPerMinute.toFixed(2)} fleet calls a minute in the steady state, ${failed()} refusals in the log`,
    );
    expect(ratio).toBeLessThanOrEqual(1.5);
    await cluster.stop();
  }, 60_000);
});
