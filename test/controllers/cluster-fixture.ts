/** An embedded API server on virtual time with the caches and queues of the controllers, for tests of controllers. */
import {
  type CustomResourceDefinition,
  customResourceDefinitionType,
  type KubeObject,
  type Node,
  nodeClaimType,
  nodePoolType,
  type ResourceType,
  resourceSliceType,
} from "../../src/api/index.ts";
import {
  type Caches,
  computeRateLimit,
  createCaches,
  createInstruments,
  type Decision,
  type DecisionSink,
  type Instruments,
  type Reconciler,
} from "../../src/controllers/index.ts";
import { epochMillisOf } from "../../src/core/index.ts";
import {
  type Controller,
  createController,
  createInformerSet,
  type EventRecorder,
  type KubeClient,
} from "../../src/kube/index.ts";
import { type ApiServer, createApiServer } from "../../src/local/index.ts";
import {
  createIds,
  createManualClock,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
  type ManualClock,
  type RecordingLogger,
} from "../../src/platform/index.ts";
import { createFakeProvider, type FakeProvider, testNodeClassType } from "./fake-provider.ts";

export type PublishedEvent = Parameters<EventRecorder["publish"]>[0];

export interface ClusterFixture {
  readonly clock: JumpingClock;
  readonly server: ApiServer;
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly provider: FakeProvider;
  readonly published: readonly PublishedEvent[];
  readonly events: EventRecorder;
  readonly log: RecordingLogger;
  readonly metrics: ReturnType<typeof createMetricsRegistry>;
  readonly instruments: Instruments;
  readonly decided: readonly Omit<Decision, "time">[];
  readonly decisions: DecisionSink;
  create<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T>;
  get<T extends KubeObject>(type: ResourceType<T>, name: string, namespace?: string): Promise<T | undefined>;
  patch<T extends KubeObject>(type: ResourceType<T>, object: T, body: object, subresource?: "status"): Promise<T>;
  /** Runs the reconcilers behind real work queues until `stop`. Returns the queue of the first. */
  run(...reconcilers: readonly Reconciler[]): Promise<Controller>;
  advance(milliseconds: number): Promise<void>;
  /** Sets the time of day forward or back; timers do not notice. */
  jump(milliseconds: number): void;
  stop(): Promise<void>;
}

const crdOf = (type: ResourceType): CustomResourceDefinition => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${type.plural}.${type.group}` },
  spec: {
    group: type.group,
    scope: "Cluster",
    names: { kind: type.kind, plural: type.plural, singular: type.kind.toLowerCase(), listKind: `${type.kind}List` },
    versions: [
      {
        name: type.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
});

type JumpingClock = ManualClock & { jump(milliseconds: number): void };

function jumpingClock(clock: ManualClock): JumpingClock {
  let offset = 0;
  return {
    ...clock,
    now: () => epochMillisOf(clock.now() + offset),
    jump: (milliseconds) => {
      offset += milliseconds;
    },
  };
}

export interface FixtureOptions {
  /** Puts a layer over the client that the controllers use; the fixture's own calls go around it. */
  readonly decorate?: (kube: KubeClient) => KubeClient;
  /** Another fixture whose cluster and cloud this one shares, as a process that starts after a crash. */
  readonly after?: ClusterFixture;
  /** The cluster serves ResourceSlices, and they are looked at. */
  readonly dynamicResources?: boolean;
}

export async function clusterFixture(options: FixtureOptions = {}): Promise<ClusterFixture> {
  const { after } = options;
  const clock = after?.clock ?? jumpingClock(createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") }));
  const random = createSeededRandom(7);
  const server = after?.server ?? createApiServer({ clock, ids: createIds(random) });
  const direct = server.client();
  const kube = options.decorate?.(direct) ?? direct;
  if (after === undefined) {
    const served = [nodePoolType, nodeClaimType, testNodeClassType, resourceSliceType] as const;
    for (const type of options.dynamicResources === true ? served : served.slice(0, 3)) {
      await direct.create(customResourceDefinitionType, crdOf(type as ResourceType));
    }
  }
  const provider = after?.provider ?? createFakeProvider(clock);
  const log = createRecordingLogger();
  const metrics = createMetricsRegistry();
  const informers = createInformerSet({ client: kube, clock, random, log, metrics, freeze: true });
  const { dynamicResources = false } = options;
  const caches = createCaches({ informers, nodeClassTypes: provider.nodeClassTypes, dynamicResources });
  const published: PublishedEvent[] = [];
  const decided: Omit<Decision, "time">[] = [];
  const stopping = new AbortController();
  const running: Promise<void>[] = [];

  const run = async (...reconcilers: readonly Reconciler[]): Promise<Controller> => {
    // As the operator does: nothing decides before the caches are filled.
    running.push(informers.run(stopping.signal));
    await clock.advance(0);
    const queues = reconcilers.map((reconciler) => {
      const queue = createController(
        { clock, random, log, metrics },
        {
          name: reconciler.name,
          maxConcurrent: reconciler.workers.min,
          reconcile: (key, signal) => reconciler.reconcile(key, signal),
          ...(reconciler.retry === undefined
            ? {}
            : { rateLimit: computeRateLimit(reconciler.retry, reconciler.workers, reconciler.workers.min) }),
        },
      );
      reconciler.watch(queue);
      return queue;
    });
    running.push(...queues.map((queue) => queue.run(stopping.signal)));
    await clock.advance(0);
    return queues[0] as Controller;
  };

  return {
    clock,
    server,
    kube,
    caches,
    provider,
    published,
    events: { publish: (event) => void published.push(event) },
    log,
    metrics,
    instruments: createInstruments(metrics),
    decided,
    decisions: { record: (decision) => void decided.push(decision) },
    create: async (type, object) => {
      const created = await direct.create(type, object);
      if (type.kind !== "Node") return created;
      // The server taints new Nodes as not ready, and a controller takes that off again: here at once.
      const { taints = null } = (object as unknown as Node).spec;
      const body = { spec: { taints } };
      return direct.patch(type, { name: object.metadata.name ?? "" }, { type: "merge", body });
    },
    get: async (type, name, namespace) => {
      const found = await direct.list(type, namespace === undefined ? {} : { namespace });
      return found.items.find(({ metadata }) => metadata.name === name);
    },
    patch: (type, object, body, subresource) =>
      direct.patch(
        type,
        {
          name: object.metadata.name ?? "",
          ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
        },
        { type: "merge", body, ...(subresource === undefined ? {} : { subresource }) },
      ),
    run,
    advance: (milliseconds) => clock.advance(milliseconds),
    jump: (milliseconds) => clock.jump(milliseconds),
    stop: async () => {
      stopping.abort(new Error("test over"));
      await clock.advance(5_000);
      await Promise.all(running);
    },
  };
}

/** A client that answers some calls itself and hands the others on. */
export const overClient = (kube: KubeClient, own: Partial<KubeClient>): KubeClient => ({
  get: (...args) => kube.get(...args),
  list: (...args) => kube.list(...args),
  watch: (...args) => kube.watch(...args),
  create: (...args) => kube.create(...args),
  update: (...args) => kube.update(...args),
  patch: (...args) => kube.patch(...args),
  delete: (...args) => kube.delete(...args),
  createSubresource: (...args) => kube.createSubresource(...args),
  isServed: (...args) => kube.isServed(...args),
  ...own,
});
