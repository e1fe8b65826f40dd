/** Serves requests on resources: the verbs of the Kubernetes API over the same functions as the in-process client. */
import type { Binding, Eviction, KubeList, KubeObject } from "../../api/index.ts";
import type { PatchType } from "../../kube/index.ts";
import { present, type WriteSettings } from "../apiserver/api-core.ts";
import { applyObject } from "../apiserver/applying.ts";
import { bindPod } from "../apiserver/binding.ts";
import { createObject } from "../apiserver/create.ts";
import { deleteObject } from "../apiserver/deletion.ts";
import { evictPod } from "../apiserver/eviction.ts";
import { badRequest, methodNotAllowed, notServed } from "../apiserver/faults.ts";
import { patchObject, patchedJson } from "../apiserver/patching.ts";
import { listObjects } from "../apiserver/read.ts";
import type { Served } from "../apiserver/registry.ts";
import { resourceName } from "../apiserver/resource.ts";
import { scaleOf, updateScale } from "../apiserver/scale.ts";
import { storedObject } from "../apiserver/stored.ts";
import { updateObject } from "../apiserver/update.ts";
import { isRecord, type ApiObject } from "../store/api-object.ts";
import { sendCollection, sendObject, sendScale } from "./answers.ts";
import { deleteOptions } from "./delete-options.ts";
import { contentType, readObject, sendJson, unsupportedMedia, type Exchange } from "./exchange.ts";
import type { ResourceRequest } from "./resource-request.ts";
import { streamWatch } from "./watch-response.ts";

export async function handleResource(request: ResourceRequest): Promise<void> {
  const { core, target, exchange } = request;
  const served = core.registry.get(target.group, target.version, target.plural);
  if (served === undefined) throw notServed();
  const { type } = served.definition;
  if (target.namespace !== undefined && !type.namespaced) throw notServed();
  const method = exchange.request.method ?? "GET";
  if (target.subresource !== undefined) return handleSubresource(request, served, target.subresource);
  if (target.name === undefined) return handleCollection(request, served, method);
  return handleObject(request, served, { method, name: target.name });
}

