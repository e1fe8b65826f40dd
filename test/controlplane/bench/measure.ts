/** One workload on a fresh control plane, measured by the meter. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type NodePool, nodePoolType } from "../../../src/api/index.ts";
import { clientFromKubeconfig, type KubeClient } from "../../../src/kube/index.ts";
import { createLifecycle, type Lifecycle } from "../../../src/platform/index.ts";
import type { Binaries } from "../build.ts";
import { type ControlPlane, freePorts, startControlPlane } from "../control-plane.ts";
import { createSurroundings, type Surroundings } from "../surroundings.ts";
import { installDefinitions } from "../test-cluster.ts";
import { startProgram } from "./programs.ts";

/** A line of the meter; more stands in it than is read here. */
export interface PhaseLine {
  readonly phase: "a" | "b";
  readonly pods: number;
  readonly podsBound?: number;
  readonly podsRunning?: number;
  readonly boundSeconds?: number;
  readonly runningSeconds?: number;
  readonly lastNodeChangeSeconds?: number;
  readonly nodes: number;
  readonly pricePerHour: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
  readonly idleRssMiB?: number;
  /** Cores that nothing of the measurement used: figures of a busy machine do not count. */
  readonly foreignCores: number;
  readonly stolenCores: number;
  readonly podsEvicted: number;
  readonly besideCpuSeconds: Readonly<Record<string, number>>;
}

export interface Measurement {
  readonly workload: string;
  readonly phases: readonly PhaseLine[];
}

export interface MeasureOptions {
  readonly workload: string;
  /** Folder of the workloads and of `pool.yaml`. */
  readonly folder: string;
  readonly binaries: Binaries;
  readonly meter: string;
  /** Types that kwok offers, as a file; the generic ones when absent. */
  readonly typesFile: string | undefined;
  /** Also scale down and consolidate. */
  readonly consolidate: boolean;
  /** Where logs, and profiles if asked for, are left. */
  readonly reports: string;
  readonly profile: boolean;
  readonly signal: AbortSignal;
}

/** What an installation with this cloud has. */
const kinds = ["NodePool", "NodeClaim", "NodeOverlay", "KWOKNodeClass"];
/** As an installed package runs: plain JavaScript. */
const built = "dist/cli/main.js";
const execute = promisify(execFile);
const idleMilliseconds = 5_000;
const patienceMilliseconds = 60_000;

export async function measure(options: MeasureOptions): Promise<Measurement> {
  const around = createSurroundings();
  const lifecycle = createLifecycle({ ...around, stopTimeoutMilliseconds: 90_000 });
  const stop = (): void => void lifecycle.stop("asked to stop");
  options.signal.addEventListener("abort", stop, { once: true });
  try {
    options.signal.throwIfAborted();
    await mkdir(options.reports, { recursive: true });
    return await measureOn(options, around, lifecycle);
  } finally {
    options.signal.removeEventListener("abort", stop);
    await lifecycle.stop("the run is over");
  }
}

async function measureOn(options: MeasureOptions, around: Surroundings, lifecycle: Lifecycle): Promise<Measurement> {
  const { workload, binaries, folder } = options;
  const controlPlane = await startControlPlane({ binaries, durable: true, signal: lifecycle.signal });
  lifecycle.onStop("control plane", () => controlPlane.stop());
  const { kubeconfig } = controlPlane;
  const { client } = await clientFromKubeconfig({ path: kubeconfig }, around);
  lifecycle.onStop("client", () => client.close());
  await installDefinitions(client, around, kinds);
  const log = (name: string): string => join(options.reports, `${workload}-${name}.log`);
  const kubelets = startProgram(lifecycle, {
    args: ["up", "--kubeconfig", kubeconfig, "--only", "kubelets"],
    entry: built,
    log: log("kubelets"),
  });
  const controller = await startController(options, { kubeconfig, log: log("controller"), around, lifecycle });
  await execute(binaries.kubectl, ["--kubeconfig", kubeconfig, "apply", "-f", join(folder, "pool.yaml")]);
  await untilReady(client, around, lifecycle.signal);
  // What the start left behind is not the workload's.
  await around.clock.sleep(idleMilliseconds, { signal: lifecycle.signal });
  const beside = [...controlPlane.pids, ["kubelets", kubelets.pid] as const];
  const args = meterArguments(options, { controlPlane, pid: controller.pid, beside });
  const metered = execute(options.meter, args, { maxBuffer: 1 << 24, signal: lifecycle.signal });
  const { stdout } = await Promise.race([metered, kubelets.broken, controller.broken, controlPlane.broken]);
  const lines = stdout.trim().split("\n");
  return { workload, phases: lines.map((line) => JSON.parse(line) as PhaseLine) };
}

interface ControllerStart {
  readonly kubeconfig: string;
  readonly log: string;
  readonly around: Surroundings;
  readonly lifecycle: Lifecycle;
}

/** Starts the controller alone in its process and waits until it says that it is ready. */
async function startController(
  { typesFile, profile, reports, workload }: MeasureOptions,
  { kubeconfig, log, around, lifecycle }: ControllerStart,
): Promise<ReturnType<typeof startProgram>> {
  const [metrics = 0, probes = 0] = await freePorts(2);
  const ports = ["--metrics-port", String(metrics), "--health-probe-port", String(probes)];
  const types = typesFile === undefined ? [] : ["--instance-types-file-path", typesFile];
  const controller = startProgram(lifecycle, {
    args: ["controller", "--kubeconfig", kubeconfig, "--cloud", "kwok", ...ports, ...types],
    entry: built,
    nodeArgs: profile ? ["--cpu-prof", `--cpu-prof-dir=${reports}`, `--cpu-prof-name=${workload}.cpuprofile`] : [],
    log,
  });
  const deadline = around.clock.monotonic() + patienceMilliseconds;
  while (!(await Promise.race([isReady(probes), controller.broken]))) {
    if (around.clock.monotonic() > deadline) throw new Error(`the controller was not ready in time; see ${log}`);
    await around.clock.sleep(100, { signal: lifecycle.signal });
  }
  return controller;
}

/** A refused connection means that it is not up yet. */
const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** A pool that is not ready launches nothing. */
async function untilReady(client: KubeClient, { clock }: Surroundings, signal: AbortSignal): Promise<void> {
  const isTrue = ({ status }: NodePool): boolean =>
    status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  const deadline = clock.monotonic() + patienceMilliseconds;
  for (;;) {
    const { items } = await client.list(nodePoolType, { signal });
    if (items.length > 0 && items.every(isTrue)) return;
    if (clock.monotonic() > deadline) throw new Error("the pools were not ready in time");
    await clock.sleep(100, { signal });
  }
}

function meterArguments(
  { workload, folder, binaries, consolidate }: MeasureOptions,
  run: {
    readonly controlPlane: ControlPlane;
    readonly pid: number;
    readonly beside: readonly (readonly [string, number])[];
  },
): readonly string[] {
  const { kubeconfig } = run.controlPlane;
  const patch = `'{"spec":{"disruption":{"consolidateAfter":"0s"}}}'`;
  const hook = `${binaries.kubectl} --kubeconfig ${kubeconfig} patch nodepool default --type merge -p ${patch}`;
  return [
    "-kubeconfig",
    kubeconfig,
    "-kubectl",
    binaries.kubectl,
    "-pid",
    String(run.pid),
    "-manifest",
    join(folder, `${workload}.yaml`),
    ...run.beside.flatMap(([name, pid]) => ["-beside", `${name}=${pid}`]),
    ...(consolidate ? ["-fraction", "0.3", "-consolidate", hook] : []),
  ];
}
