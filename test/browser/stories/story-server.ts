/**
 * Serves each story below its own path, from the server's own handler. As a command, `node test/browser/stories/story-server.ts`,
 * it lists the addresses and serves until Ctrl-C; the page has to be built (`npm run build`).
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createSystemClock } from "../../../src/platform/index.ts";
import { createDashboardHandler, type PageFiles, readPageFiles } from "../../../src/server/index.ts";
import { madeFeed } from "./made-feed.ts";
import { type Story, type StoryHandle, stories } from "./stories.ts";

export interface StoryServer {
  urlOf(story: Story): string;
  handleOf(story: Story): StoryHandle;
  close(): void;
}

interface Told extends StoryHandle {
  answer(request: IncomingMessage, response: ServerResponse): void;
}

export async function startStoryServer(): Promise<StoryServer> {
  const page = await readPageFiles(fileURLToPath(new URL("../../../dist/dashboard", import.meta.url)));
  if (!page.ok) throw new Error(page.failure.message);
  const told = new Map(stories.map((story) => [story.name, tell(story, page.value)]));
  const server = createServer((request, response) => {
    const story = told.get(request.url?.split("/")[1] ?? "");
    if (story === undefined) response.writeHead(404).end();
    else story.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    urlOf: ({ name, path }) => `${origin}/${name}/#/${path}`,
    handleOf: ({ name }) => {
      const found = told.get(name);
      if (found === undefined) throw new Error(`there is no story ${name}`);
      return found;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function tell(story: Story, page: PageFiles): Told {
  const { name, faults = {}, fleet } = story;
  const feed = madeFeed({ ...fleet, build: page.build });
  let build = page.build;
  let isStopped = false;
  const streams = new Set<ServerResponse>();
  const handler = createDashboardHandler({
    feed: {
      ...feed,
      state: () => ({ ...feed.state(), build }),
      since: (revision) => (build === page.build ? feed.since(revision) : undefined),
    },
    clock: createSystemClock(),
    page,
    snapshot: () => {
      if (story.picture === undefined) throw new Error(`the story ${name} has no picture`);
      return story.picture;
    },
    explain: () => story.explained ?? { found: false, body: { message: "nothing is explained here" } },
    findings: () => story.findings ?? { findings: [] },
    prefix: `/${name}/`,
    ...(story.isLocked === true ? { token: () => Promise.resolve("secret") } : {}),
  });
  const dropStreams = (): void => {
    for (const stream of streams) stream.destroy();
    streams.clear();
  };
  return {
    answer: (request, response) => {
      const asked = /\/api\/v1\/(\w+)/.exec(request.url ?? "")?.[1] ?? "";
      const fault = isStopped && asked !== "" ? 503 : faults[asked];
      if (fault === "silent") return;
      if (asked === "events") streams.add(response);
      if (fault !== undefined) response.writeHead(fault).end();
      else if (!handler(request, response)) response.writeHead(404).end();
    },
    stop: () => {
      isStopped = true;
      dropStreams();
    },
    upgrade: () => {
      build = "next";
      dropStreams();
    },
  };
}

if (import.meta.main) {
  const server = await startStoryServer();
  for (const story of stories) console.log(server.urlOf(story));
}
