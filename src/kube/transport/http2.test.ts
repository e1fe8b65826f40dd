import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeType, podType } from "../../api/index.ts";
import { createMetricsRegistry, createSeededRandom, createSystemClock, silentLogger } from "../../platform/index.ts";
import { createHttpClient } from "../index.ts";
import { serverIdentity } from "../testing/tls.ts";

/** Answers a get with the protocol it came by; a watch stays open after its first event. */
function answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
  if (request.url.includes("watch=true")) {
    response.writeHead(200);
    response.write(`${JSON.stringify({ type: "ADDED", object: { metadata: { name: "a" } } })}\n`);
    return;
  }
  response.end(JSON.stringify({ metadata: { name: request.httpVersion } }));
}

async function serve(options: { readonly http2?: boolean } = {}) {
  const { certificate, key } = serverIdentity;
  const sessions = new Set<{ destroy(): void }>();
  const server = createSecureServer({ cert: certificate, key, allowHTTP1: true }, answer);
  server.on("session", (session) => void sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = createHttpClient({
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: certificate,
    clock: createSystemClock(),
    random: createSeededRandom(1),
    log: silentLogger,
    metrics: createMetricsRegistry(),
    ...options,
  });
  onTestFinished(async () => {
    await client.close();
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { client, sessions };
}

describe("a server that offers HTTP/2", () => {
  it("is spoken to by it, unless that is turned off", async () => {
    const [on, off] = [await serve(), await serve({ http2: false })];
    const protocolOf = async ({ client }: typeof on) => (await client.get(nodeType, { name: "n" })).metadata.name;
    expect([await protocolOf(on), await protocolOf(off)]).toEqual(["2.0", "1.1"]);
  });

  it("carries many watches and calls over a few connections, and outlives an abort of all watches", async () => {
    const { client, sessions } = await serve();
    const stop = new AbortController();
    const watches = Array.from({ length: 30 }, () =>
      client.watch(podType, { signal: stop.signal })[Symbol.asyncIterator](),
    );
    await Promise.all(watches.map((watch) => watch.next()));
    await Promise.all(Array.from({ length: 100 }, (_, index) => client.get(nodeType, { name: `n${index}` })));
    expect(sessions.size).toBeLessThan(10);
    const ends = watches.map((watch) => expect(watch.next()).rejects.toThrow("over"));
    stop.abort(new Error("over"));
    await Promise.all(ends);
    expect((await client.get(nodeType, { name: "n" })).metadata.name).toBe("2.0");
  });

  it("tells of a connection that breaks under a watch", async () => {
    const { client, sessions } = await serve();
    const watch = client.watch(podType)[Symbol.asyncIterator]();
    await watch.next();
    const end = expect(watch.next()).rejects.toMatchObject({ reason: "ConnectionFailed" });
    for (const session of sessions) session.destroy();
    await end;
  });
});
