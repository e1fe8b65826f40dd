/** Discovery: which groups, versions and resources are served, in the legacy and the aggregated form. */
import { createHash } from "node:crypto";
import type { Registry, Served } from "../apiserver/registry.ts";
import type { ResourceDefinition } from "../apiserver/resource.ts";
import { reviewResources, type ReviewResource } from "./reviews.ts";

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/** Custom resources list theirs in another order. */
const customVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const subresourceVerbs = ["get", "patch", "update"];

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

function subresourcesOf(definition: ResourceDefinition): readonly Subresource[] {
  const { type, hasStatus, scale } = definition;
  const own = { group: type.group, version: type.version, kind: type.kind };
  const isPod = type.group === "" && type.plural === "pods";
  return [
    ...(isPod ? [{ name: "binding", group: "", version: "v1", kind: "Binding", verbs: ["create"] }] : []),
    ...(isPod ? [{ name: "eviction", group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] }] : []),
    ...(type.group === "" && type.plural === "namespaces" ? [{ ...own, name: "finalize", verbs: ["update"] }] : []),
    ...(scale === undefined
      ? []
      : [{ name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: subresourceVerbs }]),
    ...(hasStatus ? [{ ...own, name: "status", verbs: subresourceVerbs }] : []),
  ];
}

const groupOrder = [
  "",
  "apiregistration.k8s.io",
  "apps",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "discovery.k8s.io",
];

/** Groups with their versions, the server's own in its fixed order, custom ones after them by name. */
function groups(registry: Registry): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, Set<string>>();
  const add = ({ group, version }: GroupVersion): void => {
    versions.set(group, (versions.get(group) ?? new Set()).add(version));
  };
  for (const { definition } of registry.all()) add(definition.type);
  for (const review of reviewResources) add(review);
  const rank = (group: string): number => {
    const index = groupOrder.indexOf(group);
    return index < 0 ? groupOrder.length : index;
  };
  const sorted = [...versions].toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return new Map(sorted.map(([group, set]) => [group, [...set].toSorted().toReversed()]));
}

const groupVersionText = ({ group, version }: GroupVersion): string => (group === "" ? version : `${group}/${version}`);

const inGroupVersion = (registry: Registry, at: GroupVersion): readonly Served[] =>
  registry.all().filter(({ definition: { type } }) => type.group === at.group && type.version === at.version);

const reviewsIn = (at: GroupVersion): readonly ReviewResource[] =>
  reviewResources.filter(({ group, version }) => group === at.group && version === at.version);

/** Tells clients when the form in which a kind is stored changes. */
function storageVersionHash({ group, version, kind }: GroupVersion & { readonly kind: string }): string {
  return createHash("sha256").update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString("base64");
}

/** `/api` */
export function coreVersions(address: string): unknown {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

function groupDocument(group: string, versions: readonly string[]): Readonly<Record<string, unknown>> {
  const listed = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: listed, preferredVersion: listed[0] };
}

/** `/apis` */
export function groupList(registry: Registry): unknown {
  const named = [...groups(registry)].filter(([group]) => group !== "");
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: named.map(([group, versions]) => groupDocument(group, versions)),
  };
}

/** `/apis/GROUP`; undefined when nothing of it is served. */
export function oneGroup(registry: Registry, group: string): unknown {
  const versions = groups(registry).get(group);
  return versions === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...groupDocument(group, versions) };
}

/** `/api/v1` and `/apis/GROUP/VERSION`; undefined when it is not served. */
export function resourceList(registry: Registry, at: GroupVersion): unknown {
  const resources = [
    ...inGroupVersion(registry, at).flatMap(({ definition }) => legacyResources(definition)),
    ...reviewsIn(at).map(({ plural, kind }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: false,
      kind,
      verbs: ["create"],
    })),
  ];
  if (resources.length === 0) return undefined;
  const sorted = resources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: groupVersionText(at), resources: sorted };
}

function legacyResources(definition: ResourceDefinition) {
  const { type, singular, shortNames, categories } = definition;
  return [
    {
      name: type.plural,
      singularName: singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: definition.custom ? customVerbs : verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
      storageVersionHash: storageVersionHash(type),
    },
    ...subresourcesOf(definition).map(({ name, kind, group, version, verbs: own }) => ({
      name: `${type.plural}/${name}`,
      singularName: "",
      namespaced: type.namespaced,
      kind,
      verbs: own,
      ...(group === type.group && version === type.version ? {} : { group, version }),
    })),
  ];
}

/** `/api` or `/apis` as `apidiscovery.k8s.io/v2`. */
export function aggregated(registry: Registry, which: "core" | "named"): unknown {
  const items = [...groups(registry)]
    .filter(([group]) => (group === "") === (which === "core"))
    .map(([group, versions]) => ({
      metadata: group === "" ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        freshness: "Current",
        resources: aggregatedResources(registry, { group, version }),
      })),
    }));
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
}

function aggregatedResources(registry: Registry, at: GroupVersion): readonly unknown[] {
  const reviews = reviewsIn(at).map(({ plural, kind, group, version }) => ({
    resource: plural,
    responseKind: { group, version, kind },
    scope: "Cluster",
    singularResource: kind.toLowerCase(),
    verbs: ["create"],
  }));
  const resources = inGroupVersion(registry, at).map(({ definition }) => aggregatedResource(definition));
  return [...resources, ...reviews].toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
}

function aggregatedResource(definition: ResourceDefinition) {
  const { type, singular, shortNames, categories } = definition;
  const subresources = subresourcesOf(definition).map(({ name, group, version, kind, verbs: own }) => ({
    subresource: name,
    responseKind: { group, version, kind },
    verbs: own,
  }));
  return {
    resource: type.plural,
    responseKind: { group: type.group, version: type.version, kind: type.kind },
    scope: type.namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: definition.custom ? customVerbs : verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
