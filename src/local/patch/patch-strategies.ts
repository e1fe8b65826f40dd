/**
 * How lists of built-in kinds merge (the `patchStrategy` and `patchMergeKey` marks of the Kubernetes API types).
 * Member names are used for one meaning throughout the API but for `ports`, so a list is known by its own name and
 * that of the member around it.
 */
export type ListStrategy =
  | { readonly kind: "replace" }
  | { readonly kind: "merge-primitives" }
  | { readonly kind: "merge"; readonly mergeKey: string };

/** Name of the member that holds an object, or of the kind at the root. */
export type SchemaName = string;

const replace: ListStrategy = Object.freeze({ kind: "replace" });
const primitives: ListStrategy = Object.freeze({ kind: "merge-primitives" });
const by = (mergeKey: string): ListStrategy => Object.freeze({ kind: "merge", mergeKey });

const strategies: Readonly<Record<string, ListStrategy>> = Object.freeze({
  addresses: by("type"),
  conditions: by("type"),
  containers: by("name"),
  env: by("name"),
  ephemeralContainers: by("name"),
  finalizers: primitives,
  hostAliases: by("ip"),
  hostIPs: by("ip"),
  imagePullSecrets: by("name"),
  initContainers: by("name"),
  matchConditions: by("name"),
  ownerReferences: by("uid"),
  podIPs: by("ip"),
  podCIDRs: primitives,
  resourceClaims: by("name"),
  resourceClaimStatuses: by("name"),
  schedulingGates: by("name"),
  secrets: by("name"),
  topologySpreadConstraints: by("topologyKey"),
  volumeDevices: by("devicePath"),
  volumeMounts: by("mountPath"),
  volumes: by("name"),
  webhooks: by("name"),
});

/** Members whose patches drop the keys they do not retain. */
export const retainKeysMembers: ReadonlySet<string> = new Set(["volumes", "strategy", "resourceClaims"]);

const portKeys: Readonly<Record<SchemaName, string>> = {
  containers: "containerPort",
  initContainers: "containerPort",
  ephemeralContainers: "containerPort",
  "Service.spec": "port",
};

/** Lists that share a merging name but are atomic where they stand. */
const atomicPlaces: ReadonlySet<string> = new Set([
  "endpoints.addresses",
  "subsets.addresses",
  "EndpointSlice.addresses",
]);

export const rootSchema = (kind: string): SchemaName => kind;

export function memberSchema(schema: SchemaName | undefined, member: string): SchemaName {
  return schema === "Service" && member === "spec" ? "Service.spec" : member;
}

export function listStrategyOf(schema: SchemaName | undefined, member: string): ListStrategy {
  if (schema === undefined || atomicPlaces.has(`${schema}.${member}`)) return replace;
  if (member === "ports") {
    const key = portKeys[schema];
    return key === undefined ? replace : by(key);
  }
  return Object.hasOwn(strategies, member) ? (strategies[member] ?? replace) : replace;
}
