import type { ApiObject } from "./api-object.ts";
import type { FieldReader } from "./field-selector.ts";
import type { Change } from "./history.ts";
import { selects, type Selection } from "./selection.ts";
import type { WatchStream } from "./watch-stream.ts";

export interface Watcher {
  readonly selection: Selection;
  readonly stream: WatchStream;
  readonly bookmarks: boolean;
  /** What the reader gets to see of an object (another served version, for example). */
  readonly present: (object: ApiObject) => ApiObject;
}

/**
 * The watchers of one resource. Those that select one value of the indexed field are found by it, so that a pod event
 * wakes the kubelet of its node and not those of a thousand others.
 */
export class WatchAudience {
  readonly #index: { readonly field: string; readonly read: FieldReader } | undefined;
  readonly #general = new Set<Watcher>();
  readonly #byValue = new Map<string, Set<Watcher>>();

  constructor(index: { readonly field: string; readonly read: FieldReader } | undefined) {
    this.#index = index;
  }

  add(watcher: Watcher): void {
    if (watcher.stream.ended) return;
    const value = this.#index === undefined ? undefined : watcher.selection.fields.exact(this.#index.field);
    const group = value === undefined ? this.#general : (this.#byValue.get(value) ?? new Set());
    if (value !== undefined) this.#byValue.set(value, group);
    group.add(watcher);
    watcher.stream.onClose(() => {
      group.delete(watcher);
      if (value !== undefined && group.size === 0) this.#byValue.delete(value);
    });
  }

  publish(change: Change): void {
    for (const watcher of this.#general) this.deliver(watcher, change);
    if (this.#index === undefined || this.#byValue.size === 0) return;
    const after = this.#index.read(change.object);
    const before = change.previous === undefined ? after : this.#index.read(change.previous);
    for (const watcher of this.#byValue.get(after) ?? []) this.deliver(watcher, change);
    if (before !== after) for (const watcher of this.#byValue.get(before) ?? []) this.deliver(watcher, change);
  }

  /** Translates a change into what this watcher's selection sees: leaving the selection is a delete. */
  deliver(watcher: Watcher, change: Change): void {
    const { selection, stream, present } = watcher;
    const before = change.previous !== undefined && selects(selection, change.previous);
    const now = change.type !== "DELETED" && selects(selection, change.object);
    if (now) {
      stream.push({ type: before ? "MODIFIED" : "ADDED", object: present(change.object), version: change.version });
    } else if (before) {
      stream.push({ type: "DELETED", object: present(lastSeen(change)), version: change.version });
    }
  }

  bookmark(version: number): void {
    for (const watcher of this.#all()) {
      if (watcher.bookmarks && watcher.stream.lastVersion < version) {
        watcher.stream.push({ type: "BOOKMARK", version, initialEventsEnd: false });
      }
    }
  }

  endAll(failure: Error | undefined): void {
    const watchers = [...this.#all()];
    for (const { stream } of watchers) stream.end(failure);
  }

  *#all(): Generator<Watcher> {
    yield* this.#general;
    for (const group of this.#byValue.values()) yield* group;
  }
}

/** The state a watcher last saw, stamped with the version of the change that took it out of sight. */
function lastSeen(change: Change): ApiObject {
  if (change.type === "DELETED" || change.previous === undefined) return change.object;
  const metadata = Object.freeze({ ...change.previous.metadata, resourceVersion: String(change.version) });
  return Object.freeze({ ...change.previous, metadata });
}