function selectionOf({ exchange, target }: ResourceRequest) {
  const { query } = exchange;
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const [labelSelector, fieldSelector] = [text("labelSelector"), text("fieldSelector")];
  return {
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

async function handleCollection(request: ResourceRequest, served: Served, method: string): Promise<void> {
  const { exchange, core, target } = request;
  switch (method) {
    case "GET":
      if (isWatch(exchange)) return streamWatch(request, served, selectionOf(request));
      return sendCollection(request, served, list(request, served));
    case "POST": {
      const body = await readObject(exchange.request);
      const created = createObject(core, served, body, { ...settingsOf(exchange), namespace: target.namespace });
      return sendObject(request, served, { object: created, code: 201 });
    }
    case "DELETE":
      return deleteCollection(request, served);
    default:
      throw methodNotAllowed(resourceName(served.definition), method.toLowerCase());
  }
}

const isWatch = ({ query }: Exchange): boolean => ["true", "1"].includes(query.get("watch") ?? "");

function list(request: ResourceRequest, served: Served): KubeList<ApiObject> {
  const { query } = request.exchange;
  const limit = Number(query.get("limit") ?? 0);
  const token = query.get("continue") ?? "";
  return listObjects(served, {
    ...selectionOf(request),
    ...(Number.isInteger(limit) && limit > 0 ? { limit } : {}),
    ...(token === "" ? {} : { continue: token }),
  });
}

async function deleteCollection(request: ResourceRequest, served: Served): Promise<void> {
  const options = await deleteOptions(request.exchange);
  const found = list(request, served);
  for (const [index, { metadata }] of found.items.entries()) {
    if (index > 0 && index % 64 === 0) await request.exchange.pause();
    const { name = "", namespace } = metadata;
    deleteObject(request.core, served, { name, namespace }, options);
  }
  return sendCollection(request, served, found);
}

async function handleObject(
  request: ResourceRequest,
  served: Served,
  { method, name }: { readonly method: string; readonly name: string },
): Promise<void> {
  const { exchange, core, target } = request;
  const place = { name, namespace: target.namespace };
  switch (method) {
    case "GET":
      if (isWatch(exchange)) {
        const selection = { ...selectionOf(request), fieldSelector: `metadata.name=${name}` };
        return streamWatch(request, served, selection);
      }
      return sendObject(request, served, {
        object: present(served, storedObject(served, name, target.namespace)),
        code: 200,
      });
    case "PUT": {
      const body = await readObject(exchange.request);
      const updated = updateObject(core, served, body, { ...settingsOf(exchange), ...place });
      return sendObject(request, served, { object: updated, code: 200 });
    }
    case "PATCH":
      return patch(request, served, { ...place, subresource: undefined });
    case "DELETE":
      return deleteOne(request, served, place);
    default:
      throw methodNotAllowed(resourceName(served.definition), method.toLowerCase());
  }
}

interface Place {
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Kinds whose delete answers with the object; others answer with a Status once it is gone. */
const answeringKinds = new Set([
  "Pod",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
  "ServiceAccount",
  "ResourceQuota",
  "PodTemplate",
]);

async function deleteOne(request: ResourceRequest, served: Served, place: Place): Promise<void> {
  const options = await deleteOptions(request.exchange);
  const { object, gone } = deleteObject(request.core, served, place, options);
  if (!gone || answeringKinds.has(object.kind)) return sendObject(request, served, { object, code: 200 });
  const { group, name: kind } = resourceName(served.definition);
  sendJson(request.exchange, 200, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name: place.name, ...(group === "" ? {} : { group }), kind, uid: object.metadata.uid },
  });
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
  "application/apply-patch+json": "apply",
};

async function patch(
  request: ResourceRequest,
  served: Served,
  place: Place & { readonly subresource: "status" | undefined },
): Promise<void> {
  const { exchange, core } = request;
  const type = patchTypes[contentType(exchange.request)];
  if (type === undefined) throw unsupportedMedia(Object.keys(patchTypes).slice(0, 4).join(", "));
  const body = await readObject(exchange.request);
  const force = exchange.query.get("force") === "true";
  const write = { ...settingsOf(exchange), ...place, type, body, force };
  if (type !== "apply") return sendObject(request, served, { object: patchObject(core, served, write), code: 200 });
  // An apply must name its manager; the user agent is no name for it.
  const named = { ...write, fieldManager: exchange.query.get("fieldManager") ?? "" };
  const { object, created } = applyObject(core, served, named);
  return sendObject(request, served, { object, code: created ? 201 : 200 });
}

async function handleSubresource(request: ResourceRequest, served: Served, subresource: string): Promise<void> {
  const { target, exchange } = request;
  const method = exchange.request.method ?? "GET";
  const place = { name: target.name ?? "", namespace: target.namespace };
  const isPod = served.definition.type.group === "" && served.definition.type.plural === "pods";
  if (subresource === "status" && served.definition.hasStatus)
    return handleStatus(request, served, { ...place, method });
  if (subresource === "scale" && served.definition.scale !== undefined)
    return handleScale(request, served, { ...place, method });
  if (isPod && method === "POST" && (subresource === "binding" || subresource === "eviction")) {
    return handlePodAction(request, served, { ...place, subresource });
  }
  throw notServed();
}

async function handleStatus(
  request: ResourceRequest,
  served: Served,
  place: Place & { readonly method: string },
): Promise<void> {
  const { core, exchange } = request;
  const { name, namespace, method } = place;
  if (method === "GET") {
    return sendObject(request, served, { object: present(served, storedObject(served, name, namespace)), code: 200 });
  }
  if (method === "PATCH") return patch(request, served, { name, namespace, subresource: "status" });
  if (method !== "PUT") throw methodNotAllowed(resourceName(served.definition), method.toLowerCase());
  const body = await readObject(exchange.request);
  const write = { ...settingsOf(exchange), name, namespace, subresource: "status" as const };
  return sendObject(request, served, { object: updateObject(core, served, body, write), code: 200 });
}

async function handleScale(
  request: ResourceRequest,
  served: Served,
  place: Place & { readonly method: string },
): Promise<void> {
  const { core, exchange } = request;
  const { method, ...target } = place;
  if (method === "GET") return sendScale(request, scaleOf(served, target));
  const body = await readObject(exchange.request);
  const type = patchTypes[contentType(exchange.request)];
  if (method !== "PUT" && (method !== "PATCH" || type === undefined))
    throw methodNotAllowed(resourceName(served.definition), method.toLowerCase());
  const change = (scale: KubeObject): unknown =>
    method === "PUT" ? body : patchedJson(served.definition, scale, { type: type ?? "merge", body });
  sendJson(exchange, 200, updateScale(core, served, change, { ...settingsOf(exchange), ...target }));
}

async function handlePodAction(
  request: ResourceRequest,
  pods: Served,
  { subresource, ...place }: Place & { readonly subresource: "binding" | "eviction" },
): Promise<void> {
  const body = await readObject(request.exchange.request);
  if (!isRecord(body)) throw badRequest(`the body of a ${subresource} is an object`);
  const settings = settingsOf(request.exchange);
  if (subresource === "binding") bindPod(request.core, pods, place, body as unknown as Binding);
  else {
    const eviction = body as unknown as Eviction & { readonly deleteOptions?: { readonly dryRun?: readonly string[] } };
    const dryRun = settings.dryRun === true || (eviction.deleteOptions?.dryRun ?? []).includes("All");
    evictPod(request.core, pods, place, { body: eviction, dryRun });
  }
  sendJson(request.exchange, 201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
}

/** How the query asks to write; the writer is named by `fieldManager` or the first word of the user agent. */
function settingsOf({ query, request, warnings }: Exchange): WriteSettings {
  const validation = query.get("fieldValidation") ?? "Warn";
  if (validation !== "Ignore" && validation !== "Warn" && validation !== "Strict") {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  const agent = (request.headers["user-agent"] ?? "unknown").split("/")[0]!;
  return {
    dryRun: query.getAll("dryRun").includes("All"),
    fieldManager: query.get("fieldManager") || agent,
    fieldValidation: validation,
    warn: (text) => warnings.push(text),
  };
}
