/** One cluster to run the product on: the real control plane, or the embedded one beside it for comparison. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  type KubeObject,
  type ResourceType,
  resourceType,
} from "../../src/api/index.ts";
import { clientFromKubeconfig, type KubeClient } from "../../src/kube/index.ts";
import {
  createSimulatedAccount,
  type SimulatedAccount,
  startEmbeddedCluster,
  startStandIns,
} from "../../src/local/index.ts";
import {
  awsProvider,
  awsProviderOptions,
  createOperator,
  defaultOptions,
  type Operator,
} from "../../src/operator/index.ts";
import { createLifecycle, createSeededRandom, type Lifecycle } from "../../src/platform/index.ts";
import type { Binaries } from "./build.ts";
import { startControlPlane } from "./control-plane.ts";
import { createSurroundings, lastComplaints, type Surroundings } from "./surroundings.ts";

export interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestCluster {
  readonly kube: KubeClient;
  readonly account: SimulatedAccount;
  readonly around: Surroundings;
  /** Starts the controller; resolves once it leads. */
  startOperator(): Promise<Operator>;
  kubectl(...args: readonly string[]): Promise<KubectlAnswer>;
  list<T extends KubeObject>(type: ResourceType<T>): Promise<readonly T[]>;
  /** Polls until `holds` gives undefined; rejects with what it still waited for when it does not in time. */
  until(seconds: number, holds: () => Promise<string | undefined>): Promise<void>;
  /** Ends everything that was started for this cluster. */
  stop(): Promise<void>;
}

const region = "us-east-1";
const clusterName = "karpenter-ts";
const pollMilliseconds = 200;

interface Opened {
  readonly around: Surroundings;
  readonly lifecycle: Lifecycle;
  readonly account: SimulatedAccount;
  /** The product's client: over HTTPS. */
  readonly kube: KubeClient;
  readonly electionKube: KubeClient;
  readonly server: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
}

/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler; kubelets, the volume driver and the account are stand-ins. */
export async function openRealCluster(binaries: Binaries): Promise<TestCluster> {
  const around = createSurroundings();
  const lifecycle = createLifecycle(around);
  return opening(lifecycle, async () => {
    const controlPlane = await startControlPlane({ binaries });
    lifecycle.onStop("control plane", () => controlPlane.stop());
    lifecycle.start("control plane", (signal) => Promise.race([controlPlane.broken, aborted(signal)]));
    const { kubeconfig, server } = controlPlane;
    const clients = await connect(kubeconfig, around, lifecycle);
    await installDefinitions(clients.kube, around);
    const account = createAccount(around);
    lifecycle.start("stand-ins", async (signal) => {
      const standIns = {
        ...around,
        // A client of their own: kubelets of a real cluster do not share the controller's limits.
        kube: clients.standInKube,
        parts: ["kubelets", "volumes"] as const,
        volumes: { makesDefaultClass: false },
        kubelets: { machines: account.machines },
      };
      await startStandIns(standIns, signal).done;
    });
    return testCluster({ around, lifecycle, account, ...clients, server, kubeconfig, kubectl: binaries.kubectl });
  });
}

/** The embedded cluster as `karpenter up` boots it, over HTTPS. */
export async function openEmbeddedCluster(binaries: Binaries): Promise<TestCluster> {
  const around = createSurroundings();
  const lifecycle = createLifecycle(around);
  return opening(lifecycle, async () => {
    const end = new AbortController();
    const cluster = await startEmbeddedCluster(
      { ...around, random: createSeededRandom(1), region, clusterName },
      end.signal,
    );
    lifecycle.onStop("embedded cluster", async () => {
      end.abort(new Error("the test is over"));
      await cluster.done;
    });
    const opened = await cluster.api.listen();
    if (!opened.ok) throw new Error(opened.failure.message);
    const folder = await mkdtemp(join(tmpdir(), "embedded-"));
    lifecycle.onStop("kubeconfig", () => rm(folder, { recursive: true }));
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, opened.value.kubeconfig(), { mode: 0o600 });
    lifecycle.onStop("listener", () => opened.value.close());
    const clients = await connect(kubeconfig, around, lifecycle);
    await cluster.started;
    return testCluster({
      around,
      lifecycle,
      account: cluster.account,
      ...clients,
      server: opened.value.url,
      kubeconfig,
      kubectl: binaries.kubectl,
    });
  });
}

