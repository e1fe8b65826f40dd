/** The controller's client with everything that goes wrong between it and the API server. */
import {
  eventType,
  type KubeObject,
  leaseType,
  nodeClaimType,
  nodePoolType,
  nodeType,
  podType,
  type ResourceType,
} from "../../../src/api/index.ts";
import { isKubeFault, type KubeClient, KubeFault, type ObjectName } from "../../../src/kube/index.ts";
import type { Clock } from "../../../src/platform/index.ts";
import type { FaultBoard } from "./fault-board.ts";
import type { Fuse } from "./fuse.ts";
import type { WatchFaults } from "./watch-faults.ts";

export interface ApiFaultDeps {
  /** Straight to the store: what other writers use. */
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly board: FaultBoard;
  readonly fuse: Fuse;
  readonly watches: WatchFaults;
  /** Told when the controller deletes a pod itself instead of asking for its eviction. */
  readonly onPodDeleted: (name: ObjectName) => void;
}

interface Call<T> {
  readonly type: ResourceType;
  readonly isWrite: boolean;
  /** The object that another writer may change first. */
  readonly name?: ObjectName;
  readonly signal?: AbortSignal | undefined;
  readonly work: () => Promise<T>;
}

const slowestMilliseconds = 4_000;
const touched = new Set([nodeClaimType, nodePoolType, nodeType, podType].map(({ kind }) => kind));

export function createFaultyClient(deps: ApiFaultDeps): KubeClient {
  const { kube, watches, fuse } = deps;
  const call = <T>(request: Call<T>): Promise<T> => through(deps, request);
  const nameOf = ({ metadata: { name = "", namespace } }: KubeObject): ObjectName =>
    namespace === undefined ? { name } : { name, namespace };
  return {
    get: (type, name, options) =>
      call({ type, isWrite: false, signal: options?.signal, work: () => kube.get(type, name, options) }),
    list: (type, options) =>
      call({ type, isWrite: false, signal: options?.signal, work: () => kube.list(type, options) }),
    watch: (type, options) => watches.over(() => fuse.dead, kube.watch.bind(kube), type, options),
    create: (type, object, options) =>
      call({ type, isWrite: true, signal: options?.signal, work: () => kube.create(type, object, options) }),
    update: (type, object, options) =>
      call({
        type,
        isWrite: true,
        name: nameOf(object),
        signal: options?.signal,
        work: () => kube.update(type, object, options),
      }),
    patch: (type, name, options) =>
      call({ type, isWrite: true, name, signal: options.signal, work: () => kube.patch(type, name, options) }),
    delete: (type, name, options) => {
      if (type.kind === podType.kind) deps.onPodDeleted(name);
      return call({ type, isWrite: true, name, signal: options?.signal, work: () => kube.delete(type, name, options) });
    },
    createSubresource: (type, name, subresource, body, options) =>
      call({
        type,
        isWrite: true,
        signal: options?.signal,
        work: () => kube.createSubresource(type, name, subresource, body, options),
      }),
    isServed: (type, options) =>
      call({ type, isWrite: false, signal: options?.signal, work: () => kube.isServed(type, options) }),
  };
}

async function through<T>(deps: ApiFaultDeps, request: Call<T>): Promise<T> {
  const { board, clock, fuse } = deps;
  const { type, isWrite, signal, name } = request;
  const slow = board.strikes("api-slow", 0.5);
  if (slow !== undefined)
    await clock.sleep(slow.random.next() * slowestMilliseconds, signal === undefined ? {} : { signal });
  const unavailable = board.strikes("api-unavailable", 0.3);
  if (unavailable !== undefined) throw refusals[unavailable.random.integer(refusals.length)]?.();
  if (name !== undefined && touched.has(type.kind) && board.strikes("api-conflict", 0.3) !== undefined)
    await touch(deps, type, name);
  const answer = await (isCounted(request) ? fuse.write(request.work) : fuse.read(request.work));
  if (board.strikes("api-lost-response", isWrite ? 0.3 : 0.05) !== undefined)
    throw new KubeFault("ConnectionFailed", "the connection was closed before the answer came");
  return answer;
}

/** Beats and events are left out of the count: a crash between two of them is like any other moment of quiet. */
const isCounted = ({ type, isWrite }: Pick<Call<unknown>, "type" | "isWrite">): boolean =>
  isWrite && type.kind !== leaseType.kind && type.kind !== eventType.kind;

const refusals: readonly (() => KubeFault)[] = [
  () =>
    new KubeFault("TooManyRequests", "too many requests, please try again later", { code: 429, retryAfterSeconds: 1 }),
  () => new KubeFault("InternalError", "etcdserver: leader changed", { code: 500 }),
  () => new KubeFault("ServiceUnavailable", "apiserver is shutting down", { code: 503 }),
  () => new KubeFault("Timeout", "the server was unable to return a response in the time allotted", { code: 504 }),
  () => new KubeFault("ConnectionFailed", "connect ECONNREFUSED"),
];

/** Another writer is a moment faster: what carries the version it read conflicts. */
async function touch({ kube, clock }: ApiFaultDeps, type: ResourceType, name: ObjectName): Promise<void> {
  const body = { metadata: { annotations: { "sim.karpenter-ts.dev/touched": String(clock.monotonic()) } } };
  try {
    await kube.patch(type, name, { type: "merge", body });
  } catch (error) {
    if (!isKubeFault(error, "NotFound")) throw error;
  }
}
