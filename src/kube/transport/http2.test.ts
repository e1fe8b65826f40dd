import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeType, podType } from "../../api/index.ts";
import { createMetricsRegistry, createSeededRandom, createSystemClock, silentLogger } from "../../platform/index.ts";
import { createHttpClient, leadWithLease } from "../index.ts";
import { serverIdentity } from "../testing/tls.ts";

/**
 * Answers a get with the protocol it came by, but has no lease, and a write with what was written; a watch stays open after
 * its first event.
 */
function answer(request: Http2ServerRequest, response: Http2ServerResponse, stalled: ReadonlySet<unknown>): void {
  if (stalled.has(request.stream?.session)) return;
  if (request.method !== "GET") {
    request.pipe(response);
    return;
  }
  if (request.url.includes("/leases/")) response.writeHead(404);
  if (request.url.includes("watch=true")) {
    response.writeHead(200);
    response.write(`${JSON.stringify({ type: "ADDED", object: { metadata: { name: "a" } } })}\n`);
    return;
  }
  response.end(JSON.stringify({ metadata: { name: request.httpVersion } }));
}

async function serve(options: { readonly http2?: boolean; readonly timeoutMilliseconds?: number } = {}) {
  const { certificate, key } = serverIdentity;
  const sessions = new Set<{ destroy(): void }>();
  const stalled = new Set<unknown>();
  const second = Promise.withResolvers<void>();
  const server = createSecureServer({ cert: certificate, key, allowHTTP1: true }, (request, response) =>
    answer(request, response, stalled),
  );
  server.on("session", (session) => {
    if (sessions.add(session).size === 2) second.resolve();
  });
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
  /** What is connected now gets no answer any more; connections to come do. */
  const stall = (): void => sessions.forEach((session) => stalled.add(session));
  return { client, sessions, stall, second: second.promise };
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

  it("loses one call, and no more, to a connection that stops answering", async () => {
    const { client, sessions, stall } = await serve({ timeoutMilliseconds: 50 });
    await client.get(nodeType, { name: "n" });
    stall();
    await expect(client.get(nodeType, { name: "n" })).rejects.toMatchObject({ reason: "Timeout" });
    expect((await client.get(nodeType, { name: "n" }, { timeoutMilliseconds: 10_000 })).metadata.name).toBe("2.0");
    expect(sessions.size).toBe(2);
  });

  it("opens a watch on a fresh connection when the old one does not answer, and lets open ones be", async () => {
    const { client, stall } = await serve();
    const open = client.watch(podType)[Symbol.asyncIterator]();
    await open.next();
    stall();
    const silent = client.watch(podType, { timeoutMilliseconds: 50 })[Symbol.asyncIterator]();
    await expect(silent.next()).rejects.toMatchObject({ reason: "Timeout" });
    const fresh = client.watch(podType)[Symbol.asyncIterator]();
    expect((await fresh.next()).value).toMatchObject({ type: "ADDED" });
    const still = await Promise.race([open.next().then(() => "ended"), fresh.return?.(undefined).then(() => "open")]);
    expect(still).toBe("open");
  });

  it("keeps the lease through a connection that stops answering", async () => {
    const { client, sessions, stall, second } = await serve();
    const durations = { leaseMilliseconds: 3_000, renewDeadlineMilliseconds: 2_000, retryMilliseconds: 50 };
    const [metrics, clock, random] = [createMetricsRegistry(), createSystemClock(), createSeededRandom(1)];
    const lease = { namespace: "kube-system", name: "karpenter-leader-election" };
    await leadWithLease(
      { client, clock, random, log: silentLogger, metrics, lease, identity: "host_1", durations },
      async () => {
        stall();
        await second;
      },
      new AbortController().signal,
    );
    expect(sessions.size).toBe(2);
    expect(await metrics.value("leader_election_master_status", { name: lease.name })).toBe(0);
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
