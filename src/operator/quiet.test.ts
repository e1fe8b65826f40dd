/** What a controller does not say: metrics and events of single objects where they are turned off, and lines when nothing happens. */
import { expect, test } from "vitest";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../../test/controllers/embedded-cluster.ts";
import { deploymentType, eventType, podType } from "../api/index.ts";

const families = ["c6a"];
const isRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> =>
  (await cluster.list(podType)).filter(({ status }) => status?.phase === "Running").length === count;

async function withMachine(options: Parameters<typeof embeddedCluster>[0]): Promise<EmbeddedCluster> {
  const cluster = await embeddedCluster({ families, ...options });
  await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
  expect(await cluster.until(isRunning(cluster, 1), 120)).toBe(true);
  await cluster.clock.advance(60_000);
  return cluster;
}

/** Families of the three controllers of metrics and of the reporters of conditions (operations 1.1). */
const ofObjects =
  /^(karpenter_pods_(state|unstarted|unbound|startup_duration)|karpenter_nodes_(allocatable|total_|system_|current_)|karpenter_nodepools_(limit|usage)|operator_)/;

test.each([
  [false, true],
  [true, false],
])(
  "[ops 9.2.4] with observability off (%s) families and events of single objects are there: %s",
  async (off, there) => {
    const cluster = await withMachine({ options: { disableClusterStateObservability: off } });
    const series = (await cluster.metrics.expose()).split("\n").filter((line) => !line.startsWith("#"));
    const told = (await cluster.list(eventType)).filter(({ reason }) =>
      ["Initialized", "Registered"].includes(reason ?? ""),
    );
    const mirrored = series.filter((line) => ofObjects.test(line));
    if (!there) expect([mirrored, told]).toEqual([[], []]);
    expect([mirrored.length > 0, told.length > 0]).toEqual([there, there]);
    await cluster.stop();
  },
);

test("[ops 9.2.10] a cluster in which nothing happens adds no line at info for an hour", async () => {
  const cluster = await withMachine({});
  // What the start found out is told by then.
  await cluster.clock.advance(15 * 60_000);
  const before = cluster.log.lines.length;
  await cluster.clock.advance(60 * 60_000);
  const said = cluster.log.lines.slice(before).filter(({ level }) => level !== "debug");
  expect(said.map(({ level, message, fields }) => [level, message, fields["controller"]])).toEqual([]);
  await cluster.stop();
});
