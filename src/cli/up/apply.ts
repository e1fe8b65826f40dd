import type { KubeObject, ResourceType } from "../../api/index.ts";
import { isKubeFault, type KubeClient, type KubeFault } from "../../kube/index.ts";
import {
  applyOrder,
  comesFirst,
  findDuplicates,
  type ManifestObject,
  objectName,
  positionText,
} from "../../manifests/index.ts";

import { findBadQuantity } from "./find-bad-quantity.ts";

/** Where a kind lives on the server; undefined when it serves no such kind or version. */
export type KindLookup = (apiVersion: string, kind: string) => Promise<ResourceType | undefined>;

/** An object that did not get in, with its place and the reason. */
export interface Refusal {
  readonly object: string;
  /** `file:line:column`. */
  readonly place: string;
  readonly message: string;
}

export interface Applied {
  readonly applied: number;
  readonly refusals: readonly Refusal[];
  /** Lines on what the server dropped of objects that it took. */
  readonly warnings: readonly string[];
}

/**
 * Creates every object, or merges it into the one that is there, in `applyOrder`. An object that is refused does not stop
 * the others. The first of two objects of one name stands.
 */
export async function applyManifests(options: {
  readonly kube: KubeClient;
  readonly lookup: KindLookup;
  readonly objects: readonly ManifestObject[];
  /** Awaited between what others need (namespaces, classes, pools) and the rest. */
  readonly foundationsReady: () => Promise<void>;
  readonly signal: AbortSignal;
}): Promise<Applied> {
  const { kube, lookup, objects, foundationsReady, signal } = options;
  const duplicates = findDuplicates(objects);
  const second = new Set(duplicates.map((duplicate) => duplicate.second));
  const refusals: Refusal[] = duplicates.map(({ first, second: later, name }) => ({
    object: name,
    place: positionText(later.position),
    message: `is defined twice; the first, at ${positionText(first.position)}, stands`,
  }));
  const warnings: string[] = [];
  let applied = 0;
  let ready = false;
  for (const entry of applyOrder(objects.filter((each) => !second.has(each)))) {
    if (!ready && !comesFirst(entry)) {
      await foundationsReady();
      ready = true;
    }
    const refusal = await applyOne({
      kube,
      lookup,
      entry,
      signal,
      warn: (text) => warnings.push(warningText(entry, text)),
    });
    if (refusal === undefined) applied += 1;
    else refusals.push(refusal);
  }
  return { applied, refusals, warnings };
}

/** A refusal as one line on standard error. */
export const refusalText = ({ place, object, message }: Refusal): string => `${place}: ${object}: ${message}`;

async function applyOne(options: {
  readonly kube: KubeClient;
  readonly lookup: KindLookup;
  readonly entry: ManifestObject;
  readonly warn: (text: string) => void;
  readonly signal: AbortSignal;
}): Promise<Refusal | undefined> {
  const { kube, lookup, entry, warn, signal } = options;
  const type = await lookup(entry.object.apiVersion, entry.object.kind);
  if (type === undefined) return unknownKind(entry);
  const object = inNamespace(entry.object, type);
  try {
    await createOrMerge({ kube, type, object, warn, signal });
    return undefined;
  } catch (error) {
    if (!isKubeFault(error)) throw error;
    return refusalOf(entry, error);
  }
}

async function createOrMerge(options: {
  readonly kube: KubeClient;
  readonly type: ResourceType;
  readonly object: KubeObject;
  readonly warn: (text: string) => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { kube, type, object, warn, signal } = options;
  try {
    await kube.create(type, object, { signal, fieldManager, warn });
  } catch (error) {
    if (!isKubeFault(error, "AlreadyExists")) throw error;
    const { name = "", namespace } = object.metadata;
    await kube.patch(type, namespace === undefined ? { name } : { name, namespace }, {
      type: "merge",
      body: object,
      fieldManager,
      signal,
    });
  }
}

const fieldManager = "karpenter-up";

function inNamespace(object: KubeObject, type: ResourceType): KubeObject {
  if (!type.namespaced || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: "default" } };
}

function unknownKind(entry: ManifestObject): Refusal {
  const { apiVersion, kind } = entry.object;
  const hint =
    apiVersion.includes(".") || !apiVersion.includes("/")
      ? " (a custom resource needs its CustomResourceDefinition in the input)"
      : "";
  return {
    object: objectName(entry),
    place: positionText(entry.position),
    message: `no matches for kind "${kind}" in version "${apiVersion}": the server does not serve it${hint}`,
  };
}

function refusalOf(entry: ManifestObject, fault: KubeFault): Refusal {
  const object = objectName(entry);
  const bad = /quantit/i.test(fault.message) ? findBadQuantity(entry.object) : undefined;
  if (bad === undefined) return { object, ...placeOf(entry, fault), message: messageOf(fault) };
  const place = positionText(entry.positionOf(bad.path));
  return { object, place, message: `${bad.path.join(".")} is "${bad.text}": ${messageOf(fault)}` };
}

/** What the server dropped without refusing: a misspelt field would otherwise go unnoticed. */
function warningText(entry: ManifestObject, text: string): string {
  const field = /unknown field "([^"]+)"/.exec(text)?.[1] ?? "";
  return `${positionText(entry.positionOf(stepsOf(field)))}: ${objectName(entry)}: ${text}, which is ignored`;
}

const stepsOf = (field: string): readonly (string | number)[] =>
  field
    .split(/[.[\]]+/)
    .filter((step) => step !== "")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** The place of the first field that the server named, where the text has it. */
function placeOf(entry: ManifestObject, fault: KubeFault): { readonly place: string } {
  const causes = fault.status?.details?.causes ?? [];
  const named = causes.find(({ field }) => field !== undefined && field !== "")?.field;
  const field = named ?? /\b(?:spec|metadata|data)[.[][^\s:,]+/.exec(fault.message)?.[0] ?? "";
  return { place: positionText(entry.positionOf(stepsOf(field))) };
}

function messageOf(fault: KubeFault): string {
  return fault.message.replaceAll(/\s*\n\s*/g, " ");
}
