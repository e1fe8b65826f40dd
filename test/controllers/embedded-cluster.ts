/** The whole product on virtual time: embedded API server, stand-ins, simulated account, and the operator. */
import {
  customResourceDefinitionType,
  customResourceDefinitions,
  type Deployment,
  type EC2NodeClass,
  ec2NodeClassType,
  type KubeObject,
  type NodePool,
  nodePoolType,
  type ResourceType,
} from "../../src/api/index.ts";
import { type KubeClient, KubeFault } from "../../src/kube/index.ts";
import {
  createApiServer,
  createSimulatedAccount,
  type SimulatedAccount,
  startStandIns,
} from "../../src/local/index.ts";
import { type Catalogue, loadCatalogue, type RegionCatalogue } from "../../src/provider-aws/catalogue/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import {
  awsProvider,
  awsProviderOptions,
  createOperator,
  defaultOptions,
  type Operator,
  type OperatorOptions,
} from "../../src/operator/index.ts";
import {
  createIds,
  createManualClock,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
  type ManualClock,
  type RecordingLogger,
  silentLogger,
  silentMetrics,
} from "../../src/platform/index.ts";

export interface EmbeddedCluster {
  readonly clock: ManualClock;
  readonly kube: KubeClient;
  readonly account: SimulatedAccount;
  /** Provider ids of every machine that was ever launched. */
  readonly everLaunched: ReadonlySet<string>;
  readonly log: RecordingLogger;
  readonly metrics: ReturnType<typeof createMetricsRegistry>;
  readonly operator: Operator;
  /** Moves time until `holds`, in steps of one second; false when it does not within the seconds. */
  until(holds: () => Promise<boolean>, seconds: number): Promise<boolean>;
  list<T extends KubeObject>(type: ResourceType<T>): Promise<readonly T[]>;
  /** From now on counts the controller's calls; it dies with the n-th, and is started again at once. */
  arm(dieAtCall?: number): void;
  /** Calls since `arm`, to the API (without events, leases and watches) and to the cloud, in order. */
  readonly calls: readonly string[];
  /** Whether the call of `arm` has come. */
  readonly died: boolean;
  /** Kills the controller as a crash does (its writes stop at once) and starts another. */
  restartOperator(): Promise<void>;
  /** Asks the controller to stop, as SIGTERM does, waits until it has, and starts another. */
  replaceOperator(): Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Machine families that the account sells; all by default. Few make a start cheap. */
  readonly families?: readonly string[];
  readonly seed?: number;
  /** Address to serve probes and metrics on. */
  readonly host?: string;
  /** What stands between the controller and the API, such as rights. */
  readonly client?: (kube: KubeClient) => KubeClient;
  /** Watches of the controller break after this many events each, as too old to go on. */
  readonly breakWatchesAfter?: number;
  readonly options?: Partial<OperatorOptions>;
  readonly pool?: Partial<NodePool["spec"]>;
  /** `on-demand` unless said. */
  readonly capacityType?: string;
  /** Keeps neither log nor metrics, for plays of hundreds of lives of the controller. */
  readonly silent?: boolean;
}

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

const poolOf = ({ pool = {}, capacityType = "on-demand" }: EmbeddedOptions): NodePool => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default" },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [
          { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: [capacityType] },
          { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
          { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
        ],
      },
    },
    disruption: { consolidateAfter: "30s", consolidationPolicy: "WhenEmpty", budgets: [{ nodes: "100%" }] },
    ...pool,
  },
});

export const deployment = (
  name: string,
  replicas: number,
  requests: { readonly cpu: string; readonly memory: string },
): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: "app", image: "app:1", resources: { requests } }],
        terminationGracePeriodSeconds: 5,
      },
    },
  },
});

