/** A cluster, an account and the controller on one manual clock; nothing goes wrong in it. */
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  type Deployment,
  type EC2NodeClass,
  ec2NodeClassType,
  labels,
  type NodePool,
  nodePoolType,
} from "../../src/api/index.ts";
import type { KubeClient } from "../../src/kube/index.ts";
import {
  type ApiServer,
  createApiServer,
  createSimulatedAccount,
  kubernetesVersion,
  type SimulatedAccount,
  startStandIns,
} from "../../src/local/index.ts";
import {
  awsProvider,
  awsProviderOptions,
  createOperator,
  defaultOptions,
  type OperatorOptions,
} from "../../src/operator/index.ts";
import {
  createIds,
  createManualClock,
  createSeededRandom,
  type Logger,
  type ManualClock,
  silentLogger,
  silentMetrics,
} from "../../src/platform/index.ts";
import { type Catalogue, loadCatalogue } from "../../src/provider-aws/catalogue/index.ts";
import type { Arrival } from "./trace.ts";

export const namespace = "default";

const nodeClass: EC2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    role: "karpenter-node",
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
    securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
  },
};

/** Machines for general purposes, and everything about disruption left to its defaults. */
const nodePool: NodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default" },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [
          { key: labels.arch, operator: "In", values: ["amd64"] },
          { key: labels.capacityType, operator: "In", values: ["on-demand"] },
          { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
        ],
      },
    },
  },
};

/** What the account sells: the sixth generation is choice enough, and each family more makes the week longer to live. */
const families = ["c6a", "c6i", "m6a", "m6i", "r6a", "r6i"];

function smallCatalogue(): Catalogue {
  const all = loadCatalogue();
  const isSold = (type: string): boolean => families.includes(type.split(".")[0] ?? "");
  const prices = new Map([...all.onDemand.prices].filter(([name]) => isSold(name)));
  const regions = [...all.regions].map(([name, region]) => {
    const offerings = new Map([...region.offerings].filter(([type]) => isSold(type)));
    return [name, { ...region, offerings }] as const;
  });
  return {
    ...all,
    regions: new Map(regions),
    machines: all.machines.filter(({ name }) => isSold(name)),
    onDemand: { ...all.onDemand, prices },
  };
}

export interface World {
  readonly clock: ManualClock;
  readonly api: ApiServer;
  /** Straight to the store. */
  readonly kube: KubeClient;
  readonly account: SimulatedAccount;
  stop(): Promise<void>;
}

const start = Date.parse("2026-11-02T00:00:00Z");

export async function bootWorld(given: {
  readonly seed: number;
  readonly options: Partial<OperatorOptions>;
  readonly log?: Logger;
}): Promise<World> {
  const { seed, log = silentLogger } = given;
  const clock = createManualClock({ start });
  const random = createSeededRandom(`${seed}/cluster`);
  const ids = createIds(random);
  const api = createApiServer({ clock, ids, random, log });
  const kube = api.client();
  for (const definition of customResourceDefinitions) await kube.create(customResourceDefinitionType, definition);
  await kube.create(ec2NodeClassType, nodeClass);
  await kube.create(nodePoolType, nodePool);
  const account = createSimulatedAccount({
    clock,
    random: createSeededRandom(`${seed}/account`),
    catalogue: smallCatalogue(),
  });
  const stopping = new AbortController();
  // Beats would be most of a run, and nobody but the stand-ins listens to them.
  const kubelets = { machines: account.machines, timings: { leaseRenewal: Number.POSITIVE_INFINITY } };
  const standIns = startStandIns({ kube, clock, random, ids, log, metrics: silent, kubelets }, stopping.signal);
  standIns.done.catch(() => undefined);
  const controller = startController({ clock, kube, account, log, seed, options: given.options }, stopping.signal);
  await clock.advance(60_000);
  return {
    clock,
    api,
    kube,
    account,
    stop: async () => {
      stopping.abort(new Error("the week is over"));
      await clock.advance(60_000);
      await Promise.allSettled([standIns.done, controller]);
      await api.close();
    },
  };
}

const silent = { ...silentMetrics, text: async () => "" };

function startController(
  parts: Pick<World, "clock" | "kube" | "account"> & {
    readonly log: Logger;
    readonly seed: number;
    readonly options: Partial<OperatorOptions>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { clock, kube, account, log, seed } = parts;
  const random = createSeededRandom(`${seed}/controller`);
  const options = {
    ...defaultOptions,
    clusterName: account.clusterName,
    interruptionQueue: account.queueName,
    // Nobody reads the gauges, and most of a week would go into them.
    disableClusterStateObservability: true,
    ...parts.options,
  };
  const provider = awsProvider({
    clients: account.clients,
    options: awsProviderOptions(options, { region: account.region, clusterEndpoint: "https://127.0.0.1:6443" }),
    kubernetesVersion: () => kubernetesVersion,
  });
  const quiet: typeof provider = (context) => {
    const { reconcilers = [], ...wiring } = provider(context);
    return { ...wiring, reconcilers: reconcilers.filter(({ name }) => name !== "cloudprovider.metrics") };
  };
  const operator = createOperator({
    kube,
    provider: quiet,
    clock,
    random,
    ids: createIds(random),
    log,
    metrics: silent,
    options,
  });
  const running = operator.run(signal);
  running.catch(() => undefined);
  return running;
}

/** A workload of one pod that is made again wherever it is evicted. */
export const workloadOf = ({ name, milliCpu, memoryMebibytes }: Arrival): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          {
            name: "app",
            image: "app:1",
            resources: { requests: { cpu: `${milliCpu}m`, memory: `${memoryMebibytes}Mi` } },
          },
        ],
        terminationGracePeriodSeconds: 5,
      },
    },
  },
});
