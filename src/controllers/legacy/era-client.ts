import {
  type EC2NodeClass,
  ec2NodeClassType,
  eventType,
  machineType,
  type NodeClaim,
  type NodePool,
  nodeClaimType,
  nodePoolType,
  nodeType,
  type ObjectMeta,
  provisionerType,
  type ResourceType,
} from "../../api/index.ts";
import { claimKeyAt } from "../../core/index.ts";
import type { KubeClient, PatchOptions } from "../../kube/index.ts";
import { wireLabels, wireReference } from "../../legacy/index.ts";
import { eraEvent, isEvent, plainName } from "./era-events.ts";
import type { ClaimClient } from "./machine-client.ts";
import type { ViewStore } from "./view-store.ts";

const isKind = (type: ResourceType, wanted: ResourceType): boolean =>
  type.kind === wanted.kind && type.group === wanted.group && type.version === wanted.version;

const isAddress = (name: string): boolean => name.includes("/");

export interface EraClientParts {
  readonly kube: KubeClient;
  readonly claims: ClaimClient;
  readonly pools: ViewStore<NodePool>;
  readonly classes: ViewStore<EC2NodeClass>;
}

/**
 * A client for which both eras are one: NodeClaims are NodeClaims and Machines, NodePools and EC2NodeClasses under an
 * address are views. Every write reaches the object that the user knows, in its own words; all else passes unchanged.
 * Lists and watches of views come from the informers of `createEra`.
 */
export function createEraClient(parts: EraClientParts): KubeClient {
  const { kube, claims } = parts;
  return {
    ...passing(kube),
    get: async (type, name, options = {}) => {
      if (isKind(type, nodeClaimType)) return same(await claims.get(name.name, options));
      const views = viewsOf(parts, type, name.name);
      const view = views?.get(name.name);
      return view === undefined ? await kube.get(type, name, options) : same(view);
    },
    list: async (type, options) =>
      isKind(type, nodeClaimType) ? same(await claims.list(options)) : await kube.list(type, options),
    create: async (type, object, options) => {
      if (isKind(type, nodeClaimType)) return same(await claims.create(object as unknown as NodeClaim, options));
      if (isKind(type, eventType) && isEvent(object))
        return same(await kube.create(eventType, eraEvent(object), options));
      return await kube.create(type, object, options);
    },
    patch: async (type, name, options) => {
      if (isKind(type, nodeClaimType)) return same(await claims.patch(name.name, options));
      const views = viewsOf(parts, type, name.name);
      if (views !== undefined) return same(await views.patch(name.name, options.body, options.signal));
      if (isKind(type, nodeType)) return await kube.patch(type, name, wireNodePatch(options));
      return await kube.patch(type, isKind(type, eventType) ? { ...name, name: plainName(name.name) } : name, options);
    },
    delete: async (type, name, options) => {
      const key = claimKeyAt(name.name);
      if (!isKind(type, nodeClaimType) || key.kind !== "Machine") return await kube.delete(type, name, options);
      const left = await kube.delete(machineType, { name: key.name }, options);
      return left === undefined ? undefined : same(await claims.get(name.name, signalOf(options)));
    },
    isServed: async (type, options) =>
      (await kube.isServed(type, options)) || (await kube.isServed(eraKindOf(type) ?? type, options)),
  };
}

const signalOf = (options: { readonly signal?: AbortSignal } = {}) =>
  options.signal === undefined ? {} : { signal: options.signal };

function passing(kube: KubeClient): KubeClient {
  return {
    get: (...args) => kube.get(...args),
    list: (...args) => kube.list(...args),
    watch: (...args) => kube.watch(...args),
    create: (...args) => kube.create(...args),
    update: (...args) => kube.update(...args),
    patch: (...args) => kube.patch(...args),
    delete: (...args) => kube.delete(...args),
    createSubresource: (...args) => kube.createSubresource(...args),
    isServed: (...args) => kube.isServed(...args),
  };
}

/** The caller asked for this very kind, so the object is of its type. */
const same = (object: unknown): never => object as never;

function viewsOf(
  { pools, classes }: EraClientParts,
  type: ResourceType,
  name: string,
): ViewStore<NodePool> | ViewStore<EC2NodeClass> | undefined {
  if (!isAddress(name)) return undefined;
  if (isKind(type, nodePoolType)) return pools;
  return isKind(type, ec2NodeClassType) ? classes : undefined;
}

/** A cluster with objects of one era needs no CRDs of the other (5.7, 1). */
const eraKindOf = (type: ResourceType): ResourceType | undefined =>
  isKind(type, nodePoolType) ? provisionerType : isKind(type, nodeClaimType) ? machineType : undefined;

/** Owners by the names that the garbage collector knows; else it would take the Node for an orphan. */
function wireNodePatch(options: PatchOptions): PatchOptions {
  const { metadata, ...rest } = options.body as { readonly metadata?: ObjectMeta };
  if (metadata === undefined || Array.isArray(options.body)) return options;
  const { labels, ownerReferences } = metadata;
  const wired = {
    ...metadata,
    ...(labels === undefined ? {} : { labels: wireLabels(labels) }),
    ...(ownerReferences === undefined ? {} : { ownerReferences: ownerReferences.map(wireReference) }),
  };
  return { ...options, body: { ...rest, metadata: wired } };
}
