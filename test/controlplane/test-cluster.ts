/** One cluster to run the product on: the real control plane, or the embedded one beside it for comparison. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CustomResourceDefinition,
  customResourceDefinitions,
  customResourceDefinitionType,
  type KubeObject,
  type ResourceType,
  resourceType,
} from "../../src/api/index.ts";
import { clientFromKubeconfig, type HttpKubeClient, type KubeClient } from "../../src/kube/index.ts";
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
  type OperatorOptions,
} from "../../src/operator/index.ts";
import { createLifecycle, createSeededRandom, type Lifecycle } from "../../src/platform/index.ts";
import type { Binaries } from "./build.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { createSurroundings, lastComplaints, type Surroundings } from "./surroundings.ts";

export interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a controller is started; as `karpenter controller --cloud simulated` does when nothing is said. */
export interface OperatorStart {
  readonly options?: Partial<OperatorOptions>;
  /** Text of the kubeconfig that it works with, such as one that leads through a proxy; the administrator's by default. */
  readonly kubeconfig?: string;
  /** Address to serve probes and metrics on. */
  readonly host?: string;
  readonly identity?: string;
  /** Its clock, log and metrics; those of the cluster by default. */
  readonly around?: Surroundings;
  /** Returns at once, whether it leads or not. */
  readonly waits?: boolean;
}

export interface StartedOperator extends Operator {
  /** Asks it to stop as SIGTERM does, and waits until it has; rejects with why it failed. */
  end(): Promise<void>;
}

export interface TestCluster {
  readonly kube: KubeClient;
  /** Undefined where the API server is the embedded one. */
  readonly controlPlane: ControlPlane | undefined;
  readonly account: SimulatedAccount;
  readonly around: Surroundings;
  /** Starts the controller; resolves once it leads. */
  startOperator(start?: OperatorStart): Promise<StartedOperator>;
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
  readonly kube: HttpKubeClient;
  readonly electionKube: KubeClient;
  readonly server: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly controlPlane?: ControlPlane;
}

/**
 * etcd, kube-apiserver, kube-controller-manager and kube-scheduler; kubelets, the volume driver and the account are stand-ins.
 * With our definitions unless told.
 */
export async function openRealCluster(
  binaries: Binaries,
  definitions: readonly CustomResourceDefinition[] = customResourceDefinitions,
): Promise<TestCluster> {
  const around = createSurroundings();
  const lifecycle = createLifecycle(around);
  return opening(lifecycle, async () => {
    const controlPlane = await startControlPlane({ binaries });
    lifecycle.onStop("control plane", () => controlPlane.stop());
    lifecycle.start("control plane", (signal) => Promise.race([controlPlane.broken, aborted(signal)]));
    const { kubeconfig, server } = controlPlane;
    const clients = await connect(kubeconfig, around, lifecycle);
    await install(clients.kube, around, definitions);
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
    return testCluster({
      around,
      lifecycle,
      account,
      ...clients,
      server,
      kubeconfig,
      kubectl: binaries.kubectl,
      controlPlane,
    });
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
  await install(kube, { clock }, wanted);
}

async function install(
  kube: KubeClient,
  { clock }: Pick<Surroundings, "clock">,
  wanted: readonly CustomResourceDefinition[],
): Promise<void> {
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
  const open = async (): Promise<HttpKubeClient> => {
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
    controlPlane: opened.controlPlane,
    startOperator: async (start = {}) => {
      const { operator, close } = await composeOperator(opened, start);
      const end = new AbortController();
      const ended = Promise.withResolvers<void>();
      // Whoever asks for the end gets the failure.
      ended.promise.catch(() => undefined);
      lifecycle.start("controller", async (signal) => {
        await operator.run(AbortSignal.any([signal, end.signal])).then(ended.resolve, ended.reject);
        await close();
      });
      if (start.waits !== false) await Promise.race([operator.running, failed]);
      return {
        ...operator,
        end: () => {
          end.abort(new Error("asked to stop"));
          return ended.promise;
        },
      };
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
async function composeOperator(opened: Opened, start: OperatorStart) {
  const { account, server } = opened;
  const around = start.around ?? opened.around;
  const settings = { ...defaultOptions, clusterName, interruptionQueue: account.queueName, ...start.options };
  const { kube, electionKube, close } = await clientsOf(opened, start, around);
  const operator = createOperator({
    ...around,
    kube,
    electionKube,
    schemas: (type, calling) => kube.schemaOf(type, calling),
    ...(start.host === undefined ? {} : { host: start.host }),
    ...(start.identity === undefined ? {} : { identity: start.identity }),
    provider: awsProvider({
      clients: account.clients,
      options: awsProviderOptions(settings, { region, clusterEndpoint: server }),
      kubernetesVersion: () => "1.34",
    }),
    options: settings,
    namespace: "kube-system",
  });
  return { operator, close };
}

/** Those of the cluster, or of its own where it works with a kubeconfig of its own. */
async function clientsOf({ kube, electionKube }: Opened, { kubeconfig }: OperatorStart, around: Surroundings) {
  if (kubeconfig === undefined) return { kube, electionKube, close: async () => undefined };
  const open = () => clientFromKubeconfig({ text: kubeconfig }, around);
  const [main, election] = await Promise.all([open(), open()]);
  const close = async (): Promise<void> => {
    await main.client.close();
    await election.client.close();
  };
  return { kube: main.client, electionKube: election.client, close };
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
