/** One request and its answer: reading bodies, writing JSON without holding the thread. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { parse as parseYaml } from "yaml";
import type { Status } from "../../api/index.ts";
import { KubeFault } from "../../kube/index.ts";
import { apiFault, badRequest } from "../apiserver/faults.ts";
import { decodeProtobuf } from "./protobuf.ts";

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Texts for `Warning` headers; sent with the answer. */
  readonly warnings: string[];
  /** Gives the thread back once. */
  readonly pause: () => Promise<void>;
}

const largestBody = 3 * 1024 * 1024;

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) {
      throw apiFault({
        reason: "RequestEntityTooLarge",
        code: 413,
        message: `Request entity too large: limit is ${largestBody}`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function contentType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "application/json").split(";")[0]!.trim().toLowerCase();
}

/** The parsed body; an empty one is undefined. YAML where the content type says so. */
export async function readObject(request: IncomingMessage): Promise<unknown> {
  const type = contentType(request);
  const bytes = await readBytes(request);
  if (type.includes("protobuf")) return readProtobuf(bytes);
  if (type.includes("cbor")) throw unsupportedMedia();
  const text = bytes.toString("utf8");
  if (text.trim() === "") return undefined;
  try {
    return type.includes("yaml") ? parseYaml(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(
      `the body of the request could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function readProtobuf(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const object = decodeProtobuf(bytes);
  if (object === undefined) throw unsupportedMedia();
  return object;
}

export function unsupportedMedia(accepted = "application/json, application/yaml"): KubeFault {
  return apiFault({
    reason: "UnsupportedMediaType",
    code: 415,
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  });
}

export function sendJson(exchange: Exchange, code: number, body: unknown): void {
  sendText(exchange, { code, type: "application/json", text: JSON.stringify(body) });
}

export function sendText(
  { response, warnings }: Exchange,
  { code, type, text }: { readonly code: number; readonly type: string; readonly text: string },
): void {
  for (const warning of warnings) response.appendHeader("Warning", `299 - ${JSON.stringify(warning)}`);
  response.writeHead(code, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** Items turned to text in one go before the thread is given back. */
const slice = 200;

/** Sends `head` with `items` in its member of that name, a slice at a time. */
export async function sendList(
  exchange: Exchange,
  head: Readonly<Record<string, unknown>>,
  { member, items }: { readonly member: string; readonly items: readonly unknown[] },
): Promise<void> {
  const { response, pause } = exchange;
  if (items.length <= slice) {
    sendJson(exchange, 200, { ...head, [member]: items });
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.write(`${JSON.stringify(head).slice(0, -1)},${JSON.stringify(member)}:[`);
  for (let start = 0; start < items.length && !response.destroyed; start += slice) {
    const text = items
      .slice(start, start + slice)
      .map((item) => JSON.stringify(item))
      .join(",");
    const drained = response.write(start === 0 ? text : `,${text}`);
    await (drained ? pause() : untilDrained(exchange));
  }
  response.end("]}");
}

/** Resolves when the peer has taken what was written, or is gone. */
export function untilDrained({ response }: Exchange): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    response.off("drain", done);
    response.off("close", done);
    resolve();
  };
  response.on("drain", done);
  response.on("close", done);
  return promise;
}

/** Answers with the Status of a fault; anything else is an internal error. */
export function sendFault(exchange: Exchange, error: unknown): void {
  const fault = error instanceof KubeFault ? error : internal(error);
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  if (fault.retryAfterSeconds !== undefined) exchange.response.setHeader("Retry-After", fault.retryAfterSeconds);
  sendJson(exchange, fault.code || 500, fault.status ?? statusOf(fault));
}

export function statusOf(fault: KubeFault): Status {
  return {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message: fault.message,
    reason: fault.reason,
    code: fault.code,
  };
}

function internal(error: unknown): KubeFault {
  const text = error instanceof Error ? error.message : String(error);
  return apiFault({ reason: "InternalError", code: 500, message: `Internal error occurred: ${text}` });
}
