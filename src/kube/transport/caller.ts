import type { Dispatcher } from "undici";
import type { Clock, Random } from "../../platform/index.ts";
import { isKubeFault, KubeFault } from "../fault.ts";
import { createTokenBucket, type TokenBucket } from "../token-bucket.ts";
import type { Connections } from "./connections.ts";
import type { HttpClientOptions } from "./http-options.ts";
import { type CallLabels, createRequestMetrics, type RequestMetrics } from "./request-metrics.ts";
import { faultOfAnswer, faultOfConnection, retryAfterOf } from "./status-fault.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Call {
  readonly method: Method;
  /** With its query. */
  readonly path: string;
  readonly labels: CallLabels;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Doing it twice leaves what doing it once leaves, so it may be tried again. */
  readonly idempotent: boolean;
  readonly signal: AbortSignal | undefined;
  /** For one attempt, instead of the client's own. */
  readonly timeoutMilliseconds?: number | undefined;
  /** Told of each warning that comes with the answer. */
  readonly warn?: ((text: string) => void) | undefined;
}

/** One try of a call. */
interface Attempt {
  readonly pool: "calls" | "watches";
  readonly signal: AbortSignal;
  /** Where the request went, once it has. */
  sentTo?: Dispatcher;
}

/** Retries of a call at most this far apart where the server does not say. */
const firstRetryMilliseconds = 500;
const retryJitter = 0.2;

/** Sends calls: rate limit, credentials, deadline, retries, faults and metrics (spec: operations 7.4 "Transport"). */
export class Caller {
  readonly #options: HttpClientOptions;
  readonly #connections: Connections;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #bucket: TokenBucket;
  readonly #metrics: RequestMetrics;
  readonly #prefix: string;

  constructor(options: HttpClientOptions, connections: Connections) {
    const { clock, random, metrics, server, qps = 200, burst = 300 } = options;
    this.#options = options;
    this.#connections = connections;
    this.#clock = clock;
    this.#random = random;
    this.#bucket = createTokenBucket({ clock, qps, burst });
    this.#metrics = createRequestMetrics(metrics, server);
    this.#prefix = new URL(server).pathname.replace(/\/$/, "");
  }

