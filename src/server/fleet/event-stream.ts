/** The feed as a stream of server-sent events: the whole state or what was missed, then each change. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import type { Clock } from "../../platform/index.ts";
import type { FleetDelta, FleetState } from "../contract/index.ts";
import type { FleetFeed } from "./fleet-feed.ts";

export interface StreamParts {
  readonly feed: FleetFeed;
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
}

/** Proxies cut connections that say nothing for a minute. */
const heartbeatEvery = 15_000;

/**
 * Answers with the stream until the reader goes away. `Last-Event-ID`, `<build>.<revision>`, resumes after that revision
 * when what followed is still kept. A reader that does not keep up is sent nothing until it has read what is under way, and
 * then what it missed, or the whole: no queue grows.
 */
export function streamFleet(request: IncomingMessage, response: ServerResponse, parts: StreamParts): void {
  const { feed, clock } = parts;
  const output = openOutput(request, response, parts.headers);
  let sent = revisionAsked(request, feed.state().build);
  let isBehind = false;
  const catchUp = (): void => {
    if (isBehind) return;
    const { text, revision } = whatFollows(feed, sent);
    sent = revision;
    if (text !== "") isBehind = !output.write(text);
  };
  const unsubscribe = feed.subscribe(catchUp);
  output.on("drain", () => {
    isBehind = false;
    catchUp();
  });
  const stopBeating = beat(clock, () => {
    if (!isBehind) isBehind = !output.write(": still here\n\n");
  });
  response.on("close", () => {
    unsubscribe();
    stopBeating();
    output.destroy();
  });
  catchUp();
}

function openOutput(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): Writable {
  const isZipped = (request.headers["accept-encoding"] ?? "").includes("gzip");
  response.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    // Reverse proxies hold back streams that they take for pages.
    "x-accel-buffering": "no",
    ...(isZipped ? { "content-encoding": "gzip" } : {}),
  });
  if (!isZipped) return response;
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  gzip.pipe(response);
  return gzip;
}

function revisionAsked(request: IncomingMessage, build: string): number | undefined {
  const asked = request.headers["last-event-id"];
  if (typeof asked !== "string" || !asked.startsWith(`${build}.`)) return undefined;
  const revision = Number(asked.slice(build.length + 1));
  return Number.isSafeInteger(revision) ? revision : undefined;
}

function whatFollows(feed: FleetFeed, sent: number | undefined): { readonly text: string; readonly revision: number } {
  const state = feed.state();
  const deltas = sent === undefined ? undefined : feed.since(sent);
  const text =
    deltas === undefined
      ? eventText("fleet", state, state)
      : deltas.map((delta) => eventText("delta", delta, { build: state.build, revision: delta.revision })).join("");
  return { text, revision: state.revision };
}

/** JSON has no line ends of its own, so that one `data` line holds it. */
function eventText(
  name: "fleet" | "delta",
  data: FleetState | FleetDelta,
  { build, revision }: Pick<FleetState, "build" | "revision">,
): string {
  return `event: ${name}\nid: ${build}.${revision}\ndata: ${JSON.stringify(data)}\n\n`;
}

function beat(clock: Clock, callback: () => void): () => void {
  let cancel = clock.after(heartbeatEvery, next);
  function next(): void {
    callback();
    cancel = clock.after(heartbeatEvery, next);
  }
  return () => cancel();
}
