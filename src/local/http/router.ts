/** Decides what a path means, who may ask, and answers what is no resource. */
import type { ApiCore } from "../apiserver/api-core.ts";
import type { Registry } from "../apiserver/registry.ts";
import { apiFault, notServed } from "../apiserver/faults.ts";
import { aggregated, coreVersions, groupList, oneGroup, resourceList } from "./discovery.ts";
import { readObject, sendFault, sendJson, sendText, type Exchange } from "./exchange.ts";
import { negotiate, type Answer } from "./media-types.ts";
import { openapiDocument, openapiRoot, openapiV2Bytes, openapiV2Document } from "./openapi.ts";
import { parseTarget, type ResourceTarget } from "./request-target.ts";
import { handleResource } from "./resource-handler.ts";
import { answerReview, reviewResources } from "./reviews.ts";
import { versionDocument } from "./version.ts";

/** A call to the server that is no Kubernetes API: `path` is what follows `/karpenter-ts/`. */
export interface ExtensionCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** Undefined where nothing is at the path. */
export type Extension = (call: ExtensionCall) => { readonly code: number; readonly body: unknown } | undefined;

export interface RouterOptions {
  readonly core: ApiCore;
  readonly token: string;
  /** `host:port` as clients reach it. */
  readonly address: () => string;
  readonly extension?: Extension;
}

const extensionRoot = "/karpenter-ts/";

const openPaths = new Set(["/healthz", "/livez", "/readyz", "/version"]);

/** Answers one request; every fault becomes a Status. */
export async function route(options: RouterOptions, exchange: Exchange): Promise<void> {
  try {
    if (!openPaths.has(exchange.path)) authenticate(options, exchange);
    if (exchange.path.startsWith(extensionRoot)) return await answerExtension(options, exchange);
    const answer = negotiate(exchange.request.headers.accept);
    const target = parseTarget(exchange.path);
    if (target === undefined) return answerPath(options, exchange, answer);
    if (answer === undefined) throw notAcceptable();
    if (await answerReviews(exchange, target)) return;
    await handleResource({ core: options.core, exchange, target, answer });
  } catch (error) {
    sendFault(exchange, error);
  }
}

async function answerExtension({ extension }: RouterOptions, exchange: Exchange): Promise<void> {
  const { request, path } = exchange;
  const call = { method: request.method ?? "GET", path: path.slice(extensionRoot.length) };
  const answer = extension?.({ ...call, body: await readObject(request) });
  if (answer === undefined) throw notServed();
  sendJson(exchange, answer.code, answer.body);
}

function authenticate({ token }: RouterOptions, { request }: Exchange): void {
  if (request.headers.authorization === `Bearer ${token}`) return;
  throw apiFault({ reason: "Unauthorized", code: 401, message: "Unauthorized" });
}

function notAcceptable() {
  return apiFault({
    reason: "NotAcceptable",
    code: 406,
    message: "only the following media types are accepted: application/json",
  });
}

async function answerReviews(exchange: Exchange, target: ResourceTarget): Promise<boolean> {
  const review = reviewResources.find(
    ({ group, version, plural }) => group === target.group && version === target.version && plural === target.plural,
  );
  if (review === undefined || exchange.request.method !== "POST") return false;
  sendJson(exchange, 201, answerReview(review, await readObject(exchange.request)));
  return true;
}

function answerPath(options: RouterOptions, exchange: Exchange, answer: Answer | undefined): void {
  const { path } = exchange;
  if (openPaths.has(path) && path !== "/version")
    return sendText(exchange, { code: 200, type: "text/plain", text: "ok" });
  if (/^\/(livez|readyz|healthz)\//.test(path))
    return sendText(exchange, { code: 200, type: "text/plain", text: "ok" });
  if (path === "/openapi/v2") return sendOpenapiV2(exchange);
  const body = documentAt(options, path, answer);
  if (body === undefined) throw notServed();
  const type =
    answer?.form === "discovery" && (path === "/api" || path === "/apis")
      ? "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
      : "application/json";
  sendText(exchange, { code: 200, type, text: JSON.stringify(body) });
}

const openapiProtobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

function sendOpenapiV2(exchange: Exchange): void {
  if (!(exchange.request.headers.accept ?? "").includes(openapiProtobuf))
    return sendJson(exchange, 200, openapiV2Document);
  // The type asked for has a character that Go does not parse in an answer.
  exchange.response.writeHead(200, { "content-type": "application/octet-stream" });
  exchange.response.end(openapiV2Bytes());
}

/** The document at a path of the server's own: version, discovery, schemas. */
function documentAt(options: RouterOptions, path: string, answer: Answer | undefined): unknown {
  const { registry } = options.core;
  const aggregate = answer?.form === "discovery";
  switch (path) {
    case "/":
      return { paths: ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] };
    case "/version":
      return versionDocument;
    case "/api":
      return aggregate ? aggregated(registry, "core") : coreVersions(options.address());
    case "/apis":
      return aggregate ? aggregated(registry, "named") : groupList(registry);
    case "/openapi/v3":
      return openapiRoot(registry);
    default:
      return groupDocumentAt(registry, path);
  }
}

function groupDocumentAt(registry: Registry, path: string): unknown {
  const [kind, group = "", version, ...rest] = path.slice(1).split("/");
  if (kind === "openapi") return openapiDocument(registry, path.slice("/openapi/v3/".length));
  if (rest.length > 0 || (kind !== "api" && kind !== "apis")) return undefined;
  if (kind === "apis")
    return version === undefined ? oneGroup(registry, group) : resourceList(registry, { group, version });
  return version === undefined ? resourceList(registry, { group: "", version: group }) : undefined;
}
