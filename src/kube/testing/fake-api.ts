/**
 * A minimal API server in memory for this room's own tests, with faults on demand. It knows versions, watch, merge
 * patch and finalizers, and nothing of schemas; what a real server does is in `conformance`.
 */
import { apiVersionOf, type KubeObject, type ResourceType } from "../../api/index.ts";
import type { KubeClient, ListOptions, ObjectName, PatchOptions, WatchEvent, WatchOptions } from "../client.ts";
import { KubeFault } from "../fault.ts";

export type FakeMethod = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "createSubresource";

export interface FakeCall {
  readonly method: FakeMethod;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

interface Change {
  readonly version: number;
  readonly type: ResourceType;
  readonly event: WatchEvent;
}

interface OpenWatch {
  /** Place in the history of what is told next. */
  next: number;
  wake: () => void;
  ending: { readonly error?: unknown } | undefined;
  bookmark: boolean;
}

const storeKey = (type: ResourceType, { namespace = "", name }: ObjectName): string =>
  `${apiVersionOf(type)}/${type.plural}/${namespace}/${name}`;

export class FakeApi implements KubeClient {
  readonly calls: FakeCall[] = [];
  readonly #objects = new Map<string, { readonly type: ResourceType; readonly object: KubeObject }>();
  readonly #history: Change[] = [];
  readonly #watches = new Set<OpenWatch>();
  readonly #faults: { readonly method: FakeMethod; readonly fault: unknown }[] = [];
  readonly #absent = new Set<string>();
  #version = 100;
  #oldest = 0;
  #uids = 0;

  /** The next call of `method` rejects with `fault`. */
  failNext(method: FakeMethod, fault: unknown): void {
    this.#faults.push({ method, fault });
  }

  /** Ends all watches, with an error where one is given. */
  endWatches(error?: unknown): void {
    for (const watch of this.#watches) {
      watch.ending = error === undefined ? {} : { error };
      watch.wake();
    }
  }

  /** Forgets what happened so far: a watch from before answers 410. */
  compact(): void {
    this.#oldest = this.#version;
  }

  sendBookmarks(): void {
    for (const watch of this.#watches) {
      watch.bookmark = true;
      watch.wake();
    }
  }