export async function embeddedCluster(setup: EmbeddedOptions = {}): Promise<EmbeddedCluster> {
  const clock = createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") });
  const random = createSeededRandom(setup.seed ?? 1);
  const ids = createIds(random);
  const { silent = false } = setup;
  const log = silent ? { ...silentLogger, lines: [] } : createRecordingLogger();
  const newMetrics = () => (silent ? silentReadable : createMetricsRegistry());
  const server = createApiServer({ clock, ids });
  const kube = server.client();
  for (const crd of customResourceDefinitions) await kube.create(customResourceDefinitionType, crd);
  await kube.create(ec2NodeClassType, nodeClass);
  await kube.create(nodePoolType, poolOf(setup));
  const account = createSimulatedAccount({ clock, random, catalogue: catalogueOf(setup.families) });
  const everLaunched = new Set<string>();
  account.machines.subscribe(({ providerId }) => void everLaunched.add(providerId));
  const stopping = new AbortController();
  const standIns = startStandIns(
    { kube, clock, random, ids, log, metrics: newMetrics(), kubelets: { machines: account.machines } },
    stopping.signal,
  );
  const { clusterName, queueName: interruptionQueue } = account;
  const options: OperatorOptions = { ...defaultOptions, clusterName, interruptionQueue, ...setup.options };
  const startOperator = (): Running => {
    const dying = new AbortController();
    const fuse = createFuse();
    const clients = fusedClients(account.clients, fuse);
    const provider = awsProvider({
      clients,
      options: awsProviderOptions(options, { region: account.region, clusterEndpoint: "https://127.0.0.1:6443" }),
      kubernetesVersion: () => "1.34",
      shipped: everything,
    });
    const registry = newMetrics();
    const alive = fusedClient(breakingWatches(setup.client?.(kube) ?? kube, setup.breakWatchesAfter), fuse);
    const operator = createOperator({
      kube: alive,
      provider,
      clock,
      random,
      ids,
      log,
      metrics: registry,
      options,
      ...(setup.host === undefined ? {} : { host: setup.host }),
    });
    const ended = operator.run(dying.signal);
    ended.catch(() => undefined);
    fuse.onBurnt(() => {
      fate = { died: true, calls: fuse.calls };
      dying.abort(new Error("crashed"));
      current = startOperator();
    });
    return { operator, dying, ended, registry, fuse };
  };
  // What became of the controller that was armed last.
  let fate: { readonly died: boolean; readonly calls: readonly string[] } = { died: false, calls: [] };
  let current = startOperator();
  await clock.advance(1_000);
  return {
    clock,
    kube,
    account,
    everLaunched,
    log,
    get metrics() {
      return current.registry;
    },
    get operator() {
      return current.operator;
    },
    until: async (holds, seconds) => {
      for (let second = 0; second < seconds; second += 1) {
        if (await holds()) return true;
        await clock.advance(1_000);
      }
      return holds();
    },
    arm: (dieAtCall = Number.POSITIVE_INFINITY) => {
      current.fuse.arm(dieAtCall);
      fate = { died: false, calls: current.fuse.calls };
    },
    get calls() {
      return fate.calls;
    },
    get died() {
      return fate.died;
    },
    list: async (type) => (await kube.list(type)).items,
    replaceOperator: async () => {
      const { dying, ended } = current;
      dying.abort(new Error("SIGTERM"));
      const settled = new AbortController();
      void ended.finally(() => settled.abort());
      for (let second = 0; second < 30 && !settled.signal.aborted; second += 1) await clock.advance(1_000);
      await ended;
      current = startOperator();
      await clock.advance(0);
    },
    restartOperator: async () => {
      current.fuse.kill();
      current.dying.abort(new Error("killed"));
      await clock.advance(0);
      current = startOperator();
      await clock.advance(0);
    },
    stop: async () => {
      stopping.abort(new Error("test over"));
      current.dying.abort(new Error("test over"));
      await clock.advance(40_000);
      await Promise.allSettled([current.ended, standIns.done]);
      await server.close();
    },
  };
}

interface Running {
  readonly operator: Operator;
  readonly dying: AbortController;
  readonly ended: Promise<void>;
  readonly registry: ReturnType<typeof createMetricsRegistry>;
  readonly fuse: Fuse;
}

/** Counts calls and lets them through until the limit; a dead process neither writes nor reads. */
interface Fuse {
  call<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Counts anew; the n-th call takes effect, and its answer is lost. */
  arm(limit: number): void;
  readonly calls: readonly string[];
  readonly dead: boolean;
  kill(): void;
  onBurnt(listener: () => void): void;
}

function createFuse(): Fuse {
  let calls: string[] = [];
  let limit = Number.POSITIVE_INFINITY;
  let dead = false;
  let burnt = (): void => undefined;
  const fuse: Fuse = {
    get dead() {
      return dead;
    },
    get calls() {
      return calls;
    },
    arm: (dieAtCall) => {
      calls = [];
      limit = dieAtCall;
    },
    kill: () => {
      dead = true;
    },
    onBurnt: (listener) => {
      burnt = listener;
    },
    call: async (name, work) => {
      if (dead) throw new Error("called by a dead process");
      calls.push(name);
      if (calls.length < limit) return work();
      dead = true;
      try {
        await work();
      } finally {
        burnt();
      }
      throw new Error("crashed before the answer came");
    },
  };
  return fuse;
}

