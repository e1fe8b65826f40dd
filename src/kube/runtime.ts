/** Contracts of the client runtime (spec: operations 7.4): what controllers are written against. */
import type { KubeObject, ResourceType } from "../api/index.ts";
import type { Logger } from "../platform/index.ts";

/** `namespace/name`, or `name` for cluster-scoped objects. */
export type ObjectKey = string;

export function objectKey(object: {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}): ObjectKey {
  const { name = "", namespace } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/**
 * One change of a store. `previous` is the object before an update; a delete found by a relist is marked. Each ten hours
 * every object is delivered again as an update to itself (`previous === object`).
 */
export type Delta<T extends KubeObject> =
  | { readonly type: "added"; readonly object: T; readonly initial: boolean }
  | { readonly type: "updated"; readonly object: T; readonly previous: T }
  | { readonly type: "deleted"; readonly object: T; readonly finalStateUnknown: boolean };

/** Read side of an informer's cache. Values are immutable; lists are ordered by key. */
export interface Store<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  list(): readonly T[];
  /** Objects for which the named index function gave `value`; ordered by key. */
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
}

export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];

export interface InformerOptions<T extends KubeObject> {
  readonly type: ResourceType<T>;
  /** Only this namespace; all by default. */
  readonly namespace?: string;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Drops fields before storing, to save memory (managedFields are always dropped). */
  readonly strip?: (object: T) => T;
  /** A CRD that may be absent: served later is found within a minute, never is not an error; counts as synced while absent. */
  readonly optional?: boolean;
  /** With `optional`: a kind that may not be listed counts as absent too; the missing right is told, and asked for again. */
  readonly absentIfForbidden?: boolean;
}

/** One shared list-watch of a kind. Handlers run in order, must not throw, and only enqueue keys or fold state. */
export interface Informer<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly store: Store<T>;
  /** Delivers `added` for everything already stored, then every later delta. Returns the unsubscriber. */
  subscribe(handler: (delta: Delta<T>) => void): () => void;
  readonly synced: boolean;
  /** False while the kind may not be listed and is taken for absent. */
  readonly readable?: boolean;
}

/** All informers of a process, one per kind, shared. */
export interface InformerSet {
  informer<T extends KubeObject>(options: InformerOptions<T>): Informer<T>;
  /** Resolves when every informer asked for so far has synced; rejects naming the kinds that have not after two minutes. */
  waitForSync(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Lists and watches for the informers asked for so far and each asked for later. Resolves after `signal` aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** What a reconcile asks for: nothing (done), a repeat with backoff, or a repeat after a time. */
export interface ReconcileResult {
  readonly requeue?: boolean;
  readonly requeueAfterMilliseconds?: number;
}

/** Thrown by a reconcile that must not be retried until its object changes. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}

/** Backoff of failed keys: the longer of a delay per key, doubling with each failure, and a bucket for all keys. */
export interface RateLimit {
  readonly baseMilliseconds: number;
  readonly maxMilliseconds: number;
  readonly qps: number;
  readonly burst: number;
}

/** What a reconcile is given beside its key. */
export interface ReconcileContext {
  readonly reconcileId: string;
  /** Carries the fields that spec/operations.md 3.1 wants on lines written inside a reconcile. */
  readonly log: Logger;
}

export interface ControllerOptions {
  /** Dotted name as in spec/operations.md 3.2; metric label and log field. */
  readonly name: string;
  readonly maxConcurrent?: number;
  /** One run per key at a time. An error means backoff; a `Conflict` fault means a silent requeue. */
  readonly reconcile: (
    key: ObjectKey,
    signal: AbortSignal,
    context: ReconcileContext,
  ) => Promise<ReconcileResult | undefined | void>;
  /** 5 ms to 1000 s per key and 10 a second with a burst of 100, unless given (spec: operations 3.2). */
  readonly rateLimit?: RateLimit;
  /** A run that takes longer is aborted and counts as failed. */
  readonly timeoutMilliseconds?: number;
  /** The kind whose keys are reconciled, for log fields; absent for singletons. */
  readonly type?: ResourceType;
}

/** A running reconcile loop with its work queue. */
export interface Controller {
  readonly name: string;
  /** Adds a key; `afterMilliseconds` delays (earliest wins); low priority yields to others. */
  enqueue(key: ObjectKey, options?: { readonly afterMilliseconds?: number; readonly lowPriority?: boolean }): void;
  /** Enqueues the keys that `map` gives for each delta of the informer. */
  watches<T extends KubeObject>(informer: Informer<T>, map?: (delta: Delta<T>) => readonly ObjectKey[]): void;
  /** Runs until aborted; in-flight reconciles get the signal and are awaited. */
  run(signal: AbortSignal): Promise<void>;
}

/** Publishes core/v1 Events, deduplicated and rate limited (spec: operations 2.1, lifecycle 0.6). Never rejects, never waits. */
export interface EventRecorder {
  publish(event: {
    readonly object: KubeObject;
    readonly type: "Normal" | "Warning";
    readonly reason: string;
    readonly message: string;
    /** Values that, with reason and object, make two events equal; the message by default. */
    readonly dedupeValues?: readonly string[];
    /** Window in which equal events are dropped, 2 minutes by default. */
    readonly dedupeMilliseconds?: number;
    /** Shared by events of a kind; asked after the dedupe check, an event without a token is dropped. */
    readonly limiter?: { take(): boolean };
  }): void;
}
