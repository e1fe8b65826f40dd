import { shareJson, type ApiObject } from "./api-object.ts";
import type { FieldReader } from "./field-selector.ts";
import { History, type Change } from "./history.ts";
import { selects, type Selection } from "./selection.ts";
import { SortedKeys } from "./sorted-keys.ts";
import type { VersionCounter } from "./version-counter.ts";
import { WatchAudience, type Watcher } from "./watch-audience.ts";

export interface PageQuery extends Selection {
  readonly limit?: number;
  /** Continue after this key, as of `version`. */
  readonly after?: { readonly key: string; readonly version: number };
}

export interface Page {
  readonly items: readonly ApiObject[];
  readonly version: number;
  /** Key of the last item when more follow. */
  readonly lastKey?: string;
  readonly remaining?: number;
}

/** `namespace/name`, or the name of a cluster-scoped object. */
export function tableKey(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** All objects of one resource, in key order, with their recent history, one optional index and their watchers. */
export class ObjectTable {
  readonly #versions: VersionCounter;
  readonly #objects = new Map<string, ApiObject>();
  readonly #keys = new SortedKeys();
  readonly #history: History;
  readonly #index: { readonly field: string; readonly read: FieldReader } | undefined;
  readonly #byIndex = new Map<string, SortedKeys>();
  readonly #audience: WatchAudience;
  readonly #listeners: ((change: Change) => void)[] = [];

  constructor(options: {
    readonly versions: VersionCounter;
    readonly historySize: number;
    readonly index?: { readonly field: string; readonly read: FieldReader };
  }) {
    this.#versions = options.versions;
    this.#history = new History(options.historySize);
    this.#index = options.index;
    this.#audience = new WatchAudience(options.index);
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Watches resume from this version or a later one. */
  get oldestVersion(): number {
    return this.#history.floor;
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key);
  }

  /** Every object in key order, of one namespace where given. */
  *values(namespace?: string): Generator<ApiObject> {
    for (const key of this.#keys.range(namespace === undefined ? "" : `${namespace}/`)) {
      const object = this.#objects.get(key);
      if (object !== undefined) yield object;
    }
  }

  /** Called after each change, in order; must not write. */
  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  /** Stores the next state; the version is stamped here. Returns what is stored. */
  put(key: string, next: ApiObject): ApiObject {
    const version = this.#versions.next();
    const previous = this.#objects.get(key);
    const stamped = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } };
    const object = Object.freeze(shareJson(previous, deepFreezeTop(stamped)));
    this.#objects.set(key, object);
    if (previous === undefined) this.#keys.add(key);
    this.#reindex(key, previous, object);
    this.#publish({ type: previous === undefined ? "ADDED" : "MODIFIED", key, object, previous, version });
    return object;
  }

  /** Removes an object; `last` is its final state as watchers should see it. */
  remove(key: string, last: ApiObject): ApiObject {
    const version = this.#versions.next();
    const previous = this.#objects.get(key);
    const metadata = Object.freeze({ ...last.metadata, resourceVersion: String(version) });
    const object = Object.freeze({ ...last, metadata });
    this.#objects.delete(key);
    this.#keys.delete(key);
    this.#reindex(key, previous, undefined);
    this.#publish({ type: "DELETED", key, object, previous, version });
    return object;
  }

  /** Undefined when the continued version is forgotten. */
  page(query: PageQuery): Page | undefined {
    const version = query.after?.version ?? this.#versions.current;
    const past = query.after === undefined ? new Map<string, ApiObject | undefined>() : this.#statesAt(version);
    if (past === undefined) return undefined;
    const keys = this.#candidates(query, past);
    const items = keys.flatMap((key) => {
      const object = past.has(key) ? past.get(key) : this.#objects.get(key);
      return object !== undefined && selects(query, object) ? [object] : [];
    });
    const limit = query.limit ?? items.length;
    const last = items[limit - 1];
    if (items.length <= limit || last === undefined) return { items, version };
    const lastKey = tableKey(last.metadata.name ?? "", last.metadata.namespace);
    return { items: items.slice(0, limit), version, lastKey, remaining: items.length - limit };
  }

  /** Adds a watcher; changes after `version` are delivered first. False when some of them are forgotten. */
  watch(watcher: Watcher, version: number): boolean {
    const missed = this.#history.after(version);
    if (missed === undefined) return false;
    for (const change of missed) this.#audience.deliver(watcher, change);
    this.#audience.add(watcher);
    return true;
  }

  /** Tells every watcher that asks for bookmarks how far it has seen. */
  bookmark(): void {
    this.#audience.bookmark(this.#versions.current);
  }

  /** Forgets the history, so that older resumes answer 410. */
  compact(): void {
    this.#history.compact();
  }

  /** Ends all watches, as a shutdown or the end of a served version does. */
  endWatches(failure?: Error): void {
    this.#audience.endAll(failure);
  }

  #candidates(query: PageQuery, past: ReadonlyMap<string, unknown>): readonly string[] {
    const start = query.after === undefined ? "" : `${query.after.key}\u0000`;
    const prefix = query.namespace === undefined ? "" : `${query.namespace}/`;
    const exact = this.#index === undefined ? undefined : query.fields.exact(this.#index.field);
    const source = exact === undefined || past.size > 0 ? this.#keys : this.#byIndex.get(exact);
    const keys = source?.range(prefix, start) ?? [];
    const gone = [...past.keys()].filter((key) => key >= start && key.startsWith(prefix) && !this.#objects.has(key));
    return gone.length === 0 ? keys : [...keys, ...gone].toSorted();
  }

  /** Objects that differ from now, as they were at a version (undefined: not there yet). */
  #statesAt(version: number): Map<string, ApiObject | undefined> | undefined {
    const changes = this.#history.after(version);
    if (changes === undefined) return undefined;
    const states = new Map<string, ApiObject | undefined>();
    for (const change of changes) if (!states.has(change.key)) states.set(change.key, change.previous);
    return states;
  }

  #reindex(key: string, previous: ApiObject | undefined, next: ApiObject | undefined): void {
    if (this.#index === undefined) return;
    const before = previous === undefined ? undefined : this.#index.read(previous);
    const after = next === undefined ? undefined : this.#index.read(next);
    if (before === after) return;
    if (before !== undefined) {
      const keys = this.#byIndex.get(before);
      keys?.delete(key);
      if (keys?.size === 0) this.#byIndex.delete(before);
    }
    if (after !== undefined) {
      const keys = this.#byIndex.get(after) ?? new SortedKeys();
      keys.add(key);
      this.#byIndex.set(after, keys);
    }
  }

  #publish(change: Change): void {
    this.#history.add(change);
    this.#audience.publish(change);
    for (const listener of this.#listeners) listener(change);
  }
}

/** Freezes the levels that writing always makes anew; deeper parts arrive frozen. */
function deepFreezeTop(object: ApiObject): ApiObject {
  Object.freeze(object.metadata);
  return object;
}