  serve(type: ResourceType, served: boolean): void {
    if (served) this.#absent.delete(type.plural);
    else this.#absent.add(type.plural);
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  get version(): string {
    return String(this.#version);
  }

  /** Puts an object as another writer would; a new UID unless one is given. */
  put<T extends KubeObject>(type: ResourceType<T>, object: T): T {
    const key = storeKey(type, nameOf(object));
    const known = this.#objects.get(key)?.object;
    this.#version += 1;
    const uid = object.metadata.uid ?? known?.metadata.uid ?? `uid-${(this.#uids += 1)}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#version) };
    const stored = { ...object, metadata } as T;
    this.#objects.set(key, { type, object: stored });
    this.#record(type, { type: known === undefined ? "ADDED" : "MODIFIED", object: stored });
    return stored;
  }

  remove(type: ResourceType, name: ObjectName): void {
    const key = storeKey(type, name);
    const known = this.#objects.get(key)?.object;
    if (known === undefined) throw new Error(`no ${type.kind} ${name.name} to remove`);
    this.#objects.delete(key);
    this.#version += 1;
    const metadata = { ...known.metadata, resourceVersion: String(this.#version) };
    this.#record(type, { type: "DELETED", object: { ...known, metadata } });
  }

  peek<T extends KubeObject>(type: ResourceType<T>, name: ObjectName): T | undefined {
    return this.#objects.get(storeKey(type, name))?.object as T | undefined;
  }

  /** All objects of a kind in order of name, without a call. */
  contents<T extends KubeObject>(type: ResourceType<T>): readonly T[] {
    return [...this.#objects.values()]
      .filter((held) => held.type.plural === type.plural)
      .map(({ object }) => object as T)
      .toSorted((a, b) => (storeKey(type, nameOf(a)) < storeKey(type, nameOf(b)) ? -1 : 1));
  }

  async get<T extends KubeObject>(type: ResourceType<T>, name: ObjectName): Promise<T> {
    this.#call("get", type, { ...name });
    return this.#find(type, name);
  }

  async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}) {
    const { signal: _, ...detail } = options;
    this.#call("list", type, detail);
    if (this.#absent.has(type.plural)) throw new KubeFault("NotFound", "not served", { code: 404 });
    const all = this.contents(type);
    const start = Number(options.continue ?? 0);
    const end = start + (options.limit ?? all.length);
    const metadata = { resourceVersion: this.version, ...(end < all.length ? { continue: String(end) } : {}) };
    return { apiVersion: apiVersionOf(type), kind: `${type.kind}List`, metadata, items: all.slice(start, end) };
  }

  async *watch<T extends KubeObject>(type: ResourceType<T>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>> {
    const { signal, ...detail } = options;
    this.#call("watch", type, detail);
    const since = Number(options.resourceVersion ?? 0);
    if (since < this.#oldest) throw new KubeFault("Expired", "too old resource version", { code: 410 });
    const watch: OpenWatch = {
      next: this.#placeAfter(since),
      wake: () => undefined,
      ending: undefined,
      bookmark: false,
    };
    this.#watches.add(watch);
    signal?.addEventListener("abort", () => watch.wake(), { once: true });
    try {
      while (watch.ending === undefined) {
        signal?.throwIfAborted();
        const event = this.#take(watch, type);
        if (event !== undefined) yield event as WatchEvent<T>;
        else await new Promise<void>((resolve) => (watch.wake = resolve));
      }
      for (let left = this.#take(watch, type); left !== undefined; left = this.#take(watch, type)) {
        yield left as WatchEvent<T>;
      }
      if (watch.ending.error !== undefined) throw watch.ending.error;
    } finally {
      this.#watches.delete(watch);
    }
  }

  async create<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> {
    this.#call("create", type, { object });
    const name = nameOf(object);
    if (this.peek(type, name) !== undefined) {
      throw new KubeFault("AlreadyExists", `${name.name} already exists`, { code: 409 });
    }
    return this.put(type, object);
  }

  async update<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> {
    this.#call("update", type, { object });
    this.#checkVersion(this.#find(type, nameOf(object)), object.metadata.resourceVersion);
    return this.put(type, object);
  }

  async patch<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options: PatchOptions): Promise<T> {
    const { signal: _, ...detail } = options;
    this.#call("patch", type, detail);
    const known = this.#find(type, name);
    const body = options.body as { readonly metadata?: { readonly resourceVersion?: string } };
    this.#checkVersion(known, body.metadata?.resourceVersion);
    return this.put(type, merge(known, body) as T);
  }

  async delete<T extends KubeObject>(type: ResourceType<T>, name: ObjectName, options: { uid?: string } = {}) {
    this.#call("delete", type, { ...name, ...options });
    const known = this.#find(type, name);
    if (options.uid !== undefined && options.uid !== known.metadata.uid) {
      throw new KubeFault("Conflict", "the UID in the precondition does not match", { code: 409 });
    }
    this.remove(type, name);
    return undefined;
  }

  async createSubresource(type: ResourceType, name: ObjectName, subresource: string, body: KubeObject): Promise<void> {
    this.#call("createSubresource", type, { subresource, body });
    this.#find(type, name);
  }

  async isServed(type: ResourceType): Promise<boolean> {
    return !this.#absent.has(type.plural);
  }

  #call(method: FakeMethod, type: ResourceType, detail: FakeCall["detail"]): void {
    this.calls.push({ method, kind: type.kind, detail });
    const index = this.#faults.findIndex((planned) => planned.method === method);
    if (index >= 0) throw this.#faults.splice(index, 1)[0]?.fault;
  }

  #placeAfter(version: number): number {
    const place = this.#history.findIndex((change) => change.version > version);
    return place < 0 ? this.#history.length : place;
  }

  /** The next thing that a watch has to tell, a bookmark after all events. */
  #take(watch: OpenWatch, type: ResourceType): WatchEvent | undefined {
    while (watch.next < this.#history.length) {
      const change = this.#history[watch.next] as Change;
      watch.next += 1;
      if (change.type.plural === type.plural) return change.event;
    }
    if (!watch.bookmark) return undefined;
    watch.bookmark = false;
    return { type: "BOOKMARK", resourceVersion: this.version };
  }

  #find<T extends KubeObject>(type: ResourceType<T>, name: ObjectName): T {
    const known = this.peek(type, name);
    if (known === undefined) throw new KubeFault("NotFound", `${type.plural} "${name.name}" not found`, { code: 404 });
    return known;
  }

  #checkVersion(known: KubeObject, version: string | undefined): void {
    if (version === undefined || version === known.metadata.resourceVersion) return;
    throw new KubeFault("Conflict", "the object has been modified", { code: 409 });
  }

  #record(type: ResourceType, event: WatchEvent): void {
    this.#history.push({ version: this.#version, type, event });
    for (const watch of this.#watches) watch.wake();
  }
}

function nameOf({ metadata }: KubeObject): ObjectName {
  const { name = "", namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> =
    typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
