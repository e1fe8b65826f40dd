import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { boundPod } from "../../../test/builders/pods.ts";
import { managedNode, nodePool, snapshot } from "../../../test/builders/snapshot.ts";
import { createManualClock } from "../../platform/index.ts";
import { createFleetFeed } from "../fleet/fleet-feed.ts";
import { createDashboardHandler, type DashboardParts } from "./dashboard-handler.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(change: Partial<DashboardParts> = {}) {
  const clock = createManualClock();
  const picture = snapshot({ pools: [nodePool("general")] });
  const feed = createFleetFeed({
    clock,
    snapshot: () => picture,
    decisions: { list: () => [], subscribe: () => () => undefined },
    build: "build",
    title: "test",
  });
  const file = { contentType: "text/html", body: Buffer.from("<p>page</p>"), tag: '"1"', isImmutable: false };
  const page = { build: "build", files: new Map([["", file]]) };
  const explain = (object: string) => ({ found: object === "pod/a/b", body: { object } });
  const handler = createDashboardHandler({
    feed,
    clock,
    page,
    snapshot: () => picture,
    explain,
    findings: () => ({ schema: "findings" }),
    ...change,
  });
  const server = createServer((request, response) => {
    if (!handler(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, feed, port };
}

describe("the dashboard's addresses", () => {
  it("serve the page under a policy without inline scripts, and say when it has not changed", async () => {
    const { url } = await serve();
    const answer = await fetch(url);
    expect(answer.headers.get("content-security-policy")).toContain("script-src 'self';");
    expect(await answer.text()).toBe("<p>page</p>");
    expect((await fetch(url, { headers: { "if-none-match": '"1"' } })).status).toBe(304);
  });

  it("list what runs on a node, the largest first", async () => {
    const picture = snapshot({
      pools: [nodePool("general")],
      managed: [managedNode("n-1", { pool: "general" })],
      pods: [
        boundPod("small", "n-1", { requests: { cpu: "100m" } }),
        boundPod("large", "n-1", { requests: { cpu: "2", memory: "1Gi" } }),
      ],
    });
    const { url } = await serve({ snapshot: () => picture });
    const answer = await fetch(`${url}/api/v1/pods?node=n-1`);
    expect(await answer.json()).toMatchObject({
      pods: [
        { pod: "default/large", cpu: 2, memoryGib: 1 },
        { pod: "default/small", cpu: 0.1, memoryGib: 0 },
      ],
    });
    expect((await fetch(`${url}/api/v1/pods?node=n-2`)).status).toBe(404);
  });

  it.each(["api/v1/fleet", "api/v1/engine", "api/v1/findings"])("%s is JSON", async (path) => {
    const { url } = await serve();
    const answer = await fetch(`${url}/${path}`);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(await answer.json()).toHaveProperty("schema");
  });

  it("explain what can be explained", async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/api/v1/explain?object=pod/a/b`)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/explain?object=pod/none`)).status).toBe(404);
  });

  it("answer nobody who comes by another name, so that no page of another site reads them", async () => {
    const { port } = await serve();
    const { request } = await import("node:http");
    const status = await new Promise((resolve) => {
      request({ port, host: "127.0.0.1", path: "/api/v1/fleet", headers: { host: "evil.example.com" } }, (answer) =>
        resolve(answer.statusCode),
      ).end();
    });
    expect(status).toBe(403);
  });

  it.each([
    ["no token", {}, 401],
    ["another token", { authorization: "Bearer other" }, 401],
    ["the token", { authorization: "Bearer secret" }, 200],
  ])("ask for a token where there is one: with %s", async (_what, headers, status) => {
    const { url } = await serve({ token: () => Promise.resolve("secret") });
    expect((await fetch(`${url}/api/v1/fleet`, { headers })).status).toBe(status);
  });

  it("let nobody in while the token cannot be read", async () => {
    const { url } = await serve({ token: () => Promise.resolve(undefined) });
    expect((await fetch(`${url}/api/v1/fleet`)).status).toBe(503);
  });

  it("stand below a prefix, and leave the rest to others", async () => {
    const { url } = await serve({ prefix: "/clusters/one/" });
    expect((await fetch(`${url}/clusters/one/api/v1/fleet`)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/fleet`)).status).toBe(404);
  });

  it("stream the whole state first, then each change, and resume after the last that was heard", async () => {
    const { url, feed } = await serve();
    const first = await streamOf(url, {});
    expect(await first.next()).toContain("event: fleet\nid: build.0");
    feed.look();
    expect(await first.next()).toContain("event: delta\nid: build.1");
    const resumed = await streamOf(url, { "last-event-id": "build.0" });
    expect(await resumed.next()).toContain("event: delta\nid: build.1");
    const other = await streamOf(url, { "last-event-id": "old.0" });
    expect(await other.next()).toContain("event: fleet\nid: build.1");
  });
});

/** Blocks of the stream, one after another. */
async function streamOf(url: string, headers: Readonly<Record<string, string>>) {
  const leaving = new AbortController();
  closing.push(() => leaving.abort());
  const { body } = await fetch(`${url}/api/v1/events`, { headers, signal: leaving.signal });
  const reader = body?.getReader();
  let text = "";
  return {
    next: async (): Promise<string> => {
      while (!text.includes("\n\n")) text += Buffer.from((await reader?.read())?.value ?? []).toString();
      const end = text.indexOf("\n\n");
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      return block;
    },
  };
}
