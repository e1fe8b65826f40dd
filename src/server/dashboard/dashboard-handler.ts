/** HTTP of the dashboard: its files, the state of the fleet, the stream of changes, explanations, the engine's picture. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip, gzip } from "node:zlib";
import type { ClusterSnapshot } from "../../core/index.ts";
import type { Clock } from "../../platform/index.ts";
import { bringsToken } from "../bearer-token.ts";
import { wirePieces } from "../contract/index.ts";
import { streamFleet } from "../fleet/event-stream.ts";
import type { FleetFeed } from "../fleet/fleet-feed.ts";
import { podsOfNode } from "../fleet/node-pods.ts";
import type { PageFiles } from "./page-files.ts";

export interface DashboardParts {
  readonly feed: FleetFeed;
  readonly clock: Clock;
  readonly page: PageFiles;
  readonly snapshot: () => ClusterSnapshot;
  /** An explanation of `pod/NAMESPACE/NAME` or `node/NAME`, or why there is none. */
  readonly explain: (object: string) => { readonly found: boolean; readonly body: unknown };
  /** What `karpenter lint` finds in the pools of now, in its JSON form. */
  readonly findings: () => unknown;
  /** Asked for as `Authorization: Bearer`; without one only this machine's own browser is answered. */
  readonly token?: () => Promise<string | undefined>;
  /** Path that a proxy leaves in front, with its slashes: `/karpenter/`. */
  readonly prefix?: string;
}

/** True when the request was the dashboard's, and is answered or will be. */
export type DashboardHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Scripts and styles only from here, no frames, no forms; inline ones never run. */
const headers = Object.freeze({
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
});

const apiPath = "api/v1/";

export function createDashboardHandler(parts: DashboardParts): DashboardHandler {
  const prefix = parts.prefix ?? "/";
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://page");
    if (!url.pathname.startsWith(prefix)) return false;
    const path = url.pathname.slice(prefix.length);
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const file = parts.page.files.get(path);
    if (file === undefined && !path.startsWith(apiPath)) return false;
    answer({ request, response, url, path }, parts).catch(() => response.destroy());
    return true;
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly path: string;
}

async function answer(exchange: Exchange, parts: DashboardParts): Promise<void> {
  const { path } = exchange;
  if (path.startsWith(apiPath)) {
    const refusal = await refusalOf(exchange.request, parts.token);
    if (refusal !== undefined) return sendJson(exchange, refusal.status, { message: refusal.message });
    return answerApi(exchange, path.slice(apiPath.length), parts);
  }
  return sendFile(exchange, parts.page);
}

async function answerApi(exchange: Exchange, path: string, parts: DashboardParts): Promise<void> {
  const { request, response, url } = exchange;
  switch (path) {
    case "fleet":
      return sendJson(exchange, 200, parts.feed.state());
    case "events":
      return streamFleet(request, response, { ...parts, headers: { ...headers, "cache-control": "no-store" } });
    case "engine":
      return sendPieces(exchange, parts.clock, wirePieces(parts.snapshot()));
    case "findings":
      return sendJson(exchange, 200, parts.findings());
    case "pods": {
      const name = url.searchParams.get("node") ?? "";
      const pods = podsOfNode(parts.snapshot(), name);
      return sendJson(exchange, pods === undefined ? 404 : 200, pods ?? { message: `there is no node ${name}` });
    }
    case "explain": {
      const { found, body } = parts.explain(url.searchParams.get("object") ?? "");
      return sendJson(exchange, found ? 200 : 404, body);
    }
    default:
      return sendJson(exchange, 404, { message: `there is no ${path} here` });
  }
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Pages of other sites reach a loopback address by a name that they make up; then `Host` is that name. */
async function refusalOf(request: IncomingMessage, token: DashboardParts["token"]): Promise<Refusal | undefined> {
  if (token === undefined) {
    const { host = "" } = request.headers;
    const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
    return isLocal
      ? undefined
      : { status: 403, message: `asked for as ${host}; without a token only localhost is answered` };
  }
  const expected = await token();
  if (expected === undefined || expected === "")
    return { status: 503, message: "the file with the dashboard's token cannot be read" };
  const given = request.headers.authorization ?? "";
  if (bringsToken(given, expected)) return undefined;
  return { status: 401, message: given === "" ? "This dashboard asks for a token" : "That is not its token" };
}

function sendFile({ request, response, path }: Exchange, page: PageFiles): Promise<void> | void {
  const file = page.files.get(path);
  if (file === undefined) return;
  const caching = {
    etag: file.tag,
    "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (request.headers["if-none-match"] === file.tag) {
    response.writeHead(304, { ...headers, ...caching }).end();
    return;
  }
  return send({ request, response }, 200, { ...headers, ...caching, "content-type": file.contentType }, file.body);
}

function sendJson(exchange: Exchange, status: number, body: unknown): Promise<void> {
  const all = { ...headers, "cache-control": "no-store", "content-type": "application/json; charset=utf-8" };
  return send(exchange, status, all, Buffer.from(`${JSON.stringify(body)}\n`));
}

/** Milliseconds of work after which others get the thread. */
const sliceLength = 10;
const pieceSize = 64 * 1024;

/** A long text, made and sent in slices; it is always zipped, since browsers take that. */
async function sendPieces({ request, response }: Exchange, clock: Clock, pieces: Iterable<string>): Promise<void> {
  response.writeHead(200, {
    ...headers,
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
    "content-encoding": "gzip",
  });
  if (request.method === "HEAD") return void response.end();
  await pipeline(Readable.from(inSlices(pieces, clock)), createGzip({ level: 1 }), response);
}

async function* inSlices(pieces: Iterable<string>, clock: Clock): AsyncGenerator<string> {
  let text = "";
  let began = clock.monotonic();
  for (const piece of pieces) {
    text += piece;
    if (clock.monotonic() - began > sliceLength) {
      await clock.yield();
      began = clock.monotonic();
    }
    if (text.length < pieceSize) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** Off the thread, and only where it pays. */
const zip = promisify<Buffer, Buffer>((input, done) => gzip(input, { level: 6 }, done));
const smallest = 1_400;

async function send(
  { request, response }: Pick<Exchange, "request" | "response">,
  status: number,
  all: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<void> {
  const zips = body.length >= smallest && (request.headers["accept-encoding"] ?? "").includes("gzip");
  const content = zips ? await zip(body) : body;
  response.writeHead(status, {
    ...all,
    vary: "accept-encoding",
    "content-length": String(content.length),
    ...(zips ? { "content-encoding": "gzip" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : content);
}
