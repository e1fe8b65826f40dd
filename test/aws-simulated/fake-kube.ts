/** As much of an API server as the node class controllers need: one kind, merge patches, versions, and its cache. */
import type { KubeObject, ResourceType } from "../../src/api/index.ts";
import {
  type Delta,
  type Informer,
  KubeFault,
  type KubeClient,
  objectKey,
  type PatchOptions,
} from "../../src/kube/index.ts";

export interface FakeKind<T extends KubeObject> {
  readonly informer: Informer<T>;
  put(object: T): void;
  delete(name: string): void;
  get(name: string): T | undefined;
  readonly patches: readonly PatchOptions[];
  readonly patch: (name: string, options: PatchOptions) => T;
}

export function createFakeKind<T extends KubeObject>(type: ResourceType<T>): FakeKind<T> {
  const objects = new Map<string, T>();
  const handlers = new Set<(delta: Delta<T>) => void>();
  const patches: PatchOptions[] = [];
  let version = 0;
  const put = (object: T): void => {
    version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const previous = objects.get(objectKey(object));
    objects.set(objectKey(object), stored);
    for (const handler of handlers)
      handler(
        previous === undefined
          ? { type: "added", object: stored, initial: false }
          : { type: "updated", object: stored, previous },
      );
  };
  const list = (): readonly T[] => [...objects.values()].toSorted((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1));
  const remove = (name: string): void => {
    const object = objects.get(name);
    objects.delete(name);
    if (object !== undefined)
      for (const handler of handlers) handler({ type: "deleted", object, finalStateUnknown: false });
  };
  return {
    patches,
    put,
    get: (name) => objects.get(name),
    delete: remove,
    patch: (name, options) => {
      const object = objects.get(name);
      if (object === undefined) throw new KubeFault("NotFound", `${type.plural} "${name}" not found`, { code: 404 });
      const body = options.body as { readonly metadata?: { readonly resourceVersion?: string } };
      const wanted = body.metadata?.resourceVersion;
      if (wanted !== undefined && wanted !== object.metadata.resourceVersion)
        throw new KubeFault("Conflict", "the object has been modified", { code: 409 });
      patches.push(options);
      const patched = mergePatch(object, options.body) as T;
      put(patched);
      const { deletionTimestamp, finalizers = [] } = patched.metadata;
      if (deletionTimestamp !== undefined && finalizers.length === 0) remove(name);
      return objects.get(name) ?? patched;
    },
    informer: {
      type,
      synced: true,
      store: {
        get: (key) => objects.get(key),
        list,
        byIndex: () => [],
        get size() {
          return objects.size;
        },
      },
      subscribe: (handler) => {
        handlers.add(handler);
        return () => void handlers.delete(handler);
      },
    },
  };
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === "object" && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** A client that can only patch and delete objects of the given kinds. */
export function patchOnlyClient(kinds: readonly FakeKind<never>[]): KubeClient {
  const refuse = (): never => {
    throw new Error("this call was not expected");
  };
  const patch = (type: ResourceType, { name }: { readonly name: string }, options: PatchOptions) => {
    const kind = kinds.find(({ informer }) => informer.type.plural === type.plural);
    return new Promise((resolve) => resolve(kind === undefined ? refuse() : kind.patch(name, options)));
  };
  return {
    get: refuse,
    list: refuse,
    watch: refuse,
    create: refuse,
    update: refuse,
    delete: (type, { name }) => {
      kinds.find(({ informer }) => informer.type.plural === type.plural)?.delete(name);
      return Promise.resolve(undefined);
    },
    createSubresource: refuse,
    isServed: refuse,
    patch: patch as unknown as KubeClient["patch"],
  };
}
