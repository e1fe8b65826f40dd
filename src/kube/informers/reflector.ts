import type { KubeObject } from "../../api/index.ts";
import type { Clock, Logger, Random } from "../../platform/index.ts";
import type { KubeClient, ListOptions } from "../client.ts";
import { isKubeFault } from "../fault.ts";
import { createReconnectBackoff, type ReconnectBackoff } from "./backoff.ts";
import type { InformerMetrics } from "./informer-metrics.ts";
import type { SharedInformer } from "./shared-informer.ts";
import { watchUntilClosed, type WatchEnd } from "./watch-once.ts";

export interface ReflectorContext {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: InformerMetrics;
}

const pageLimit = 500;
const optionalRetryMilliseconds = 60_000;
/** While the process is young its definitions may just be on their way: a minute would be a minute without any node. */
const young = Object.freeze({ ageMilliseconds: 5 * 60_000, retryMilliseconds: 3_000 });
/** After so many failed watches in a row the version may be one the server does not know (restored from a backup). */
const failuresBeforeRelist = 5;

/** Keeps one informer equal to the API server: list, then watch, again and again (spec: operations 7.4 "Reflector"). */
export class Reflector<T extends KubeObject> {
  readonly #informer: SharedInformer<T>;
  readonly #context: ReflectorContext;
  readonly #backoff: ReconnectBackoff;
  readonly #labels: { readonly kind: string };
  #lists = 0;
  /** Watches in a row that were refused as soon as they began. */
  #refusals = 0;
  #freshAt: number;
  /** Why the last attempt failed, for the message of a start that does not come to an end. */
  lastError: unknown;

  constructor(informer: SharedInformer<T>, context: ReflectorContext) {
    this.#informer = informer;
    this.#context = context;
    this.#backoff = createReconnectBackoff(context);
    this.#labels = { kind: informer.type.kind };
    this.#freshAt = context.clock.monotonic();
  }

  /** Writes what is computed when read. */
  refreshMetrics(): void {
    const { metrics, clock } = this.#context;
    metrics.cacheAge.set((clock.monotonic() - this.#freshAt) / 1000, this.#labels);
    metrics.objects.set(this.#informer.store.size, this.#labels);
  }

  /** Runs until aborted, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const begun = this.#context.clock.monotonic();
    while (!signal.aborted) {
      try {
        if (await this.#absent(signal)) await this.#sleep(this.#optionalRetry(begun), signal);
        else await this.#listAndWatch(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isKubeFault(error, "Forbidden") && this.#informer.options.absentIfForbidden === true)
          await this.#doWithout(error, signal);
        else await this.#pause("list failed", error, signal);
      }
    }
  }

  /** The right may be given while this process runs. */
  async #doWithout(error: unknown, signal: AbortSignal): Promise<void> {
    const { type } = this.#informer.options;
    if (this.#informer.readable) {
      const resource = type.group === "" ? type.plural : `${type.plural}.${type.group}`;
      const message = "a kind is served that may not be read, and is left out: grant list and watch on it";
      this.#context.log.error(message, { resource, verbs: ["list", "watch"], error });
    }
    this.#informer.readable = false;
    await this.#informer.replace([]);
    await this.#sleep(optionalRetryMilliseconds, signal);
  }

  #optionalRetry(begun: number): number {
    const isYoung = this.#context.clock.monotonic() - begun < young.ageMilliseconds;
    return isYoung ? young.retryMilliseconds : optionalRetryMilliseconds;
  }

  /** True for an optional kind that the server does not serve now: an empty cache is then the truth. */
  async #absent(signal: AbortSignal): Promise<boolean> {
    const { options } = this.#informer;
    if (options.optional !== true || (await this.#context.client.isServed(options.type, { signal }))) return false;
    this.#fresh();
    await this.#informer.replace([]);
    return true;
  }

  async #listAndWatch(signal: AbortSignal): Promise<void> {
    const { items, version } = await this.#list(signal);
    this.#informer.readable = true;
    await this.#informer.replace(items);
    this.#fresh();
    this.#backoff.healthy();
    await this.#watchFrom(version, signal);
  }

  /** The first list may be served from the server's cache; later ones must be consistent, or a 410 could repeat. */
  async #list(signal: AbortSignal): Promise<{ readonly items: readonly T[]; readonly version: string }> {
    const { client, clock, metrics } = this.#context;
    const items: T[] = [];
    const version: { resourceVersion?: string } = this.#lists === 0 ? { resourceVersion: "0" } : {};
    if (this.#lists > 0) metrics.relists.increment(this.#labels);
    this.#lists += 1;
    let page: ListOptions = { ...this.#selection(), ...version, limit: pageLimit, signal };
    for (;;) {
      const list = await client.list(this.#informer.type, page);
      for (const item of list.items) items.push(item);
      const { continue: token, resourceVersion = "" } = list.metadata;
      if (token === undefined || token === "") return { items, version: resourceVersion };
      page = { ...this.#selection(), limit: pageLimit, continue: token, signal };
      await clock.yield();
    }
  }

  #selection(): Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector"> {
    const { namespace, labelSelector, fieldSelector } = this.#informer.options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
  }

  /** Resumes until the version is too old, the kind has gone, or the signal aborts; then returns to be listed again. */
  async #watchFrom(version: string, signal: AbortSignal): Promise<void> {
    let from = version;
    let failures = 0;
    while (!signal.aborted) {
      this.#backoff.healthy();
      const end = await this.#watchOnce(from, signal);
      if (signal.aborted) return;
      from = end.version;
      failures = end.heard ? 0 : failures + 1;
      this.#context.metrics.restarts.increment({ ...this.#labels, cause: end.cause });
      if (end.cause === "expired" || end.cause === "not-served") return this.#beforeRelist(end, signal);
      if (end.cause === "error" || (end.cause === "closed" && end.tooShort)) {
        await this.#pause("watch failed", end.error, signal);
        if (failures >= failuresBeforeRelist) return;
      }
    }
  }

  #watchOnce(version: string, signal: AbortSignal): Promise<WatchEnd> {
    const { client, clock, random } = this.#context;
    return watchUntilClosed<T>({
      client,
      clock,
      random,
      type: this.#informer.type,
      selection: this.#selection(),
      version,
      signal,
      onHeard: () => this.#fresh(),
      onApply: (object) => this.#informer.apply(object),
      onRemove: (object) => this.#informer.remove(object),
    });
  }

  #fresh(): void {
    this.#freshAt = this.#context.clock.monotonic();
    this.lastError = undefined;
  }

  /** The first relist is due at once; a server that goes on refusing what it has just listed is given time. */
  async #beforeRelist(end: WatchEnd, signal: AbortSignal): Promise<void> {
    this.#refusals = end.tooShort ? this.#refusals + 1 : 0;
    if (this.#refusals > 1) await this.#pause("watch refused", end.error, signal);
  }

  async #pause(message: string, error: unknown, signal: AbortSignal): Promise<void> {
    this.lastError = error;
    const asked = isKubeFault(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const milliseconds = Math.max(this.#backoff.next(), asked);
    this.#context.log.debug(message, { kind: this.#labels.kind, error, retryMilliseconds: Math.round(milliseconds) });
    await this.#sleep(milliseconds, signal);
  }

  async #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#context.clock.sleep(milliseconds, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
