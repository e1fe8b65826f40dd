/** The `KubeClient` of the same process: no wire, same answers. */
import type { Binding, KubeList, KubeObject, ResourceType } from "../../api/index.ts";
import type {
  CallOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  ObjectName,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "../../kube/index.ts";
import type { StreamEvent, WatchStream } from "../store/watch-stream.ts";
import { present, servedType, type ApiCore } from "./api-core.ts";
import { applyObject } from "./applying.ts";
import { bindPod } from "./binding.ts";
import { createObject } from "./create.ts";
import { deleteObject } from "./deletion.ts";
import { evictPod } from "./eviction.ts";
import { notServed } from "./faults.ts";
import { patchObject, patchedJson } from "./patching.ts";
import { listObjects, openWatch } from "./read.ts";
import { scaleOf, updateScale } from "./scale.ts";
import { storedObject } from "./stored.ts";
import { updateObject } from "./update.ts";

export interface ClientOptions {
  /** Recorded as the owner of written fields; without it they are recorded only where an object has records already. */
  readonly fieldManager?: string;
}

export class InProcessClient implements KubeClient {
  readonly #core: ApiCore;
  readonly #manager: { readonly fieldManager?: string };

  constructor(core: ApiCore, options: ClientOptions = {}) {
    this.#core = core;
    this.#manager = options.fieldManager === undefined ? {} : { fieldManager: options.fieldManager };
  }

  async get<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options?: CallOptions): Promise<T> {
    options?.signal?.throwIfAborted();
    const served = servedType(this.#core, type);
    return present(served, storedObject(served, name.name, name.namespace)) as unknown as T;
  }

  async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    options.signal?.throwIfAborted();
    return listObjects(servedType(this.#core, type), options) as unknown as KubeList<T>;
  }

  watch<T extends KubeObject>(type: ResourceType<T>, options: WatchOptions = {}): AsyncIterable<WatchEvent<T>> {
    const core = this.#core;
    return {
      [Symbol.asyncIterator]: () => iterate<T>(() => openWatch(core, servedType(core, type), options), options.signal),
    };
  }

  async create<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    options.signal?.throwIfAborted();
    const { namespace } = object.metadata;
    const request = { ...this.#manager, ...options, namespace };
    return createObject(this.#core, servedType(this.#core, type), object, request) as unknown as T;
  }

  async update<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    options: WriteOptions & { readonly subresource?: "status" } = {},
  ): Promise<T> {
    options.signal?.throwIfAborted();
    const { name = "", namespace } = object.metadata;
    const request = { ...this.#manager, ...options, name, namespace };
    return updateObject(this.#core, servedType(this.#core, type), object, request) as unknown as T;
  }

  async patch<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options: PatchOptions): Promise<T> {
    options.signal?.throwIfAborted();
    const core = this.#core;
    const served = servedType(core, type);
    const { subresource, ...rest } = options;
    const request = { ...this.#manager, ...rest, ...name };
    if (subresource === "scale") {
      const change = (scale: KubeObject): unknown => patchedJson(served.definition, scale, request);
      return updateScale(core, served, change, request) as unknown as T;
    }
    const write = { ...request, subresource };
    return (options.type === "apply"
      ? applyObject(core, served, write).object
      : patchObject(core, served, write)) as unknown as T;
  }

  async delete<T extends KubeObject>(
    type: ResourceType<T>,
    name: ObjectName,
    options: DeleteOptions = {},
  ): Promise<T | undefined> {
    options.signal?.throwIfAborted();
    const { object, gone } = deleteObject(this.#core, servedType(this.#core, type), name, options);
    return gone ? undefined : (object as unknown as T);
  }

  async createSubresource(
    type: ResourceType,
    name: ObjectName,
    subresource: "binding" | "eviction",
    body: KubeObject,
    options?: CallOptions,
  ): Promise<void> {
    options?.signal?.throwIfAborted();
    const served = servedType(this.#core, type);
    if (type.group !== "" || type.plural !== "pods") throw notServed();
    if (subresource === "binding") bindPod(this.#core, served, name, body as Binding);
    else evictPod(this.#core, served, name, { body: body });
  }

  async isServed(type: ResourceType, options?: CallOptions): Promise<boolean> {
    options?.signal?.throwIfAborted();
    return this.#core.registry.get(type.group, type.version, type.plural) !== undefined;
  }

  /** The Scale of an object (`autoscaling/v1`). */
  async getScale(type: ResourceType, name: ObjectName): Promise<KubeObject> {
    return scaleOf(servedType(this.#core, type), name);
  }
}

/** Opens the watch with the iterator, so that a reader misses nothing written after it asked. */
function iterate<T extends KubeObject>(
  open: () => WatchStream,
  signal: AbortSignal | undefined,
): AsyncIterator<WatchEvent<T>> {
  let stream: WatchStream | undefined;
  let failure: unknown;
  const abort = (): void => stream?.end(signal?.reason ?? new Error("aborted"));
  try {
    signal?.throwIfAborted();
    stream = open();
    signal?.addEventListener("abort", abort, { once: true });
    stream.onClose(() => signal?.removeEventListener("abort", abort));
  } catch (error) {
    failure = error;
  }
  return {
    next: async () => {
      if (stream === undefined) throw failure;
      const event = await stream.next();
      return event === undefined ? { done: true, value: undefined } : { done: false, value: watchEvent<T>(event) };
    },
    return: async () => {
      stream?.end();
      return { done: true, value: undefined };
    },
  };
}

function watchEvent<T extends KubeObject>(event: StreamEvent): WatchEvent<T> {
  if (event.type === "BOOKMARK") return { type: "BOOKMARK", resourceVersion: String(event.version) };
  return { type: event.type, object: event.object as unknown as T };
}
