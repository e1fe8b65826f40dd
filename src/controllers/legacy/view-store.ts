import type { KubeObject, ResourceType } from "../../api/index.ts";
import { jsonEqual, KubeFault, SharedInformer } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { applyMergePatch } from "./merge-patch.ts";

/** An object of a v1 kind that is in no cluster: made from objects of the older era, with a status of its own. */
interface Viewed extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** What controllers wrote to a view. */
interface Written {
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly status?: unknown;
}

interface Held<T> {
  readonly base: T;
  readonly written: Written;
  readonly generation: number;
}

const nothing: Written = Object.freeze({ annotations: {} });

/**
 * Views of one kind by address, as an informer delivers objects. Controllers write to them as to any object: locks hold,
 * an equal write changes nothing, and what is written lives as long as the process; `persist` carries on what the cluster
 * must know.
 */
export class ViewStore<T extends Viewed> {
  readonly informer: SharedInformer<T>;
  readonly #held = new Map<string, Held<T>>();
  readonly #persist: (view: T, signal: AbortSignal | undefined) => Promise<void>;
  readonly #amend: (view: T) => T;
  #version = 0;

  constructor(options: {
    readonly type: ResourceType<T>;
    readonly clock: Clock;
    readonly log: Logger;
    readonly persist: (view: T, signal: AbortSignal | undefined) => Promise<void>;
    /** Has the last word on what is written. */
    readonly amend?: (view: T) => T;
  }) {
    const { clock, log, type } = options;
    this.informer = new SharedInformer<T>({ type }, { clock, log, freeze: false });
    this.#persist = options.persist;
    this.#amend = options.amend ?? ((view) => view);
  }

  get(address: string): T | undefined {
    return this.informer.store.get(address);
  }

  addresses(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** What the objects of the era say now; `generation` rises when the spec changes. */
  put(base: T): void {
    const address = base.metadata.name ?? "";
    const held = this.#held.get(address);
    const same = held !== undefined && held.base.metadata.uid === base.metadata.uid;
    if (same && jsonEqual(held.base, base)) return;
    const changed = same && !jsonEqual(held.base.spec, base.spec);
    const generation = same ? held.generation + (changed ? 1 : 0) : 1;
    this.#hold(address, { base, generation, written: same ? held.written : nothing });
  }

  remove(address: string): void {
    if (!this.#held.delete(address)) return;
    const last = this.informer.store.get(address);
    if (last !== undefined) this.informer.remove(last);
  }

  /** A merge patch of metadata or status; rejects as an API server would. */
  async patch(address: string, body: unknown, signal: AbortSignal | undefined): Promise<T> {
    const held = this.#held.get(address);
    const before = this.get(address);
    if (held === undefined || before === undefined) throw this.#missing(address);
    checkLock(before, body);
    const after = this.#amend(applyMergePatch(before, withoutLock(body)) as T);
    if (jsonEqual(before, after)) return before;
    await this.#persist(after, signal);
    const now = this.#held.get(address);
    if (now === undefined) throw this.#missing(address);
    return this.#hold(address, { ...now, written: writtenOf(now.base, after) });
  }

  #hold(address: string, held: Held<T>): T {
    this.#held.set(address, held);
    this.#version += 1;
    const view = render(held, this.#version);
    this.informer.apply(view);
    return view;
  }

  #missing(address: string): KubeFault {
    const { plural, group } = this.informer.type;
    return new KubeFault("NotFound", `${plural}.${group} "${address}" not found`, { code: 404 });
  }
}

function render<T extends Viewed>({ base, written, generation }: Held<T>, version: number): T {
  const status = written.status ?? base.status;
  return {
    ...base,
    metadata: {
      ...base.metadata,
      annotations: { ...base.metadata.annotations, ...written.annotations },
      ...(written.finalizers === undefined ? {} : { finalizers: written.finalizers }),
      generation,
      resourceVersion: String(version),
    },
    ...(status === undefined ? {} : { status }),
  };
}

function writtenOf(base: Viewed, { metadata, status }: Viewed): Written {
  const own = Object.entries(metadata.annotations ?? {}).filter(
    ([key, value]) => base.metadata.annotations?.[key] !== value,
  );
  return {
    annotations: Object.fromEntries(own),
    ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
    ...(status === undefined ? {} : { status }),
  };
}

interface PatchBody {
  readonly metadata?: { readonly resourceVersion?: string };
}

function checkLock(before: KubeObject, body: unknown): void {
  const wanted = (body as PatchBody).metadata?.resourceVersion;
  if (wanted === undefined || wanted === before.metadata.resourceVersion) return;
  throw new KubeFault("Conflict", `${before.kind} ${before.metadata.name ?? ""} has been changed meanwhile`, {
    code: 409,
  });
}

function withoutLock(body: unknown): unknown {
  const { metadata, ...rest } = body as PatchBody;
  if (metadata === undefined) return body;
  const { resourceVersion: _, ...kept } = metadata;
  return { ...rest, metadata: kept };
}