/** Events and the lease are left out: nothing of the cluster depends on them. */
function fusedClient(kube: KubeClient, fuse: Fuse): KubeClient {
  const call = <T>(verb: string, type: ResourceType, work: () => Promise<T>): Promise<T> => {
    if (type.kind !== "Event" && type.kind !== "Lease") return fuse.call(`${verb} ${type.plural}`, work);
    return fuse.dead ? Promise.reject(new Error("called by a dead process")) : work();
  };
  return {
    get: (type, ...rest) => call("get", type, () => kube.get(type, ...rest)),
    list: (type, ...rest) => call("list", type, () => kube.list(type, ...rest)),
    watch: (...args) => kube.watch(...args),
    isServed: (...args) => kube.isServed(...args),
    create: (type, ...rest) => call("create", type, () => kube.create(type, ...rest)),
    update: (type, ...rest) => call("update", type, () => kube.update(type, ...rest)),
    patch: (type, ...rest) => call("patch", type, () => kube.patch(type, ...rest)),
    delete: (type, ...rest) => call("delete", type, () => kube.delete(type, ...rest)),
    createSubresource: (type, name, subresource, ...rest) =>
      call(`create ${subresource} of`, type, () => kube.createSubresource(type, name, subresource, ...rest)),
  };
}

function breakingWatches(kube: KubeClient, limit = Number.POSITIVE_INFINITY): KubeClient {
  async function* broken<T>(events: AsyncIterable<T>): AsyncIterable<T> {
    let seen = 0;
    for await (const event of events) {
      seen += 1;
      // The event itself is lost with the connection: only a new list can tell of it.
      if (seen > limit) throw new KubeFault("Expired", "too old resource version", { code: 410 });
      yield event;
    }
  }
  return {
    ...bound(kube),
    watch: (type, options) => broken(kube.watch(type, options)),
  };
}

/** The client's methods as plain functions. */
const bound = (kube: KubeClient): KubeClient => ({
  get: (...args) => kube.get(...args),
  list: (...args) => kube.list(...args),
  watch: (...args) => kube.watch(...args),
  create: (...args) => kube.create(...args),
  update: (...args) => kube.update(...args),
  patch: (...args) => kube.patch(...args),
  delete: (...args) => kube.delete(...args),
  createSubresource: (...args) => kube.createSubresource(...args),
  isServed: (...args) => kube.isServed(...args),
});

/** Every call of every client of the cloud goes through the fuse. */
const fusedClients = (clients: AwsClients, fuse: Fuse): AwsClients =>
  Object.fromEntries(
    Object.entries(clients).map(([name, client]) => [name, fusedCalls(name, client as object, fuse)]),
  ) as unknown as AwsClients;

function fusedCalls<C extends object>(service: string, client: C, fuse: Fuse): C {
  return new Proxy(client, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function" || typeof name !== "string") return member;
      const work = (args: readonly unknown[]) => Reflect.apply(member, target, args) as Promise<unknown>;
      return (...args: readonly unknown[]) => fuse.call(`${service} ${name}`, () => work(args));
    },
  });
}

const silentReadable = Object.freeze({ ...silentMetrics, value: () => Promise.resolve(undefined) });

/** Decoded once: it never changes, and costs more than everything else of a start. */
const everything = loadCatalogue();

function catalogueOf(families: readonly string[] | undefined): Catalogue {
  if (families === undefined) return everything;
  const isSold = (type: string): boolean => families.includes(type.split(".")[0] ?? "");
  const { machines, onDemand, regions } = everything;
  const soldIn = (region: RegionCatalogue): RegionCatalogue => ({
    ...region,
    offerings: new Map([...region.offerings].filter(([name]) => isSold(name))),
  });
  return {
    ...everything,
    regions: new Map([...regions].map(([name, region]) => [name, soldIn(region)])),
    machines: machines.filter(({ name }) => isSold(name)),
    onDemand: { ...onDemand, prices: new Map([...onDemand.prices].filter(([name]) => isSold(name))) },
  };
}