  /** The parsed body of a successful answer. */
  async call(call: Call): Promise<unknown> {
    const { retries = 4 } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      await this.#throttle(call.signal);
      try {
        return await this.#attempt(call);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (!call.idempotent || attempt >= retries || !retryable(error)) throw error;
        await this.#clock.sleep(this.#retryWait(error, attempt), signalOption(call.signal));
      }
    }
  }

  /** Opens a watch: no rate limit, no deadline after the headers have come, no retries. The body is to be consumed. */
  async open(call: Call): Promise<AsyncIterable<Uint8Array> & { destroy(): unknown }> {
    call.signal?.throwIfAborted();
    const { body } = await this.#within(call, "watches", (attempt) => this.#send(call, attempt));
    return body as AsyncIterable<Uint8Array> & { destroy(): unknown };
  }

  async #throttle(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const wait = this.#bucket.reserve();
    this.#metrics.throttled(wait / 1000);
    if (wait > 0) await this.#clock.sleep(wait, signalOption(signal));
  }

  #attempt(call: Call): Promise<unknown> {
    return this.#within(call, "calls", async (attempt) => {
      const { body, headers } = await this.#send(call, attempt);
      if (call.warn !== undefined) for (const text of warningsOf(headers["warning"])) call.warn(text);
      return body.json();
    });
  }

  /** Bounds what waits for an answer; where none comes, later calls do not use that connection any more. */
  async #within<T>(call: Call, pool: Attempt["pool"], work: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { timeoutMilliseconds = this.#options.timeoutMilliseconds ?? 30_000 } = call;
    const timeout = new AbortController();
    const cancel = this.#clock.after(timeoutMilliseconds, () => timeout.abort());
    const signal = call.signal === undefined ? timeout.signal : AbortSignal.any([call.signal, timeout.signal]);
    const attempt: Attempt = { pool, signal };
    try {
      return await work(attempt);
    } catch (error) {
      call.signal?.throwIfAborted();
      if (!timeout.signal.aborted)
        throw error instanceof KubeFault ? error : faultOfConnection(error, this.#options.server);
      const what = `${call.method} ${call.path}: no answer within ${timeoutMilliseconds / 1000} s`;
      if (attempt.sentTo !== undefined && this.#connections.replace(attempt.sentTo))
        this.#options.log.info("opening a fresh connection", { because: what });
      throw new KubeFault("Timeout", what);
    } finally {
      cancel();
    }
  }

  async #send(call: Call, attempt: Attempt): Promise<Dispatcher.ResponseData> {
    const { pool, signal } = attempt;
    const begun = this.#clock.monotonic();
    const done = (code: string): void => {
      const seconds = (this.#clock.monotonic() - begun) / 1000;
      this.#metrics.answered(call.labels, call.method, { code, seconds });
    };
    try {
      const headers = await this.#headers(call);
      // Taken when all is ready to go: one that is replaced meanwhile takes no more requests.
      const dispatcher = this.#connections[pool];
      attempt.sentTo = dispatcher;
      const answer = await dispatcher.request({
        origin: new URL(this.#options.server).origin,
        path: this.#prefix + call.path,
        method: call.method,
        headers,
        body: call.body === undefined ? null : JSON.stringify(call.body),
        bodyTimeout: 0,
        signal,
      });
      // A body that is destroyed before anybody reads it, or after, tells so by an error event; readers get it as a rejection.
      answer.body.on("error", () => undefined);
      done(String(answer.statusCode));
      if (answer.statusCode < 400) return answer;
      throw await this.#faultOf(answer);
    } catch (error) {
      if (isKubeFault(error)) throw error;
      done("<error>");
      signal.throwIfAborted();
      throw faultOfConnection(error, this.#options.server);
    }
  }

  async #faultOf(answer: Dispatcher.ResponseData): Promise<KubeFault> {
    const header = answer.headers["retry-after"];
    return faultOfAnswer({
      code: answer.statusCode,
      body: await answer.body.text(),
      retryAfterSeconds: retryAfterOf(typeof header === "string" ? header : undefined, this.#clock.now()),
    });
  }

  async #headers(call: Call): Promise<Record<string, string>> {
    const { token, headers, userAgent = "karpenter" } = this.#options;
    const bearer = typeof token === "function" ? await token() : token;
    return {
      accept: "application/json",
      "user-agent": userAgent,
      ...(call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(headers === undefined ? {} : await headers()),
    };
  }

  #retryWait(error: unknown, attempt: number): number {
    const asked = isKubeFault(error) ? error.retryAfterSeconds : undefined;
    const base = asked === undefined ? firstRetryMilliseconds * 2 ** attempt : asked * 1000;
    return base * (1 + retryJitter * this.#random.next());
  }
}

/** `299 - "text"`, several to a header; an agent may stand for the dash (RFC 7234 5.5). */
function warningsOf(header: string | readonly string[] | undefined): readonly string[] {
  const lines = typeof header === "string" ? [header] : (header ?? []);
  return lines.flatMap((line) =>
    [...line.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replaceAll(/\\(.)/g, "$1")),
  );
}

const signalOption = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

/** The server asked for another try, or the connection broke before an answer came. */
function retryable(error: unknown): boolean {
  if (!isKubeFault(error)) return false;
  return error.code === 429 || error.code === 503 || (error.reason === "ConnectionFailed" && wasReset(error.cause));
}

const resetCodes = new Set(["ECONNRESET", "EPIPE", "ECONNREFUSED", "UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT"]);

function wasReset(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return (code !== undefined && resetCodes.has(code)) || wasReset(error.cause);
}
