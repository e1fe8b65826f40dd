import type { Clock, Ids, Logger } from "../../platform/index.ts";
import type { ResourceType } from "../../api/index.ts";
import type { ApiObject } from "../store/api-object.ts";
import type { Change } from "../store/history.ts";
import { tableKey } from "../store/object-table.ts";
import { VersionCounter } from "../store/version-counter.ts";
import { notServed } from "./faults.ts";
import { OwnerGraph } from "./owner-graph.ts";
import { Registry, type Served } from "./registry.ts";
import type { FieldValidation, ResourceDefinition, WriteContext } from "./resource.ts";

/** How one write is to be done; who asks for it decides whether fields are tracked. */
export interface WriteSettings {
  readonly dryRun?: boolean;
  /** Name under which changed fields are recorded; absent: recorded only on objects that have records already. */
  readonly fieldManager?: string;
  /** The object was applied and carries its records already. */
  readonly appliedAtCreate?: boolean;
  readonly fieldValidation?: FieldValidation;
  /** Gets each warning that an HTTP answer would carry. */
  readonly warn?: (text: string) => void;
}

/** Everything the request functions share: what is served, what is stored, time and names. */
export interface ApiCore {
  readonly versions: VersionCounter;
  readonly registry: Registry;
  readonly owners: OwnerGraph;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger | undefined;
  readonly context: WriteContext;
  /** Asks for collection work after a delete; done in the background. */
  readonly collect: (task: CollectionTask) => void;
  /** Told of each change of every resource, in order. */
  readonly observers: Set<ChangeObserver>;
}

/** Sees one change at the moment it is stored; must not write. */
export type ChangeObserver = (type: ResourceType, change: Change) => void;

/**
 * Work of the garbage collector: dependents of a gone, foreground-deleted or orphaning owner; the content of a namespace
 * or of a custom kind.
 */
export interface CollectionTask {
  readonly kind: "owner-gone" | "orphan" | "foreground" | "namespace" | "definition";
  readonly uid: string;
}

export function createApiCore(options: {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log?: Logger | undefined;
  readonly historySize: number;
  readonly collect: (task: CollectionTask) => void;
}): ApiCore {
  const versions = new VersionCounter();
  const registry = new Registry({ versions, historySize: options.historySize });
  const context: WriteContext = {
    get now() {
      return options.clock.now();
    },
    find: ({ group, plural }, name, namespace) => registry.table(group, plural)?.get(tableKey(name, namespace)),
    all: ({ group, plural }, namespace) => registry.table(group, plural)?.values(namespace) ?? [],
  };
  return {
    versions,
    registry,
    owners: new OwnerGraph(),
    clock: options.clock,
    ids: options.ids,
    log: options.log,
    context,
    collect: options.collect,
    observers: new Set(),
  };
}

/** Serves a resource and keeps the owner graph informed of its objects. */
export function serveResource(core: ApiCore, definition: ResourceDefinition, storageVersion?: string): Served {
  const known = core.registry.table(definition.type.group, definition.type.plural) !== undefined;
  const served = core.registry.serve(definition, storageVersion);
  if (!known) {
    served.table.onChange((change: Change) => {
      core.owners.observe(served, change);
      for (const observer of core.observers) observer(definition.type, change);
    });
  }
  return served;
}

/** The served version, or the 404 of a path that does not exist. */
export function servedType(core: ApiCore, type: ResourceType): Served {
  const served = core.registry.get(type.group, type.version, type.plural);
  if (served === undefined) throw notServed();
  return served;
}

/** RFC 3339 with second precision, as `metav1.Time` prints it. */
export function timestamp(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().slice(0, 19)}Z`;
}

/** The object as the served version shows it. */
export function present(served: Served, object: ApiObject): ApiObject {
  const { group, version } = served.definition.type;
  if (version === served.storageVersion) return object;
  return Object.freeze({ ...object, apiVersion: group === "" ? version : `${group}/${version}` });
}
