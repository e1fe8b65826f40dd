import { apiVersionOf } from "../../api/index.ts";
import { fieldText, valueAt } from "../store/field-path.ts";
import type { FieldReader } from "../store/field-selector.ts";
import { ObjectTable } from "../store/object-table.ts";
import type { VersionCounter } from "../store/version-counter.ts";
import type { ResourceDefinition } from "./resource.ts";

/** A served version with the table that all versions of its kind share. */
export interface Served {
  readonly definition: ResourceDefinition;
  readonly table: ObjectTable;
  /** Version in which objects are stored; others are presented by changing `apiVersion`. */
  readonly storageVersion: string;
}

const metadataFields: Readonly<Record<string, FieldReader>> = {
  "metadata.name": (object) => object.metadata.name ?? "",
  "metadata.namespace": (object) => object.metadata.namespace ?? "",
};

const kindKey = ({ type }: ResourceDefinition): string => `${apiVersionOf(type)}/${type.kind}`;

/** Every reader a field selector of this resource may use. */
export function fieldReaders(definition: ResourceDefinition): Readonly<Record<string, FieldReader>> {
  return { ...metadataFields, ...definition.selectableFields };
}

/** Which resources are served now. Custom ones come and go with their definitions. */
export class Registry {
  readonly #versions: VersionCounter;
  readonly #historySize: number;
  readonly #served = new Map<string, Served>();
  readonly #byKind = new Map<string, Served>();
  readonly #tables = new Map<string, ObjectTable>();
  /** Rises with every change, so that discovery documents can be cached. */
  generation = 0;

  constructor(options: { readonly versions: VersionCounter; readonly historySize: number }) {
    this.#versions = options.versions;
    this.#historySize = options.historySize;
  }

  serve(definition: ResourceDefinition, storageVersion = definition.type.version): Served {
    const { group, version, plural } = definition.type;
    const served: Served = { definition, table: this.#tableFor(definition), storageVersion };
    this.#served.set(`${group}/${version}/${plural}`, served);
    this.#byKind.set(kindKey(definition), served);
    this.generation += 1;
    return served;
  }

  /** Stops serving one version; its table is forgotten with the last version. */
  withdraw(group: string, version: string, plural: string): void {
    const key = `${group}/${version}/${plural}`;
    const served = this.#served.get(key);
    if (served === undefined) return;
    this.#served.delete(key);
    this.#byKind.delete(kindKey(served.definition));
    this.generation += 1;
    served.table.endWatches();
    if (!this.all().some(({ table }) => table === served.table)) this.#tables.delete(`${group}/${plural}`);
  }

  get(group: string, version: string, plural: string): Served | undefined {
    return this.#served.get(`${group}/${version}/${plural}`);
  }

  /** The kind by API version and kind, as owner references name it. */
  byKind(apiVersion: string, kind: string): Served | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** Any served version of a resource. */
  anyVersion(group: string, plural: string): Served | undefined {
    return this.all().find(({ definition: { type } }) => type.group === group && type.plural === plural);
  }

  /** The objects of a resource, whatever versions serve it. */
  table(group: string, plural: string): ObjectTable | undefined {
    return this.#tables.get(`${group}/${plural}`);
  }

  /** One served version per namespaced table, in the order of serving. */
  tables(): readonly Served[] {
    const byTable = new Map<ObjectTable, Served>();
    for (const served of this.#served.values()) {
      if (served.definition.type.namespaced && !byTable.has(served.table)) byTable.set(served.table, served);
    }
    return [...byTable.values()];
  }

  /** Name of the CustomResourceDefinition of an object; undefined for built-in kinds. */
  definitionName(object: { readonly apiVersion: string; readonly kind: string }): string | undefined {
    const slash = object.apiVersion.indexOf("/");
    if (slash < 0) return undefined;
    const definition = this.byKind(object.apiVersion, object.kind)?.definition;
    return definition?.custom === true ? `${definition.type.plural}.${definition.type.group}` : undefined;
  }

  all(): readonly Served[] {
    return [...this.#served.values()];
  }

  #tableFor(definition: ResourceDefinition): ObjectTable {
    const key = `${definition.type.group}/${definition.type.plural}`;
    const existing = this.#tables.get(key);
    if (existing !== undefined) return existing;
    const field = definition.indexedField;
    const read =
      field === undefined
        ? undefined
        : (definition.selectableFields[field] ?? ((object) => fieldText(valueAt(object, field.split(".")))));
    const table = new ObjectTable({
      versions: this.#versions,
      historySize: this.#historySize,
      ...(field === undefined || read === undefined ? {} : { index: { field, read } }),
    });
    this.#tables.set(key, table);
    return table;
  }
}
