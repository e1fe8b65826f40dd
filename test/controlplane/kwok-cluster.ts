/** A real control plane with kubelets for nodes without machines, and controllers as processes of their own, each behind a proxy. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Lease, leaseType, nodeClaimType, nodeType, type Pod, podType } from "../../src/api/index.ts";
import { clientFromKubeconfig, isKubeFault, type KubeClient } from "../../src/kube/index.ts";
import { isFakeNode, noMachines, startStandIns } from "../../src/local/index.ts";
import { createLifecycle, type Lifecycle } from "../../src/platform/index.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";
import { type Program, startProgram } from "./bench/programs.ts";
import type { Binaries } from "./build.ts";
import { isRunning } from "./cluster-waits.ts";
import { type ControlPlane, freePorts, startControlPlane } from "./control-plane.ts";
import { createSurroundings, type Surroundings } from "./surroundings.ts";

const reports = fileURLToPath(new URL("../../reports/", import.meta.url));
export const leaseName = { namespace: "kube-system", name: "karpenter-leader-election" };
const pollMilliseconds = 50;

/** One replica of the controller. */
export interface Replica {
  readonly program: Program;
  readonly proxy: ApiProxy;
  readonly probes: string;
  readonly metrics: string;
  /** What its log holds so far is in this file. */
  readonly log: string;
}

export interface KwokCluster {
  readonly controlPlane: ControlPlane;
  readonly kube: KubeClient;
  readonly around: Surroundings;
  readonly lifecycle: Lifecycle;
  /** Starts `karpenter controller --cloud kwok`; returns at once. */
  startReplica(name: string, ...flags: readonly string[]): Promise<Replica>;
  lease(): Promise<Lease | undefined>;
  /** Resolves with what `ask` gives once it is not undefined; rejects after the seconds, with what was waited for. */
  until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T>;
  stop(): Promise<void>;
}

export async function openKwokCluster(binaries: Binaries): Promise<KwokCluster> {
  const around = createSurroundings();
  const lifecycle = createLifecycle({ ...around, stopTimeoutMilliseconds: 120_000 });
  await mkdir(reports, { recursive: true });
  const controlPlane = await startControlPlane({ binaries });
  lifecycle.onStop("control plane", () => controlPlane.stop());
  const { client } = await clientFromKubeconfig(
    { path: controlPlane.kubeconfig },
    { ...around, qps: 500, burst: 1_000 },
  );
  lifecycle.onStop("client", () => client.close());
  lifecycle.start("kubelets", async (signal) => {
    const kubelets = { machines: noMachines, adopts: isFakeNode, timings: { start: 0, leaseRenewal: 15_000 } };
    await startStandIns({ ...around, kube: client, parts: ["kubelets"], kubelets }, signal).done;
  });
  const cluster: KwokCluster = {
    controlPlane,
    kube: client,
    around,
    lifecycle,
    startReplica: (name, ...flags) => startReplica({ name, flags, lifecycle, controlPlane }),
    lease: () => read(() => client.get(leaseType, leaseName)),
    until: async (what, seconds, ask) => {
      const deadline = around.clock.monotonic() + seconds * 1_000;
      for (;;) {
        const found = await ask();
        if (found !== undefined) return found;
        if (around.clock.monotonic() > deadline) throw new Error(`${what} did not come true within ${seconds} s`);
        await around.clock.sleep(pollMilliseconds);
      }
    },
    stop: () => lifecycle.stop("the test is over"),
  };
  return cluster;
}

async function read<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return undefined;
    throw error;
  }
}

async function startReplica(start: {
  readonly name: string;
  readonly flags: readonly string[];
  readonly lifecycle: Lifecycle;
  readonly controlPlane: ControlPlane;
}): Promise<Replica> {
  const { name, flags, lifecycle, controlPlane } = start;
  const proxy = await startApiProxy(controlPlane.kubeconfig);
  lifecycle.onStop(`proxy of ${name}`, () => proxy.close());
  const path = join(reports, `${name}.kubeconfig`);
  await writeFile(path, proxy.kubeconfig);
  const [metrics = 0, probes = 0] = await freePorts(2);
  const log = join(reports, `${name}.log`);
  await writeFile(log, "");
  const program = startProgram(lifecycle, {
    args: [
      "controller",
      "--kubeconfig",
      path,
      "--cloud",
      "kwok",
      "--metrics-port",
      String(metrics),
      "--health-probe-port",
      String(probes),
      "--leader-election-namespace",
      leaseName.namespace,
      ...flags,
    ],
    log,
  });
  controlPlane.hold(program);
  return { program, proxy, log, probes: `http://127.0.0.1:${probes}`, metrics: `http://127.0.0.1:${metrics}` };
}

/** Status and text of an answer; status 0 while nothing listens. */
export async function answerOf(url: string): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const answer = await fetch(url);
    return { status: answer.status, body: await answer.text() };
  } catch {
    return { status: 0, body: "" };
  }
}

/** What does not fit together: pods that do not run, claims and nodes that do not stand for each other. */
export async function faultsOf(kube: KubeClient, wanted: { readonly app: string; readonly pods: number }) {
  const labelSelector = `app=${wanted.app}`;
  const { items: pods } = await kube.list<Pod>(podType, { namespace: "default", labelSelector });
  const { items: claims } = await kube.list(nodeClaimType);
  const { items: nodes } = await kube.list(nodeType);
  const ofClaims = claims.map(({ status }) => status?.nodeName ?? "none").toSorted();
  const ofNodes = nodes.map(({ metadata }) => metadata.name ?? "").toSorted();
  const running = pods.filter(isRunning).length;
  return [
    ...(running === wanted.pods && pods.length === wanted.pods
      ? []
      : [`${running} of ${pods.length} pods run, ${wanted.pods} are wanted`]),
    ...(ofClaims.join() === ofNodes.join()
      ? []
      : [`claims of [${ofClaims.join(" ")}] but nodes [${ofNodes.join(" ")}]`]),
  ];
}
