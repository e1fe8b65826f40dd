import type { ResourceType } from "../../api/index.ts";
import type { Clock, Ids, Logger, Random } from "../../platform/index.ts";
import type { Result } from "../../core/index.ts";
import { rulesOf } from "../admission/rules.ts";
import { openListener, type ListenFailure, type Listening, type ListenOptions } from "../http/listener.ts";
import { createApiCore, serveResource, type ApiCore, type ChangeObserver } from "./api-core.ts";
import { builtinDefinition, builtinRows } from "./builtin-resources.ts";
import { followDefinitions } from "./custom-resources.ts";
import { createInitialObjects } from "./initial-objects.ts";
import { Collector } from "./garbage.ts";
import { InProcessClient, type ClientOptions } from "./in-process-client.ts";

export interface ApiServerOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random?: Random;
  readonly log?: Logger;
  /** Changes kept per kind for watches that resume, 4096 by default; older versions answer 410. */
  readonly historySize?: number;
}

/** The embedded API server: an object store with the behaviour of kube-apiserver. */
export interface ApiServer {
  /** A client of this process: answers come without a wire. */
  client(options?: ClientOptions): InProcessClient;
  /** The resource that serves a kind now, as a manifest names it. */
  typeOf(apiVersion: string, kind: string): ResourceType | undefined;
  /** Opens an HTTPS listener on loopback; several may be open. A port that cannot be had is a value. */
  listen(options?: ListenOptions): Promise<Result<Listening, ListenFailure>>;
  /** PEM of the authority of the first listener's certificate; pending until there is one. */
  readonly certificateAuthority: Promise<string>;
  /**
   * Calls back on each change of every resource, in order and at the moment it is stored; the listener must not write.
   * The returned function unsubscribes. A watch tells the same, but later: what follows from a change may be stored before.
   */
  observe(observer: ChangeObserver): () => void;
  /** Resolves when garbage collection asked for so far is done. */
  settled(): Promise<void>;
  /** Forgets watch history, as an etcd compaction does: resumes from older versions answer 410. */
  compact(): void;
  close(): Promise<void>;
}

const bookmarkMilliseconds = 60_000;

export function createApiServer(options: ApiServerOptions): ApiServer {
  const core = coreOf(options);
  const stopBookmarks = repeatBookmarks(core);
  const listeners: Listening[] = [];
  const authority = Promise.withResolvers<string>();
  createInitialObjects(core.core);
  return {
    client: (clientOptions) => new InProcessClient(core.core, clientOptions),
    typeOf: (apiVersion, kind) => core.core.registry.byKind(apiVersion, kind)?.definition.type,
    listen: async (listenOptions = {}) => {
      const opened = await openListener(core.core, listenOptions);
      if (!opened.ok) return opened;
      listeners.push(opened.value);
      authority.resolve(opened.value.certificateAuthority);
      return opened;
    },
    certificateAuthority: authority.promise,
    observe: (observer) => {
      core.core.observers.add(observer);
      return () => void core.core.observers.delete(observer);
    },
    settled: () => core.collector.idle(),
    compact: () => {
      for (const { table } of core.core.registry.all()) table.compact();
    },
    close: async () => {
      stopBookmarks();
      core.collector.close();
      for (const { table } of core.core.registry.all()) table.endWatches();
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

interface Parts {
  readonly core: ApiCore;
  readonly collector: Collector;
}

function coreOf(options: ApiServerOptions): Parts {
  const core: ApiCore = createApiCore({
    clock: options.clock,
    ids: options.ids,
    log: options.log,
    historySize: options.historySize ?? 4096,
    collect: (task) => collector.enqueue(task),
  });
  const collector = new Collector(core);
  for (const row of builtinRows) serveResource(core, builtinDefinition(row, rulesOf(row.kind)));
  followDefinitions(core);
  return { core, collector };
}

/** Quiet watches learn each minute how far they have seen, so that they can resume. */
function repeatBookmarks({ core }: Parts): () => void {
  let cancel = (): void => undefined;
  const beat = (): void => {
    for (const { table } of core.registry.all()) table.bookmark();
    cancel = core.clock.after(bookmarkMilliseconds, beat);
  };
  cancel = core.clock.after(bookmarkMilliseconds, beat);
  return () => cancel();
}
