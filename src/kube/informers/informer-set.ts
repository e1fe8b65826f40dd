import { apiVersionOf, type KubeObject } from "../../api/index.ts";
import { type Clock, type Logger, type MetricsRegistry, type Random, runEvery } from "../../platform/index.ts";
import type { KubeClient } from "../client.ts";
import type { Informer, InformerOptions, InformerSet } from "../runtime.ts";
import { createInformerMetrics } from "./informer-metrics.ts";
import { Reflector, type ReflectorContext } from "./reflector.ts";
import { SharedInformer } from "./shared-informer.ts";

export interface InformerSetOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** Deeply freezes what is stored, so that a reader which mutates fails; for tests and development. */
  readonly freeze?: boolean;
}

const syncTimeoutMilliseconds = 120_000;
/** Full resync (spec: operations 3.7). */
const resyncMilliseconds = 10 * 3_600_000;

interface Member {
  readonly informer: SharedInformer<KubeObject>;
  readonly reflector: Reflector<KubeObject>;
}

/** All informers of a process; nothing is listed before `run`. */
export function createInformerSet(options: InformerSetOptions): InformerSet {
  const members = new Map<string, Member>();
  const context: ReflectorContext = { ...options, metrics: createInformerMetrics(options.metrics) };
  const { clock, log, freeze = false } = options;
  let start: (member: Member) => void = () => undefined;
  options.metrics.onExpose(() => {
    for (const { reflector } of members.values()) reflector.refreshMetrics();
  });

  const informer = <T extends KubeObject>(asked: InformerOptions<T>): Informer<T> => {
    const key = memberKey(asked);
    const known = members.get(key)?.informer as SharedInformer<T> | undefined;
    if (known !== undefined) return share(known, asked);
    const made = new SharedInformer<T>(asked, { clock, log, freeze });
    const member = { informer: made, reflector: new Reflector(made, context) } as unknown as Member;
    members.set(key, member);
    start(member);
    return made;
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    const running: Promise<void>[] = [];
    start = (member) => {
      running.push(member.reflector.run(signal), resyncLoop(member.informer, context, signal));
    };
    for (const member of members.values()) start(member);
    await untilAborted(signal);
    start = () => undefined;
    await Promise.all(running);
  };

  return Object.freeze({
    informer,
    run,
    waitForSync: ({ signal }: { readonly signal: AbortSignal }) => waitForSync(members, clock, signal),
  });
}

function memberKey<T extends KubeObject>(options: InformerOptions<T>): string {
  const { type, namespace = "", labelSelector = "", fieldSelector = "" } = options;
  return JSON.stringify([apiVersionOf(type), type.plural, namespace, labelSelector, fieldSelector]);
}

/** A second consumer brings its indexes along; it cannot ask for other contents than the first. */
function share<T extends KubeObject>(known: SharedInformer<T>, asked: InformerOptions<T>): Informer<T> {
  if (asked.strip !== undefined && asked.strip !== known.options.strip) {
    throw new Error(`the informer of ${known.type.kind} is shared and strips other fields already`);
  }
  if (asked.indexes !== undefined) known.store.addIndexes(asked.indexes);
  return known;
}

function resyncLoop(informer: SharedInformer<KubeObject>, context: ReflectorContext, signal: AbortSignal) {
  const { clock, random } = context;
  const period = { clock, random, milliseconds: resyncMilliseconds, jitter: 0.1, delayFirst: true };
  return runEvery(period, () => informer.resync(), signal);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function waitForSync(members: ReadonlyMap<string, Member>, clock: Clock, signal: AbortSignal): Promise<void> {
  const wanted = [...members.values()];
  const enough = new AbortController();
  const timeout = clock
    .sleep(syncTimeoutMilliseconds, { signal: AbortSignal.any([signal, enough.signal]) })
    .then(() => {
      throw new Error(notSyncedText(wanted.filter(({ informer }) => !informer.synced)));
    });
  try {
    await Promise.race([timeout, Promise.all(wanted.map(({ informer }) => informer.whenSynced))]);
  } finally {
    enough.abort();
    // The race has told the outcome; what the timer says after that is only its own cancellation.
    timeout.catch(() => undefined);
  }
}

function notSyncedText(missing: readonly Member[]): string {
  const kinds = missing.map(({ informer, reflector }) => {
    const { type } = informer;
    const why = reflector.lastError instanceof Error ? ` (${reflector.lastError.message})` : "";
    return `${type.plural}.${apiVersionOf(type)}${why}`;
  });
  return `caches not synced within two minutes: ${kinds.join(", ")}; check that the kinds are installed and may be listed and watched`;
}
