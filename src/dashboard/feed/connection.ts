/** Keeps the store as the server tells it, for as long as the page is open. */
import { applyDelta, type FleetDelta, type FleetState } from "../../server/contract/index.ts";
import { readEvents, type ServerEvent } from "./sse.ts";
import type { Store } from "./store.ts";
import type { Tokens } from "./tokens.ts";

export interface Connection {
  /** Answers of the server's other addresses below `api/v1/`. */
  ask(path: string, signal?: AbortSignal): Promise<Response>;
  /** Takes a token that a person typed and tries with it. */
  authorise(token: string): void;
  close(): void;
}

export interface ConnectionParts {
  readonly store: Store;
  /** Address of the page, with a slash at its end. */
  readonly base: URL;
  readonly tokens: Tokens;
}

const firstPause = 500;
const longestPause = 10_000;

export function connect(parts: ConnectionParts): Connection {
  const { base, tokens } = parts;
  const closing = new AbortController();
  const waker = createWaker();
  const ask = (path: string, signal: AbortSignal = closing.signal, more: Record<string, string> = {}) => {
    const token = tokens.get();
    const headers = { ...more, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    return fetch(new URL(`api/v1/${path}`, base), { headers, signal, cache: "no-store" });
  };
  follow(parts, ask, waker, closing.signal).catch((error: unknown) => {
    if (!closing.signal.aborted) throw error;
  });
  return {
    ask: (path, signal) => ask(path, signal),
    authorise: (token) => {
      tokens.set(token);
      waker.wake();
    },
    close: () => closing.abort(),
  };
}

type Ask = (path: string, signal: AbortSignal, headers?: Record<string, string>) => Promise<Response>;

/** One stream after another, with pauses that grow while the server cannot be reached. */
async function follow({ store }: ConnectionParts, ask: Ask, waker: Waker, signal: AbortSignal): Promise<void> {
  const reader = createReader(store);
  let pause = firstPause;
  while (!signal.aborted) {
    const headers = reader.lastId() === undefined ? {} : { "last-event-id": reader.lastId() ?? "" };
    const why = await ask("events", signal, headers).then((response) => readStream(response, reader, store), wordsOf);
    if (signal.aborted) return;
    const { connection } = store.get();
    if (connection.kind === "outdated") return;
    if (connection.kind === "live") pause = firstPause;
    if (connection.kind === "denied") await waker.asleep(signal);
    else {
      const since = connection.kind === "lost" ? connection.since : Date.now();
      store.set({ connection: { kind: "lost", since, why } });
      await waker.asleep(signal, pause);
      pause = Math.min(pause * 2, longestPause);
    }
  }
}

/** Reads until the stream ends, and says why it did. */
async function readStream(response: Response, reader: Reader, store: Store): Promise<string> {
  if (response.status === 401) {
    store.set({ connection: { kind: "denied", message: await messageOf(response) } });
    return "denied";
  }
  if (!response.ok || response.body === null) return messageOf(response);
  try {
    for await (const event of readEvents(response.body)) {
      if (!reader.take(event)) return "what was heard does not follow on what is shown";
    }
    return "the server ended the stream";
  } catch (error) {
    return wordsOf(error);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function messageOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const told = (body as { message?: unknown } | undefined)?.message;
  return typeof told === "string" ? told : `the server answers ${response.status}`;
}

interface Reader {
  /** False when the stream has to be begun anew. */
  take(event: ServerEvent): boolean;
  lastId(): string | undefined;
}

/** Changes within one frame are shown at once. */
function createReader(store: Store): Reader {
  let last: string | undefined;
  let fleet: FleetState | undefined;
  let firstBuild: string | undefined;
  let isDue = false;
  const show = (): void => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      store.set({ fleet, connection: { kind: "live" } });
    });
  };
  return {
    lastId: () => last,
    take: ({ name, id, data }) => {
      const before = fleet;
      if (name === "fleet") fleet = JSON.parse(data) as FleetState;
      else if (name === "delta" && fleet !== undefined) fleet = applyDelta(fleet, JSON.parse(data) as FleetDelta);
      if (fleet === undefined) {
        last = undefined;
        fleet = before;
        return false;
      }
      last = id;
      firstBuild ??= fleet.build;
      if (fleet.build !== firstBuild) {
        store.set({ fleet, connection: { kind: "outdated" } });
        return false;
      }
      show();
      return true;
    },
  };
}

interface Waker {
  wake(): void;
  /** Resolves after so many milliseconds, when woken, or when the signal aborts; without a time not before those. */
  asleep(signal: AbortSignal, milliseconds?: number): Promise<void>;
}

function createWaker(): Waker {
  let current: (() => void) | undefined;
  return {
    wake: () => current?.(),
    asleep: (signal, milliseconds) =>
      new Promise((resolve) => {
        const timer = milliseconds === undefined ? undefined : setTimeout(finish, milliseconds);
        function finish(): void {
          clearTimeout(timer);
          signal.removeEventListener("abort", finish);
          current = undefined;
          resolve();
        }
        current = finish;
        signal.addEventListener("abort", finish, { once: true });
      }),
  };
}
