/**
 * A cluster of a thousand nodes on scaled time, where machines come and go all the time: what the process holds is looked at
 * once a simulated minute, after a collection.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type Deployment,
  deploymentType,
  type EC2NodeClass,
  ec2NodeClassType,
  labels,
  nodeClaimType,
  type NodePool,
  nodePoolType,
  nodeType,
  podType,
} from "../../src/api/index.ts";
import type { KubeClient } from "../../src/kube/index.ts";
import { startEmbeddedCluster } from "../../src/local/index.ts";
import { awsProvider, awsProviderOptions, createOperator, defaultOptions } from "../../src/operator/index.ts";
import {
  type Clock,
  createIds,
  createManualClock,
  createMetricsRegistry,
  createSeededRandom,
  silentLogger,
  silentMetrics,
} from "../../src/platform/index.ts";

/** What is held at one moment. */
export interface Sample {
  /** Simulated minutes since the cluster was full. */
  readonly minute: number;
  readonly heapBytes: number;
  /** Of the controller alone. */
  readonly timers: number;
  readonly watches: number;
  readonly series: number;
  readonly sockets: number;
  readonly nodes: number;
}

export interface Soak {
  readonly samples: readonly Sample[];
  /** Machines launched after the cluster was full. */
  readonly launched: number;
  /** Machines, claims and pods that are there when all should have gone. */
  readonly orphans: number;
  /** Timers and watches of the controller after its end. */
  readonly left: { readonly timers: number; readonly watches: number };
}

export interface SoakOptions {
  readonly nodes: number;
  /** Machines that come, and that go, each simulated minute. */
  readonly churn: number;
  /** Ends at the first sample after this many seconds of the wall clock, but not before `leastMinutes` were lived. */
  readonly seconds: number;
  readonly leastMinutes: number;
  readonly seed?: number;
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

/** Each pod fills a machine, which goes as soon as the pod does. */
const pool: NodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default" },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [
          { key: labels.instanceType, operator: "In", values: ["m5.large", "m6i.large"] },
          { key: labels.capacityType, operator: "In", values: ["on-demand"] },
        ],
      },
    },
    disruption: { consolidateAfter: "10s", consolidationPolicy: "WhenEmpty", budgets: [{ nodes: "100%" }] },
  },
};

const web = (name: string, replicas: number): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "1500m", memory: "1Gi" } } }],
        terminationGracePeriodSeconds: 1,
      },
    },
  },
});

/** Counts what is begun and not yet ended. */
function countingClock(clock: Clock): { readonly clock: Clock; readonly open: () => number } {
  let open = 0;
  const after: Clock["after"] = (milliseconds, callback) => {
    open += 1;
    let over = false;
    const end = (): void => {
      if (!over) open -= 1;
      over = true;
    };
    const cancel = clock.after(milliseconds, () => {
      end();
      callback();
    });
    return () => {
      end();
      cancel();
    };
  };
  const sleep: Clock["sleep"] = async (milliseconds, options) => {
    open += 1;
    try {
      await clock.sleep(milliseconds, options);
    } finally {
      open -= 1;
    }
  };
  return { clock: { ...clock, after, sleep }, open: () => open };
}

