import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { failed, ok, type Result } from "../../core/index.ts";
import type { Logger } from "../../platform/index.ts";
import { type ListenFailure, listenFailure } from "../listen-failure.ts";
import { readReview, reviewAnswer } from "./admission-review.ts";
import type { AdmissionHook } from "./era-admission.ts";
import type { KeyPair } from "./serving-certificate.ts";

export interface WebhookServer {
  /** `https://127.0.0.1:8443`. */
  readonly url: string;
  /** From the next connection on. */
  useCertificate(pair: KeyPair): void;
  close(): Promise<void>;
}

/** The largest object that etcd takes, twice over: a review of an update holds the old one as well. */
const mostBytes = 3 * 1024 * 1024;

/** Answers the API server's reviews over TLS. A hook that throws is answered with 500, which leaves it to failurePolicy. */
export async function startWebhookServer(options: {
  readonly host: string;
  readonly port: number;
  readonly hooks: ReadonlyMap<string, AdmissionHook>;
  readonly certificate: KeyPair;
  readonly log: Logger;
}): Promise<Result<WebhookServer, ListenFailure>> {
  const { host, port, hooks, certificate, log } = options;
  const server = createServer({ ...tlsOf(certificate), minVersion: "TLSv1.2" }, (request, response) => {
    answer(request, response, hooks).catch((error: unknown) => {
      log.error("answering an admission review failed", { path: request.url, error: String(error) });
      send(response, 500, "the review could not be answered; the log of the controller says why\n");
    });
  });
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => resolve(undefined));
  });
  if (failure !== undefined) return failed(listenFailure(failure, host, port));
  const { port: actual } = server.address() as AddressInfo;
  return ok({
    url: `https://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    useCertificate: (pair) => server.setSecureContext(tlsOf(pair)),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  });
}

const tlsOf = ({ certificate, key }: KeyPair) => ({ cert: certificate, key });

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  hooks: ReadonlyMap<string, AdmissionHook>,
): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const hook = hooks.get(path);
  if (hook === undefined) return send(response, 404, `there is no webhook at ${path}\n`);
  if (request.method !== "POST") return send(response, 405, "only POST\n");
  const text = await readBody(request);
  if (text === undefined) return send(response, 413, `a review has at most ${mostBytes} bytes\n`);
  const review = readReview(text);
  if (typeof review === "string") return send(response, 400, `${review}\n`);
  send(response, 200, reviewAnswer(review.uid, hook(review)), "application/json");
}

/** Undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function send(response: ServerResponse, status: number, body: string, contentType = "text/plain"): void {
  response.writeHead(status, { "content-type": `${contentType}; charset=utf-8`, "x-content-type-options": "nosniff" });
  response.end(body);
}
