import type { Event, ObjectReference, Timestamp } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import { createTokenBucket, type TokenBucket } from "../token-bucket.ts";
import { Lru } from "./lru.ts";

/** An event before it has a name: what is to be said about which object. */
export interface Observation {
  readonly involvedObject: ObjectReference;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What the correlator makes of an observation. */
export type Correlated =
  | { readonly kind: "drop" }
  | { readonly kind: "create"; readonly key: string; readonly event: CorrelatedEvent }
  | { readonly kind: "update"; readonly key: string; readonly event: CorrelatedEvent; readonly name: string };

export type CorrelatedEvent = Observation & EventState;

interface EventState {
  readonly count: number;
  readonly firstTimestamp: Timestamp;
  readonly lastTimestamp: Timestamp;
}

interface Similar {
  readonly messages: ReadonlySet<string>;
  readonly lastAt: number;
}

const cacheSize = 4096;
const similarMilliseconds = 600_000;
const similarBeforeFold = 10;
const spamBurst = 25;
const spamQps = 1 / 300;
const combinedPrefix = "(combined from similar events): ";

/**
 * The correlator of client-go (spec: operations 2.1): equal events count up, ten that differ only in their message
 * within ten minutes fold into one, and an object may have a burst of 25 events and then one per five minutes.
 */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #similar = new Lru<Similar>(cacheSize);
  readonly #written = new Lru<EventState & { readonly name: string | undefined }>(cacheSize);
  readonly #buckets = new Lru<TokenBucket>(cacheSize);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  correlate(observation: Observation): Correlated {
    const { key, message } = this.#fold(observation);
    const now = toTimestamp(this.#clock.now());
    const known = this.#written.get(key);
    const state: EventState = {
      count: (known?.count ?? 0) + 1,
      firstTimestamp: known?.firstTimestamp ?? now,
      lastTimestamp: now,
    };
    this.#written.set(key, { ...state, name: known?.name });
    if (!this.#bucketOf(observation).take()) return { kind: "drop" };
    const event = { ...observation, ...state, message };
    if (known?.name === undefined) return { kind: "create", key, event };
    return { kind: "update", key, event, name: known.name };
  }

  /** To be told the name under which an event of `key` was stored, so that the next one counts it up. */
  stored(key: string, event: Event): void {
    const known = this.#written.get(key);
    if (known !== undefined) this.#written.set(key, { ...known, name: event.metadata.name });
  }

  #fold(observation: Observation): { readonly key: string; readonly message: string } {
    const { involvedObject, type, reason, message } = observation;
    const group = JSON.stringify([objectId(involvedObject), type, reason]);
    const now = this.#clock.monotonic();
    const known = this.#similar.get(group);
    const fresh = known !== undefined && now - known.lastAt <= similarMilliseconds;
    const messages = new Set(fresh ? known.messages : []).add(message);
    const folded = messages.size >= similarBeforeFold;
    // The set need not grow once events fold; one place is kept free for the next message.
    if (folded) messages.delete(first(messages));
    this.#similar.set(group, { messages, lastAt: now });
    if (!folded) return { key: JSON.stringify([group, message]), message };
    return { key: group, message: combinedPrefix + message };
  }

  #bucketOf({ involvedObject }: Observation): TokenBucket {
    const id = objectId(involvedObject);
    const known = this.#buckets.get(id);
    if (known !== undefined) return known;
    const made = createTokenBucket({ clock: this.#clock, qps: spamQps, burst: spamBurst });
    this.#buckets.set(id, made);
    return made;
  }
}

const toTimestamp = (milliseconds: number): Timestamp => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

function objectId(object: ObjectReference): string {
  const { kind = "", namespace = "", name = "", uid = "", apiVersion = "" } = object;
  return JSON.stringify([kind, namespace, name, uid, apiVersion]);
}

function first(messages: ReadonlySet<string>): string {
  for (const message of messages) return message;
  throw new Error("a set of messages that is folded cannot be empty");
}
