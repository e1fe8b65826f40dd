import type { KubeObject, ResourceType } from "../../api/index.ts";
import type { Clock, Random } from "../../platform/index.ts";
import type { KubeClient, WatchEvent, WatchOptions } from "../client.ts";
import { isKubeFault } from "../fault.ts";

/** How a watch came to its end, and from where to go on. */
export interface WatchEnd {
  readonly cause: "closed" | "expired" | "silent" | "not-served" | "error";
  readonly version: string;
  /** Whether any event or bookmark came. */
  readonly heard: boolean;
  /** Closed by the server within a second and without a word: resuming at once would be a storm. */
  readonly tooShort: boolean;
  readonly error?: unknown;
}

export interface WatchAttempt<T extends KubeObject> {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly type: ResourceType<T>;
  readonly selection: Pick<WatchOptions, "namespace" | "labelSelector" | "fieldSelector">;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onHeard: () => void;
  readonly onApply: (object: T) => void;
  readonly onRemove: (object: T) => void;
}

const shortestTimeoutSeconds = 300;
const slackMilliseconds = 30_000;
const tooShortMilliseconds = 1000;

/**
 * One watch, from `version` to its end. The server is asked to close it after 5 to 10 minutes, by chance so that not all
 * kinds resume at once; one that neither speaks nor closes in that time and half a minute more is taken for dead.
 */
export async function watchUntilClosed<T extends KubeObject>(attempt: WatchAttempt<T>): Promise<WatchEnd> {
  const { client, clock, random, type, selection, signal } = attempt;
  const timeoutSeconds = shortestTimeoutSeconds + random.integer(shortestTimeoutSeconds + 1);
  const watchdog = createWatchdog(clock, timeoutSeconds * 1000 + slackMilliseconds);
  const begun = clock.monotonic();
  let version = attempt.version;
  let heard = false;
  const end = (cause: WatchEnd["cause"], error?: unknown): WatchEnd => {
    const tooShort = !heard && clock.monotonic() - begun < tooShortMilliseconds;
    return { cause, version, heard, tooShort, ...(error === undefined ? {} : { error }) };
  };
  try {
    const events = client.watch(type, {
      ...selection,
      resourceVersion: version,
      allowBookmarks: true,
      timeoutSeconds,
      signal: AbortSignal.any([signal, watchdog.signal]),
    });
    for await (const event of events) {
      watchdog.feed();
      heard = true;
      attempt.onHeard();
      version = take(event, attempt) ?? version;
    }
    return end("closed");
  } catch (error) {
    return end(watchdog.signal.aborted ? "silent" : causeOf(error), error);
  } finally {
    watchdog.stop();
  }
}

/** The version to resume from after this event. */
function take<T extends KubeObject>(event: WatchEvent<T>, attempt: WatchAttempt<T>): string | undefined {
  if (event.type === "BOOKMARK") return event.resourceVersion;
  if (event.type === "DELETED") attempt.onRemove(event.object);
  else attempt.onApply(event.object);
  return event.object.metadata.resourceVersion;
}

function causeOf(error: unknown): WatchEnd["cause"] {
  if (isKubeFault(error, "Expired") || isKubeFault(error, "Gone")) return "expired";
  return isKubeFault(error, "NotFound") ? "not-served" : "error";
}

interface Watchdog {
  readonly signal: AbortSignal;
  feed(): void;
  stop(): void;
}

/** One timer for a whole silence instead of one per event: it looks when the last event was and waits on. */
function createWatchdog(clock: Clock, milliseconds: number): Watchdog {
  const controller = new AbortController();
  let fedAt = clock.monotonic();
  let cancel: () => void;
  const arm = (wait: number): void => {
    cancel = clock.after(wait, () => {
      const left = fedAt + milliseconds - clock.monotonic();
      if (left > 0) arm(left);
      else controller.abort(new Error(`watch was silent for ${milliseconds / 1000} s`));
    });
  };
  arm(milliseconds);
  return {
    signal: controller.signal,
    feed: () => {
      fedAt = clock.monotonic();
    },
    stop: () => cancel(),
  };
}
