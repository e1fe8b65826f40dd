import { apiVersionOf, customResourceDefinitions, type ResourceType } from "../api/index.ts";
import type { Logger } from "../platform/index.ts";

/** A schema as OpenAPI and definitions have it, as far as names of fields go. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The schema that the API server serves for a kind; undefined where it serves none. */
export type ServedSchemas = (type: ResourceType, options: { readonly signal: AbortSignal }) => Promise<unknown>;

export interface OldDefinitionsOptions {
  readonly schemas: ServedSchemas;
  readonly log: Logger;
  readonly types: readonly ResourceType[];
}

const upgrade =
  "helm upgrade --install karpenter-crd deploy/charts/karpenter-crd, or kubectl apply --server-side -f deploy/charts/karpenter/crds";

/**
 * Compares the definitions that the cluster has with those of this controller, and names in one line what they lack: the API
 * server refuses or drops such fields (spec: operations 5.4). Fields that only the cluster's have harm nobody.
 */
export async function tellOldDefinitions(
  { schemas, log, types }: OldDefinitionsOptions,
  signal: AbortSignal,
): Promise<void> {
  const lacking: Record<string, readonly string[]> = {};
  try {
    for (const type of types) {
      const served = await schemas(type, { signal });
      const fields = served === undefined ? [] : missingFields(ownSchema(type), served as Schema, "");
      if (fields.length > 0) lacking[`${type.plural}.${type.group}`] = fields;
    }
  } catch (error) {
    if (!signal.aborted) log.debug("could not compare the definitions of the cluster", { error });
    return;
  }
  if (Object.keys(lacking).length === 0) return;
  log.warn("definitions in the cluster are of another version: the API server does not know all fields; upgrade them", {
    lacking,
    upgrade,
  });
}

function ownSchema(type: ResourceType): Schema {
  const own = customResourceDefinitions.find(
    ({ spec: { group, names } }) => group === type.group && names.plural === type.plural,
  );
  const version = own?.spec.versions.find(({ name }) => `${type.group}/${name}` === apiVersionOf(type));
  const { spec, status } = ((version?.schema?.openAPIV3Schema ?? {}) as Schema).properties ?? {};
  return {
    properties: { ...(spec === undefined ? {} : { spec }), ...(status === undefined ? {} : { status }) },
  };
}

/** Paths that only the first has; an object that names no fields of its own is open. */
function missingFields(own: Schema, served: Schema, path: string): readonly string[] {
  if (own.items !== undefined)
    return served.items === undefined ? [] : missingFields(own.items, served.items, `${path}[]`);
  if (served.properties === undefined) return [];
  const known = served.properties;
  return Object.entries(own.properties ?? {}).flatMap(([name, field]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const other = known[name];
    return other === undefined ? [at] : missingFields(field, other, at);
  });
}
