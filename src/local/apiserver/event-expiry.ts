import { type Event, eventType } from "../../api/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";

/** How often the events are looked through while one of them may stay. */
const looks = 10;

export interface EventExpiryOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  /** How long an event stays after its last occurrence; kube-apiserver keeps them for an hour. */
  readonly retentionMilliseconds: number;
}

/** Deletes events that nothing was added to for that long, until aborted: without it a long run holds all it ever said. */
export async function expireEvents(options: EventExpiryOptions, signal: AbortSignal): Promise<void> {
  const { clock, retentionMilliseconds } = options;
  while (!signal.aborted) {
    try {
      await clock.sleep(retentionMilliseconds / looks, { signal });
      await sweep(options, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

async function sweep({ kube, clock, retentionMilliseconds }: EventExpiryOptions, signal: AbortSignal): Promise<void> {
  const { items } = await kube.list(eventType, { signal });
  const old = items.filter((event) => clock.now() - lastSaid(event) > retentionMilliseconds);
  for (const { metadata } of old) {
    const { name = "", namespace = "" } = metadata;
    try {
      await kube.delete(eventType, { name, namespace }, { signal });
    } catch (error) {
      // Its namespace went in between.
      if (!isKubeFault(error, "NotFound")) throw error;
    }
  }
}

function lastSaid({ lastTimestamp, eventTime, metadata }: Event): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "");
}
