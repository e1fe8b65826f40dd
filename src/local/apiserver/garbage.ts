/** The garbage collector: dependents of owners that go, and the content of namespaces that go. */
import type { CustomResourceDefinition, OwnerReference } from "../../api/index.ts";
import { freezeJson, type ApiObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";
import { tableKey } from "../store/object-table.ts";
import type { ApiCore, CollectionTask } from "./api-core.ts";
import { beginDeletion } from "./deletion.ts";
import { objectAt, type ObjectLocation } from "./owner-graph.ts";
import { foregroundFinalizer, instancesFinalizer, orphanFinalizer, settleRemoval } from "./removal.ts";

/** Objects handled in one go before the thread is given back. */
const slice = 64;

/** Works through collection tasks in slices, in the order in which they arose. */
export class Collector {
  readonly #core: ApiCore;
  readonly #tasks: CollectionTask[] = [];
  #running = false;
  #idle: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(core: ApiCore) {
    this.#core = core;
  }

  enqueue(task: CollectionTask): void {
    if (this.#closed || this.#tasks.some(({ kind, uid }) => kind === task.kind && uid === task.uid)) return;
    this.#tasks.push(task);
    if (this.#running) return;
    this.#running = true;
    this.#idle = this.#drain().catch((error: unknown) => {
      this.#core.log?.error("garbage collection failed", { error });
    });
  }

  /** Resolves when everything asked for so far is collected. */
  idle(): Promise<void> {
    return this.#idle;
  }

  close(): void {
    this.#closed = true;
    this.#tasks.length = 0;
  }

  async #drain(): Promise<void> {
    try {
      // The write that caused the task returns first, as it would with a collector in a process of its own.
      await Promise.resolve();
      for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) await this.#run(task);
    } finally {
      this.#running = false;
    }
  }

  async #run(task: CollectionTask): Promise<void> {
    if (task.kind === "namespace") return this.#emptyNamespace(task.uid);
    if (task.kind === "definition") return this.#emptyDefinition(task.uid);
    for (const [index, dependent] of this.#core.owners.dependentsOf(task.uid).entries()) {
      if (index > 0 && index % slice === 0) await this.#core.clock.yield();
      if (task.kind === "orphan") release(this.#core, dependent, new Set([task.uid]));
      else collectDependent(this.#core, dependent);
    }
    if (task.kind === "orphan") dropFinalizer(this.#core, task.uid, orphanFinalizer);
    if (task.kind === "foreground" && !isBlocked(this.#core, task.uid)) {
      dropFinalizer(this.#core, task.uid, foregroundFinalizer);
    }
  }

  async #emptyNamespace(uid: string): Promise<void> {
    const core = this.#core;
    const namespace = objectAt(core.owners.locate(uid));
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    const name = namespace.metadata.name ?? "";
    for (const served of core.registry.tables()) {
      for (const [index, object] of [...served.table.values(name)].entries()) {
        if (index > 0 && index % slice === 0) await core.clock.yield();
        deleteCollected(core, { served, key: `${name}/${object.metadata.name}` }, "Background");
      }
    }
    finishNamespace(core, uid, name);
  }

  async #emptyDefinition(uid: string): Promise<void> {
    const core = this.#core;
    const definition = objectAt(core.owners.locate(uid)) as unknown as CustomResourceDefinition | undefined;
    if (definition === undefined) return;
    const { group, names } = definition.spec;
    const served = core.registry.anyVersion(group, names.plural);
    for (const [index, object] of [...(served?.table.values() ?? [])].entries()) {
      if (index > 0 && index % slice === 0) await core.clock.yield();
      const { name = "", namespace } = object.metadata;
      if (served !== undefined) deleteCollected(core, { served, key: tableKey(name, namespace) }, "Background");
    }
    if (served === undefined || served.table.size === 0) dropFinalizer(core, uid, instancesFinalizer);
  }
}

/** Lets a namespace go when nothing is left in it. */
function finishNamespace(core: ApiCore, uid: string, name: string): void {
  const location = core.owners.locate(uid);
  const namespace = objectAt(location);
  if (location === undefined || namespace === undefined) return;
  if (core.registry.tables().some(({ table }) => !table.values(name).next().done)) return;
  replaceCollected(core, location, { ...namespace, spec: { ...(namespace["spec"] as object), finalizers: [] } });
}

/** Deletes a dependent none of whose owners stay, or lets go of the owners that are gone. */
function collectDependent(core: ApiCore, dependent: ObjectLocation): void {
  const object = objectAt(dependent);
  if (object === undefined) return;
  const owners = object.metadata.ownerReferences ?? [];
  const staying = owners.filter((owner) => ownerState(core, owner) === "stays");
  if (staying.length > 0) {
    const leaving = owners.filter((owner) => !staying.includes(owner));
    if (leaving.length > 0) release(core, dependent, new Set(leaving.map(({ uid }) => uid)));
    return;
  }
  const awaited = owners.some((owner) => ownerState(core, owner) === "waits");
  const hasDependents = core.owners.dependentsOf(object.metadata.uid ?? "").length > 0;
  deleteCollected(core, dependent, awaited && hasDependents ? "Foreground" : "Background");
}

function ownerState(core: ApiCore, owner: OwnerReference): "gone" | "waits" | "stays" {
  const object = objectAt(core.owners.locate(owner.uid));
  if (object === undefined) return core.owners.wasDeleted(owner.uid) ? "gone" : "stays";
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  return deletionTimestamp !== undefined && finalizers.includes(foregroundFinalizer) ? "waits" : "stays";
}

/** Whether a dependent that blocks the deletion of its owner is still there. */
function isBlocked(core: ApiCore, uid: string): boolean {
  return core.owners
    .dependentsOf(uid)
    .some((location) =>
      objectAt(location)?.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
    );
}

function release(core: ApiCore, dependent: ObjectLocation, gone: ReadonlySet<string>): void {
  const object = objectAt(dependent);
  if (object === undefined) return;
  const kept = (object.metadata.ownerReferences ?? []).filter((owner) => !gone.has(owner.uid));
  replaceCollected(core, dependent, withMetadata(object, { ownerReferences: kept.length === 0 ? undefined : kept }));
}

function dropFinalizer(core: ApiCore, uid: string, finalizer: string): void {
  const location = core.owners.locate(uid);
  const object = objectAt(location);
  if (location === undefined || object === undefined) return;
  const kept = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  if (kept.length === (object.metadata.finalizers ?? []).length) return;
  replaceCollected(core, location, withMetadata(object, { finalizers: kept.length === 0 ? undefined : kept }));
}

function replaceCollected(core: ApiCore, { served, key }: ObjectLocation, next: ApiObject): void {
  const frozen = freezeJson(next);
  if (!settleRemoval(core, served.table, key, frozen)) served.table.put(key, frozen);
}

function deleteCollected(core: ApiCore, location: ObjectLocation, policy: "Foreground" | "Background"): void {
  const object = objectAt(location);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
  // A finalizer that the object's own deletion asked for earlier is kept, as the collector of Kubernetes does.
  const own = object.metadata.finalizers ?? [];
  const kept = own.includes(orphanFinalizer) ? "Orphan" : own.includes(foregroundFinalizer) ? "Foreground" : policy;
  beginDeletion(core, location.served, object, { propagationPolicy: kept });
}
