import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { failed, ok, type Result } from "../core/index.ts";
import type { Logger } from "../platform/index.ts";
import { type ListenFailure, listenFailure } from "./listen-failure.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers one GET; `path` has no query, `authorization` is the header of that name. Undefined means 404. */
export type HttpRoute = (
  path: string,
  query?: URLSearchParams,
  authorization?: string,
) => Promise<HttpAnswer | undefined> | HttpAnswer | undefined;

/** Answers a request itself and returns true, or leaves it to the route. For what is no short text: files, streams. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface HttpServer {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Pages are read-only, load nothing from elsewhere, run no script and may not be framed. */
const headers = Object.freeze({
  "content-security-policy":
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
});

/** Serves GET and HEAD on one address. Port 0 picks a free one. The failure names the address that was asked for. */
export async function startHttpServer(options: {
  readonly host: string;
  readonly port: number;
  readonly route: HttpRoute;
  /** Asked before the route. */
  readonly handler?: RequestHandler;
  readonly log: Logger;
}): Promise<Result<HttpServer, ListenFailure>> {
  const { host, port, route, handler, log } = options;
  const server = createServer((request, response) => {
    if (handler?.(request, response) === true) return;
    answer(request, response, route).catch((error: unknown) => {
      log.error("answering a request failed", { path: request.url, error: String(error) });
      response.destroy();
    });
  });
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => resolve(undefined));
  });
  if (failure !== undefined) return failed(listenFailure(failure, host, port));
  const { port: actual } = server.address() as AddressInfo;
  return ok({
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, route: HttpRoute): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return send(response, { status: 405, contentType: "text/plain", body: "only GET and HEAD\n" });
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  const found = await route(path, new URLSearchParams(query), request.headers.authorization);
  send(response, found ?? { status: 404, contentType: "text/plain", body: `there is no ${path} here\n` });
}

function send(response: ServerResponse, { status, contentType, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers, "content-type": `${contentType}; charset=utf-8` });
  response.end(body);
}