function countingWatches(kube: KubeClient): { readonly kube: KubeClient; readonly open: () => number } {
  let open = 0;
  async function* counted<T>(events: AsyncIterable<T>): AsyncIterable<T> {
    open += 1;
    try {
      yield* events;
    } finally {
      open -= 1;
    }
  }
  const counting: KubeClient = {
    get: (...args) => kube.get(...args),
    list: (...args) => kube.list(...args),
    watch: (...args) => counted(kube.watch(...args)),
    create: (...args) => kube.create(...args),
    update: (...args) => kube.update(...args),
    patch: (...args) => kube.patch(...args),
    delete: (...args) => kube.delete(...args),
    createSubresource: (...args) => kube.createSubresource(...args),
    isServed: (...args) => kube.isServed(...args),
  };
  return { kube: counting, open: () => open };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What lives after everything that can go has gone. */
function heapBytes(): number {
  collect();
  collect();
  return getHeapStatistics().used_heap_size;
}

export async function soak(options: SoakOptions, report: (sample: Sample) => void = () => undefined): Promise<Soak> {
  const clock = createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") });
  const random = createSeededRandom(options.seed ?? 1);
  const ids = createIds(random);
  const end = new AbortController();
  const base = { clock, random, ids, log: silentLogger };
  // An hour would make most of a run one in which what the API server keeps of events is still growing.
  const eventRetentionMilliseconds = 300_000;
  const cluster = await startEmbeddedCluster(
    { ...base, metrics: silentMetrics, eventRetentionMilliseconds },
    end.signal,
  );
  const { account } = cluster;
  await cluster.kube.create(ec2NodeClassType, nodeClass);
  await cluster.kube.create(nodePoolType, pool);
  const metrics = createMetricsRegistry();
  const timed = countingClock(clock);
  const watched = countingWatches(cluster.kube);
  const settings = { ...defaultOptions, clusterName: account.clusterName, interruptionQueue: account.queueName };
  const operator = createOperator({
    ...base,
    clock: timed.clock,
    kube: watched.kube,
    metrics,
    provider: awsProvider({
      clients: account.clients,
      options: awsProviderOptions(settings, { region: account.region, clusterEndpoint: "https://127.0.0.1:6443" }),
      kubernetesVersion: () => "1.34",
    }),
    options: settings,
  });
  const ended = operator.run(end.signal);
  ended.catch(() => undefined);
  let launched = 0;
  const known = new Set<string>();
  account.machines.subscribe(({ providerId }) => {
    if (known.has(providerId)) return;
    known.add(providerId);
    launched += 1;
  });
  const nodesNow = async (): Promise<number> => (await cluster.kube.list(nodeType)).items.length;
  const half = Math.floor(options.nodes / 2);
  await cluster.kube.create(deploymentType, web("a", half));
  await cluster.kube.create(deploymentType, web("b", half));
  for (let minute = 0; (await nodesNow()) < 2 * half; minute += 1) {
    if (minute > 60) throw new Error(`only ${await nodesNow()} nodes after an hour`);
    await clock.advance(60_000);
  }
  known.clear();
  launched = 0;
  const scale = (name: string, replicas: number): Promise<unknown> =>
    cluster.kube.patch(deploymentType, { name, namespace: "default" }, { type: "merge", body: { spec: { replicas } } });
  const samples: Sample[] = [];
  const begun = performance.now();
  const isOver = (minute: number): boolean =>
    minute > options.leastMinutes && performance.now() - begun > options.seconds * 1_000;
  for (let minute = 1; !isOver(minute); minute += 1) {
    // One grows as the other shrinks.
    const more = minute % 2 === 0 ? 0 : options.churn;
    await scale("a", half - more);
    await scale("b", half - options.churn + more);
    await clock.advance(60_000);
    const text = await metrics.expose();
    const sample = {
      minute,
      heapBytes: heapBytes(),
      timers: timed.open(),
      watches: watched.open(),
      series: text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length,
      sockets: process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|Socket/.test(name)).length,
      nodes: await nodesNow(),
    };
    samples.push(sample);
    report(sample);
  }
  await scale("a", 0);
  await scale("b", 0);
  for (let minute = 0; minute < 30 && (await nodesNow()) > 0; minute += 1) await clock.advance(60_000);
  await clock.advance(300_000);
  const claims = (await cluster.kube.list(nodeClaimType)).items.length;
  const pods = (await cluster.kube.list(podType)).items.length;
  const orphans = account.inventory().instances + claims + pods;
  end.abort(new Error("the soak is over"));
  await clock.advance(60_000);
  await Promise.allSettled([ended, cluster.done]);
  return { samples, launched, orphans, left: { timers: timed.open(), watches: watched.open() } };
}
