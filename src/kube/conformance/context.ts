import { expect } from "vitest";
import type { ConfigMap, KubeObject, Pod, ResourceType } from "../../api/index.ts";
import { createSystemClock, type Clock } from "../../platform/index.ts";
import type { KubeClient, ObjectName, WatchEvent, WatchOptions } from "../client.ts";
import { KubeFault, type KubeFaultReason } from "../fault.ts";
import type { Widget } from "./widget.ts";

/** One server under test. */
export interface ConformanceServer {
  readonly client: KubeClient;
  /** Makes every version so far too old to watch from, for servers that remember everything; a real one forgets by itself. */
  readonly compact?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}

/** What a case works with: a namespace of its own, and names that no other case has. */
export interface CaseContext {
  readonly client: KubeClient;
  readonly server: ConformanceServer;
  readonly clock: Clock;
  readonly namespace: string;
  /** A name for cluster-scoped objects. */
  readonly unique: (stem: string) => string;
  /** A custom kind with a schema, defaults, rules, a status and a scale subresource; installed for the whole suite. */
  readonly widgets: ResourceType<Widget>;
}

export interface ConformanceCase {
  readonly title: string;
  readonly run: (context: CaseContext) => Promise<void>;
}

const pollMilliseconds = 25;
const patienceMilliseconds = 15_000;

/** Polls until `probe` gives something; what a server does by and by (install a kind) is waited for this way. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>, clock = createSystemClock()) {
  const deadline = clock.monotonic() + patienceMilliseconds;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (clock.monotonic() > deadline) throw new Error(`${what} did not happen within ${patienceMilliseconds} ms`);
    await clock.sleep(pollMilliseconds);
  }
}

/** The fault that a call must reject with; its Status must say the same. */
export async function refusal(call: Promise<unknown>, reason: KubeFaultReason, code: number): Promise<KubeFault> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!("error" in outcome)) throw new Error(`expected ${reason}, but the call gave ${JSON.stringify(outcome.value)}`);
  const { error } = outcome;
  if (!(error instanceof KubeFault)) throw new Error(`expected a KubeFault of ${reason}`, { cause: error });
  expect({ reason: error.reason, code: error.code, message: error.message }).toMatchObject({ reason, code });
  return error;
}

/** `field` of each cause, with its reason. */
export function causesOf(fault: KubeFault): readonly (readonly [string, string])[] {
  return (fault.status?.details?.causes ?? []).map(({ field = "", reason = "" }) => [field, reason] as const);
}

export const configMap = (
  { namespace }: CaseContext,
  name: string,
  rest: { readonly data?: Readonly<Record<string, string>>; readonly metadata?: ConfigMap["metadata"] } = {},
): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...rest.metadata, name, namespace },
  ...(rest.data === undefined ? {} : { data: rest.data }),
});

/** A pod that no scheduler takes. */
export const pod = (
  { namespace }: CaseContext,
  name: string,
  rest: { readonly metadata?: Pod["metadata"]; readonly spec?: Partial<Pod["spec"]> } = {},
): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...rest.metadata, name, namespace },
  spec: {
    schedulerName: "conformance",
    containers: [{ name: "main", image: "registry.example/app:1" }],
    ...rest.spec,
  },
});

export function nameOf(object: KubeObject): ObjectName {
  const { name = "", namespace } = object.metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

/** A watch that runs beside the case: events are taken one by one, bookmarks left out. */
export interface Following {
  /** The next event as `TYPE name`; rejects when none comes in time. */
  next(): Promise<string>;
  nextEvent<T extends KubeObject>(): Promise<Exclude<WatchEvent<T>, { type: "BOOKMARK" }>>;
  stop(): Promise<void>;
}

export function follow<T extends KubeObject>(
  { client, clock }: CaseContext,
  type: ResourceType<T>,
  options: WatchOptions,
): Following {
  const stop = new AbortController();
  const timeout = clock.after(patienceMilliseconds, () => stop.abort(new Error("no watch event came in time")));
  const iterator = client.watch(type, { ...options, signal: stop.signal })[Symbol.asyncIterator]();
  const nextEvent = async () => {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) throw new Error("the watch ended before the event that was waited for");
      if (value.type !== "BOOKMARK") return value;
    }
  };
  return {
    nextEvent: nextEvent as unknown as Following["nextEvent"],
    next: async () => {
      const event = await nextEvent();
      return `${event.type} ${event.object.metadata.name ?? ""}`;
    },
    stop: async () => {
      timeout();
      stop.abort(new Error("the case is over"));
      await iterator.next().catch(() => undefined);
    },
  };
}
