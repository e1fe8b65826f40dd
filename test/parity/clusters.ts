/** The two servers that answer the list: the embedded one, and a real control plane with our kubelets beside it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customResourceDefinitions, customResourceDefinitionType, nodeType } from "../../src/api/index.ts";
import { clientFromKubeconfig, KubeFault, type KubeClient } from "../../src/kube/index.ts";
import { createApiServer, startStandIns, type StandInPart } from "../../src/local/index.ts";
import {
  createMetricsRegistry,
  createRecordingLogger,
  createSystemClock,
  createSystemIds,
  createSystemRandom,
} from "../../src/platform/index.ts";
import { prepareBinaries } from "../controlplane/build.ts";
import { startControlPlane } from "../controlplane/control-plane.ts";
import { createMachines, nodeNames } from "./machines.ts";

/** A server that kubectl can be pointed at. */
export interface ParityCluster {
  /** Holds `config`, the kubeconfig. */
  readonly folder: string;
  close(): Promise<void>;
}

const clock = createSystemClock();

/** Kubelets quick enough for a suite. */
const timings = { register: 50, ready: 50, start: 100, initContainer: 50, stop: 100, jobRun: 500 };

async function begin(
  kube: KubeClient,
  options: { readonly kubeconfig: string; readonly parts?: readonly StandInPart[] },
): Promise<ParityCluster> {
  const stop = new AbortController();
  for (const definition of customResourceDefinitions) await createOnce(kube, definition);
  const standIns = startStandIns(
    {
      kube,
      clock,
      random: createSystemRandom(),
      ids: createSystemIds(),
      log: createRecordingLogger(),
      metrics: createMetricsRegistry(),
      ...(options.parts === undefined ? {} : { parts: options.parts }),
      kubelets: { machines: createMachines(clock.now()), timings },
    },
    stop.signal,
  );
  await standIns.started;
  await allReady(kube);
  const folder = mkdtempSync(join(tmpdir(), "parity-"));
  writeFileSync(join(folder, "config"), options.kubeconfig, { mode: 0o600 });
  return {
    folder,
    close: async () => {
      stop.abort(new Error("the list is done"));
      await standIns.done;
      rmSync(folder, { recursive: true });
    },
  };
}

async function createOnce(kube: KubeClient, definition: (typeof customResourceDefinitions)[number]): Promise<void> {
  try {
    await kube.create(customResourceDefinitionType, definition);
  } catch (error) {
    if (!(error instanceof KubeFault) || error.reason !== "AlreadyExists") throw error;
  }
}

async function allReady(kube: KubeClient): Promise<void> {
  const deadline = clock.monotonic() + 240_000;
  for (;;) {
    const { items } = await kube.list(nodeType);
    const ready = items.filter(
      (node) =>
        nodeNames.includes(node.metadata.name ?? "") &&
        node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true &&
        node.spec?.taints?.some(({ key }) => key === "node.kubernetes.io/not-ready") !== true,
    );
    if (ready.length === nodeNames.length) return;
    if (clock.monotonic() > deadline) throw new Error(`only ${ready.length} of ${nodeNames.length} nodes became ready`);
    await clock.sleep(50);
  }
}

export async function startEmbedded(): Promise<ParityCluster> {
  const server = createApiServer({ clock, ids: createSystemIds(), random: createSystemRandom() });
  const opened = await server.listen();
  if (!opened.ok) throw new Error(opened.failure.message);
  const cluster = await begin(server.client(), { kubeconfig: opened.value.kubeconfig() });
  return {
    folder: cluster.folder,
    close: async () => {
      await cluster.close();
      await server.close();
    },
  };
}

/** Starts a control plane of its own (test/controlplane), and ends it at last. */
export async function startReal(): Promise<ParityCluster> {
  const controlPlane = await startControlPlane({ binaries: await prepareBinaries({ report: console.error }) });
  const cluster = await joinReal(controlPlane.kubeconfig);
  return {
    folder: cluster.folder,
    close: async () => {
      await cluster.close();
      await controlPlane.stop();
    },
  };
}

/** Joins a running control plane (scheduler and controllers are its own) through the kubeconfig of an administrator. */
export async function joinReal(kubeconfig: string): Promise<ParityCluster> {
  const text = readFileSync(kubeconfig, "utf8");
  const { client } = await clientFromKubeconfig(
    { text },
    { clock, random: createSystemRandom(), log: createRecordingLogger(), metrics: createMetricsRegistry() },
  );
  const cluster = await begin(client, { kubeconfig: text, parts: ["kubelets"] });
  return {
    folder: cluster.folder,
    close: async () => {
      await cluster.close();
      await client.close();
    },
  };
}
