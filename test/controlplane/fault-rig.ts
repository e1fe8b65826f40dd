/**
 * What faults are played on: a real control plane, machines that hold one pod each, and a controller behind a proxy that goes on
 * all the time. Its clock can be set, and the disk of its decision log is full throughout.
 */
import { expect } from "vitest";
import { nodeType } from "../../src/api/index.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";
import type { Binaries } from "./build.ts";
import { untilNothingIsLeft } from "./cluster-waits.ts";
import { createSmallMachines, scaleWeb, untilOnePodEach } from "./small-machines.ts";
import { createSurroundings, type Surroundings } from "./surroundings.ts";
import { openRealCluster, type OperatorStart, type StartedOperator, type TestCluster } from "./test-cluster.ts";

/** For what hangs; a busy machine takes several times as long as a quiet one. */
export const patienceSeconds = 240;

export interface FaultRig {
  readonly cluster: TestCluster;
  readonly proxy: ApiProxy;
  /** Of the controller, with a wall clock that can be set; the monotonic one cannot. */
  readonly around: Surroundings;
  readonly clock: { offsetMilliseconds: number };
  operator: StartedOperator;
  /** Starts the controller anew, behind the proxy. */
  readonly startOperator: () => Promise<StartedOperator>;
  readonly scale: (pods: number) => Promise<unknown>;
  /** Waits until that many pods run, each on a machine of its own, and claims, nodes and machines stand for each other. */
  readonly settled: (pods: number) => Promise<void>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  stop(): Promise<void>;
}

/** With so many pods that run. */
export async function openFaultRig(binaries: Binaries, pods: number): Promise<FaultRig> {
  const cluster = await openRealCluster(binaries);
  try {
    const rig = await start(cluster);
    await rig.scale(pods);
    await rig.settled(pods);
    return rig;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function start(cluster: TestCluster): Promise<FaultRig> {
  const proxy = await startApiProxy(cluster.controlPlane?.kubeconfig ?? "");
  const clock = { offsetMilliseconds: 0 };
  const around = jumpingSurroundings(clock);
  await createSmallMachines(cluster);
  const options = { disableLeaderElection: true, decisionLogPath: "/dev/full" };
  const how: OperatorStart = { kubeconfig: proxy.kubeconfig, around, options };
  return {
    cluster,
    proxy,
    around,
    clock,
    operator: await cluster.startOperator(how),
    startOperator: () => cluster.startOperator(how),
    scale: (pods) => scaleWeb(cluster, pods),
    settled: (pods) => untilOnePodEach(cluster, pods, patienceSeconds),
    sleep: (milliseconds) => cluster.around.clock.sleep(milliseconds),
    stop: async () => {
      await cluster.stop();
      await proxy.close();
    },
  };
}

function jumpingSurroundings(clock: FaultRig["clock"]): Surroundings {
  const around = createSurroundings();
  const base = around.clock;
  return {
    ...around,
    clock: { ...base, now: () => (base.now() + clock.offsetMilliseconds) as ReturnType<typeof base.now> },
  };
}

/** What the controller believes, beside what there is. */
export async function expectPictureOfTheCluster({ cluster, operator }: FaultRig): Promise<void> {
  await cluster.until(patienceSeconds, async () => {
    const { nodes } = operator.snapshot();
    const believed = nodes.map(({ node }) => node?.metadata.name ?? "none").toSorted();
    const there = (await cluster.list(nodeType)).map(({ metadata }) => metadata.name ?? "").toSorted();
    return believed.join() === there.join()
      ? undefined
      : `believes in [${believed.join()}], there are [${there.join()}]`;
  });
}

/** The disk of the decision log was full all the time, which costs lines and nothing else. */
export async function expectLostLinesTold({ around }: FaultRig): Promise<void> {
  expect(await around.metrics.value("karpenter_decision_log_lost_lines_total")).toBeGreaterThan(10);
  const complaints = around.log.lines.filter(({ message }) =>
    message.startsWith("could not write to the decision log"),
  );
  expect(complaints.length).toBeGreaterThan(0);
  expect(complaints.length).toBeLessThan(20);
}

/** Whatever happened before: everything goes, and nothing is left. */
export async function expectNothingLeft({ cluster, scale }: FaultRig): Promise<void> {
  await scale(0);
  await untilNothingIsLeft(cluster, patienceSeconds);
}
