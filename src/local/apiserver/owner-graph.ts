import type { ApiObject } from "../store/api-object.ts";
import type { Change } from "../store/history.ts";
import type { Served } from "./registry.ts";

/** Where an object is stored. */
export interface ObjectLocation {
  readonly served: Served;
  readonly key: string;
}

/** The object at a location, if it is still there. */
export function objectAt(location: ObjectLocation | undefined): ApiObject | undefined {
  return location?.served.table.get(location.key);
}

/** Deleted owners that are remembered, so that a dependent made too late by a stale cache is still collected. */
const maxRemembered = 50_000;

/** Who owns whom, by uid, over all kinds; kept up to date by every change of every table. */
export class OwnerGraph {
  readonly #byUid = new Map<string, ObjectLocation>();
  readonly #dependents = new Map<string, Map<string, ObjectLocation>>();
  readonly #deleted = new Set<string>();

  observe(served: Served, change: Change): void {
    const { uid = "", ownerReferences: owners = [] } = change.object.metadata;
    const location = { served, key: change.key };
    const before = change.previous?.metadata.ownerReferences ?? [];
    if (before !== owners || change.type === "DELETED") {
      for (const owner of before) this.#unlink(owner.uid, uid);
    }
    if (change.type === "DELETED") {
      this.#byUid.delete(uid);
      this.#remember(uid);
      return;
    }
    if (change.previous === undefined) this.#byUid.set(uid, location);
    if (before !== owners) for (const owner of owners) this.#link(owner.uid, uid, location);
  }

  exists(uid: string): boolean {
    return this.#byUid.has(uid);
  }

  locate(uid: string): ObjectLocation | undefined {
    return this.#byUid.get(uid);
  }

  /** Whether an object with this uid was here and is gone. */
  wasDeleted(uid: string): boolean {
    return this.#deleted.has(uid);
  }

  /** Objects that name `uid` as an owner, in the order in which they did so. */
  dependentsOf(uid: string): readonly ObjectLocation[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  #link(owner: string, dependent: string, location: ObjectLocation): void {
    const group = this.#dependents.get(owner) ?? new Map<string, ObjectLocation>();
    group.set(dependent, location);
    this.#dependents.set(owner, group);
  }

  #unlink(owner: string, dependent: string): void {
    const group = this.#dependents.get(owner);
    group?.delete(dependent);
    if (group?.size === 0) this.#dependents.delete(owner);
  }

  #remember(uid: string): void {
    this.#deleted.add(uid);
    if (this.#deleted.size <= maxRemembered) return;
    for (const oldest of this.#deleted) {
      this.#deleted.delete(oldest);
      return;
    }
  }
}
