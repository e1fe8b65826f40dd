import type { KubeList, KubeObject, ResourceType } from "../api/index.ts";

/** Name of one object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Longest wait for one answer, where the client's own would come too late. A client without a network ignores it. */
  readonly timeoutMilliseconds?: number;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface WatchOptions extends CallOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Events after this version are delivered; absent or "0" starts with an ADDED event for each object. */
  readonly resourceVersion?: string;
  readonly allowBookmarks?: boolean;
  readonly timeoutSeconds?: number;
}

export type WatchEvent<T extends KubeObject = KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

export type PatchType = "json" | "merge" | "strategic" | "apply";

export interface PatchOptions extends CallOptions {
  readonly type: PatchType;
  /** A list of operations for `json`, an object otherwise. */
  readonly body: unknown;
  readonly subresource?: "status" | "scale";
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly warn?: (text: string) => void;
}

export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** Told of each warning of the answer, such as a field that the server does not know and has dropped. */
  readonly warn?: (text: string) => void;
}

export interface DeleteOptions extends CallOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  readonly dryRun?: boolean;
}

/**
 * The port to an API server. Objects are raw JSON; what is returned must not be changed.
 * Every method rejects with a `KubeFault` (see `fault.ts`) on an API error and with `signal.reason` when aborted.
 */
export interface KubeClient {
  get<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options?: CallOptions): Promise<T>;
  list<T extends KubeObject>(type: ResourceType<T>, options?: ListOptions): Promise<KubeList<T>>;
  /**
   * Streams events until the server's time-out (the iterator then ends) or abort. An in-stream ERROR, 410 included,
   * rejects the iterator with the matching fault.
   */
  watch<T extends KubeObject>(type: ResourceType<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  /** PUT with the object's resourceVersion as optimistic lock, where it has one. */
  update<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    options?: WriteOptions & { readonly subresource?: "status" },
  ): Promise<T>;
  patch<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options: PatchOptions): Promise<T>;
  /** Resolves with the object as it stands (still there when finalizers or a grace period hold it), or undefined when gone. */
  delete<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    options?: DeleteOptions,
  ): Promise<T | undefined>;
  /** POST of a `binding`, `eviction` or other create-only subresource. */
  createSubresource(
    type: ResourceType,
    name: ObjectName,
    subresource: "binding" | "eviction",
    body: KubeObject,
    options?: CallOptions,
  ): Promise<void>;
  /** Whether the server serves the type now (asked by discovery; used for optional CRDs). */
  isServed(type: ResourceType, options?: CallOptions): Promise<boolean>;
}