/** Kinds are served a moment after their definition is accepted: kubectl would not know them before. All kinds unless named. */
export async function installDefinitions(
  kube: KubeClient,
  { clock }: Surroundings,
  kinds?: readonly string[],
): Promise<void> {
  const wanted = customResourceDefinitions.filter(({ spec }) => kinds?.includes(spec.names.kind) ?? true);
  for (const definition of wanted) await kube.create<KubeObject>(customResourceDefinitionType, definition);
  for (const { spec } of wanted) {
    const { names, group, scope, versions } = spec;
    const type = resourceType(`${group}/${versions[0]!.name}`, names.kind, names.plural, scope);
    while (!(await kube.isServed(type))) await clock.sleep(pollMilliseconds);
  }
}

/** What a failed opening started is stopped again. */
async function opening<T>(lifecycle: Lifecycle, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await lifecycle.stop("the start failed");
    throw error;
  }
}

/** Equal chance in every cluster: launches differ only where the clusters do. */
const createAccount = (around: Surroundings): SimulatedAccount =>
  createSimulatedAccount({ ...around, random: createSeededRandom(1), region, clusterName });

async function connect(kubeconfig: string, around: Surroundings, lifecycle: Lifecycle) {
  const open = async (): Promise<KubeClient> => {
    const { client } = await clientFromKubeconfig({ path: kubeconfig }, around);
    lifecycle.onStop("client", () => client.close());
    return client;
  };
  return { kube: await open(), electionKube: await open(), standInKube: await open() };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

function testCluster(opened: Opened): TestCluster {
  const { around, lifecycle, account, kube, kubeconfig, kubectl } = opened;
  const failed = lifecycle.done.then(() => Promise.reject(new Error("the cluster was stopped")));
  failed.catch(() => undefined);
  return {
    kube,
    account,
    around,
    startOperator: async () => {
      const operator = composeOperator(opened);
      lifecycle.start("controller", (signal) => operator.run(signal));
      await Promise.race([operator.running, failed]);
      return operator;
    },
    kubectl: (...args) => runKubectl(kubectl, ["--kubeconfig", kubeconfig, ...args]),
    list: async (type) => (await kube.list(type)).items,
    until: async (seconds, holds) => {
      const deadline = around.clock.monotonic() + seconds * 1000;
      for (;;) {
        const waiting = await Promise.race([holds(), failed]);
        if (waiting === undefined) return;
        if (around.clock.monotonic() > deadline) {
          throw new Error(`after ${seconds} s still: ${waiting}; logged last:\n${lastComplaints(around)}`);
        }
        await around.clock.sleep(pollMilliseconds);
      }
    },
    stop: () => lifecycle.stop("the test is over"),
  };
}

/** Composed as `karpenter controller --cloud simulated` does. */
function composeOperator({ around, account, kube, electionKube, server }: Opened): Operator {
  const settings = { ...defaultOptions, clusterName, interruptionQueue: account.queueName };
  return createOperator({
    ...around,
    kube,
    electionKube,
    provider: awsProvider({
      clients: account.clients,
      options: awsProviderOptions(settings, { region, clusterEndpoint: server }),
      kubernetesVersion: () => "1.34",
    }),
    options: settings,
    namespace: "kube-system",
  });
}

function runKubectl(file: string, args: readonly string[]): Promise<KubectlAnswer> {
  return new Promise((resolve, reject) => {
    execFile(file, [...args], { encoding: "utf8", timeout: 330_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number") resolve({ code, stdout, stderr });
      else reject(new Error(`kubectl ${args.join(" ")} did not end: ${stderr}`, { cause: error }));
    });
  });
}
